"""Application packets: forms with their field maps, checks, signatures and immutable versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import execute, one_of, refers, tenant_table

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = ("packet_version", "packet_setup", "packet_request", "attestation", "packet_form")


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _uuid(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=null)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=False)


def upgrade() -> None:
    """Create the tables."""
    _packet_form()
    _attestation()
    _packet_request()
    _packet_setup()
    _packet_version()


def _packet_form() -> None:
    tenant_table(
        "packet_form",
        _text("name"),
        _text("kind", null=True),
        _text("payer_id", null=True),
        _uuid("document_id"),
        _text("status"),
        _text("problem", null=True),
        _json("layout"),
        _json("field_map"),
        _json("guessed"),
        _json("pictures"),
        sa.Column("kept_pages", sa.Integer()),
        _uuid("job_id", null=True),
        _text("added_by_name"),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("packet_form", "document_id", "document"),
        one_of("packet_form", "status", ("reading", "ready", "unusable", "retired")),
        sa.CheckConstraint("kept_pages > 0", name="ck_packet_form_kept_pages"),
        readers="staff",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index("ix_packet_form_payer", "packet_form", ["tenant_id", "payer_id", "status"], schema="app")


def _attestation() -> None:
    tenant_table(
        "attestation",
        _uuid("provider_id"),
        _text("text_version"),
        _json("statements"),
        _json("facts"),
        _text("facts_hash"),
        _text("signed_name"),
        _text("method"),
        _text("drawing", null=True),
        sa.Column("signed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        _uuid("signer_id"),
        _text("signer_name"),
        _text("signer_email"),
        _text("ip"),
        _text("user_agent"),
        _uuid("document_id", null=True),
        _uuid("job_id", null=True),
        refers("attestation", "provider_id", "provider"),
        refers("attestation", "document_id", "document"),
        one_of("attestation", "method", ("typed", "drawn")),
        readers="own",
        grants="SELECT, INSERT",
    )
    # What was signed stays as it was: only the signed PDF is added, by the job that makes it.
    execute("GRANT UPDATE (document_id, job_id) ON app.attestation TO app_rw")
    op.create_index("ix_attestation_provider", "attestation", ["tenant_id", "provider_id", "signed_at"], schema="app")


def _packet_request() -> None:
    tenant_table(
        "packet_request",
        _uuid("provider_id"),
        _uuid("enrollment_id"),
        _text("code"),
        _text("subject"),
        _text("message"),
        _text("asked_by_name"),
        sa.Column("was_mailed", sa.Boolean(), nullable=False),
        refers("packet_request", "provider_id", "provider"),
        refers("packet_request", "enrollment_id", "enrollment"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_packet_request_provider", "packet_request", ["tenant_id", "provider_id", "created_at"], schema="app"
    )


def _packet_setup() -> None:
    tenant_table(
        "packet_setup",
        _uuid("enrollment_id"),
        _json("left_out"),
        _text("letter_note"),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("packet_setup", "enrollment_id", "enrollment"),
        sa.UniqueConstraint("tenant_id", "enrollment_id", name="uq_packet_setup_tenant_id_enrollment_id"),
        readers="staff",
        grants="SELECT, INSERT, UPDATE",
    )


def _packet_version() -> None:
    tenant_table(
        "packet_version",
        _uuid("enrollment_id"),
        _uuid("provider_id"),
        _text("payer_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _uuid("pdf_document_id"),
        _uuid("zip_document_id"),
        sa.Column("pages", sa.Integer(), nullable=False),
        _json("parts"),
        _json("facts"),
        _text("content_hash"),
        _json("changes"),
        _json("defects"),
        _text("made_by_name"),
        refers("packet_version", "enrollment_id", "enrollment"),
        refers("packet_version", "provider_id", "provider"),
        refers("packet_version", "pdf_document_id", "document"),
        refers("packet_version", "zip_document_id", "document"),
        sa.UniqueConstraint(
            "tenant_id", "enrollment_id", "number", name="uq_packet_version_tenant_id_enrollment_id_number"
        ),
        sa.CheckConstraint("number > 0 AND pages > 0", name="ck_packet_version_counts"),
        readers="staff",
        grants="SELECT, INSERT",
    )


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_table(table, schema="app")
