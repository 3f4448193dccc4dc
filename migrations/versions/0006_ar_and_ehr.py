"""AR imports, claims, remittances, and EHR connections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, tenant_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
IMPORT_STATUSES = (
    "queued",
    "reading",
    "reconciling",
    "needs_mapping",
    "ready",
    "tied_out",
    "accepted",
    "failed",
)


def upgrade() -> None:
    """Create the tables."""
    _imports()
    _lines()
    _remittances()
    _ehr()


def _imports() -> None:
    tenant_table(
        "ar_import",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("wanted_format", sa.Text(), nullable=False),
        sa.Column("format", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("as_of", sa.Date()),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("allow_foreign_payee", sa.Boolean(), nullable=False),
        sa.Column("mapping", JSONB(), nullable=False),
        sa.Column("columns", JSONB(), nullable=False),
        sa.Column("sealed_sample", sa.LargeBinary()),
        sa.Column("control", JSONB(), nullable=False),
        sa.Column("stated_total_cents", sa.BigInteger()),
        sa.Column("totals", JSONB(), nullable=False),
        *(
            sa.Column(f"rows_{part}", sa.Integer(), nullable=False)
            for part in ("received", "accepted", "rejected", "duplicate")
        ),
        *(
            sa.Column(f"{part}_cents", sa.BigInteger(), nullable=False)
            for part in ("received", "accepted", "rejected", "duplicate", "credits")
        ),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differences", JSONB(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT),
        sa.Column("same_file_as", sa.Uuid()),
        sa.Column("superseded_by", sa.Uuid()),
        sa.Column("accepted_by_name", sa.Text()),
        sa.Column("accepted_at", INSTANT),
        sa.Column("accepted_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("ar_import", "document_id", "document"),
        refers("ar_import", "same_file_as", "ar_import"),
        refers("ar_import", "superseded_by", "ar_import"),
        one_of("ar_import", "status", IMPORT_STATUSES),
        one_of("ar_import", "format", ("csv", "tsv", "xlsx", "x12_835")),
        sa.CheckConstraint(
            "rows_received = rows_accepted + rows_rejected + rows_duplicate", name="ck_ar_import_rows_add_up"
        ),
        sa.CheckConstraint(
            "received_cents = accepted_cents + rejected_cents + duplicate_cents", name="ck_ar_import_cents_add_up"
        ),
        readers="staff",
    )
    op.create_index("ix_ar_import_file", "ar_import", ["tenant_id", "file_sha256"], schema="app")
    op.create_index("ix_ar_import_document", "ar_import", ["tenant_id", "document_id"], schema="app")


def _lines() -> None:
    tenant_table(
        "ar_line",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("external_claim_id", sa.Text(), nullable=False),
        sa.Column("external_account", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("payer_key", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text()),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("filing_deadline", sa.Date()),
        sa.Column("charge_cents", sa.BigInteger()),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("insurance_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_cents", sa.BigInteger(), nullable=False),
        sa.Column("responsibility", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("bucket_basis", sa.Text(), nullable=False),
        refers("ar_line", "import_id", "ar_import"),
        sa.UniqueConstraint("tenant_id", "import_id", "line_number", name="uq_ar_line_tenant_id_import_id_line_number"),
        one_of("ar_line", "responsibility", ("insurance", "patient", "both")),
        one_of("ar_line", "bucket_basis", ("file", "service_date")),
        sa.CheckConstraint("balance_cents = insurance_cents + patient_cents", name="ck_ar_line_balance_adds_up"),
        readers="staff",
        grants="SELECT, INSERT, DELETE",
    )
    op.create_index("ix_ar_line_deadline", "ar_line", ["tenant_id", "filing_deadline", "id"], schema="app")
    tenant_table(
        "ar_reject",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("balance_cents", sa.BigInteger()),
        refers("ar_reject", "import_id", "ar_import"),
        sa.UniqueConstraint(
            "tenant_id", "import_id", "line_number", name="uq_ar_reject_tenant_id_import_id_line_number"
        ),
        one_of("ar_reject", "outcome", ("rejected", "duplicate")),
        readers="staff",
        grants="SELECT, INSERT, DELETE",
    )


def _remittances() -> None:
    tenant_table(
        "remittance",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("payer_key", sa.Text(), nullable=False),
        sa.Column("payee_name", sa.Text(), nullable=False),
        sa.Column("payee_npi", sa.Text(), nullable=False),
        sa.Column("payment_cents", sa.BigInteger(), nullable=False),
        sa.Column("payment_on", sa.Date()),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("is_duplicate", sa.Boolean(), nullable=False),
        sa.Column("summary", JSONB(), nullable=False),
        sa.Column("problems", JSONB(), nullable=False),
        refers("remittance", "import_id", "ar_import"),
        sa.UniqueConstraint("tenant_id", "import_id", "position", name="uq_remittance_tenant_id_import_id_position"),
        readers="staff",
        grants="SELECT, INSERT, DELETE",
    )
    op.create_index("ix_remittance_trace", "remittance", ["tenant_id", "trace"], schema="app")
    tenant_table(
        "remittance_claim",
        sa.Column("remittance_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("payer_control_number", sa.Text(), nullable=False),
        sa.Column("status_code", sa.Text(), nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_cents", sa.BigInteger(), nullable=False),
        sa.Column("rendering_npi", sa.Text(), nullable=False),
        sa.Column("service_on", sa.Date()),
        sa.Column("adjustments", JSONB(), nullable=False),
        refers("remittance_claim", "remittance_id", "remittance"),
        sa.UniqueConstraint(
            "tenant_id", "remittance_id", "position", name="uq_remittance_claim_tenant_id_remittance_id_position"
        ),
        readers="staff",
        grants="SELECT, INSERT, DELETE",
    )


def _ehr() -> None:
    tenant_table(
        "ehr_connection",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("sealed_secret", sa.LargeBinary()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("steps", JSONB(), nullable=False),
        sa.Column("last_tested_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("ehr_connection", "kind", ("fhir_r4", "sftp", "csv")),
        one_of("ehr_connection", "status", ("untested", "testing", "verified", "failed")),
        readers="staff",
    )


def downgrade() -> None:
    """Drop them again."""
    for name in ("ehr_connection", "remittance_claim", "remittance", "ar_reject", "ar_line", "ar_import"):
        op.drop_table(name, schema="app")
