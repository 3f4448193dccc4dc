"""Providers, their credentials and verifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, tenant_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _provider()
    _roster_import()
    _verification()
    _expiry_notice()


def _provider() -> None:
    tenant_table(
        "provider",
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text()),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text()),
        sa.Column("former_names", JSONB(), nullable=False),
        sa.Column("credential", sa.Text()),
        sa.Column("license_type", sa.Text()),
        sa.Column("license_number", sa.Text()),
        sa.Column("license_state", sa.Text()),
        sa.Column("license_expires_on", sa.Date()),
        sa.Column("taxonomy", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("caqh_id", sa.Text()),
        sa.Column("caqh_attested_on", sa.Date()),
        sa.Column("sealed_birth_date", sa.LargeBinary()),
        sa.Column("sealed_dea_number", sa.LargeBinary()),
        sa.Column("registry_status", sa.Text(), nullable=False),
        sa.Column("registry_record", JSONB()),
        sa.Column("registry_checked_at", INSTANT),
        sa.Column("registry_kept", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", "npi", name="uq_provider_tenant_id_npi"),
        one_of("provider", "registry_status", ("pending", "found", "not_found", "unavailable")),
        one_of("provider", "status", ("active", "leaving", "left")),
        readers="own",
        own_column="id",
    )
    op.create_index("ix_provider_name", "provider", ["tenant_id", "last_name", "first_name", "id"], schema="app")
    for table in ("document", "membership"):
        op.create_foreign_key(
            f"fk_{table}_tenant_id_provider_id",
            table,
            "provider",
            ["tenant_id", "provider_id"],
            ["tenant_id", "id"],
            source_schema="app",
            referent_schema="app",
        )


def _roster_import() -> None:
    tenant_table(
        "roster_import",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mapping", JSONB(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("created_count", sa.Integer(), nullable=False),
        sa.Column("updated_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("rejects", JSONB(), nullable=False),
        sa.Column("failure", sa.Text()),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("started_by_name", sa.Text(), nullable=False),
        sa.Column("finished_at", INSTANT),
        one_of("roster_import", "status", ("queued", "reading", "needs_mapping", "done", "failed")),
        sa.CheckConstraint(
            "received = created_count + updated_count + unchanged_count + rejected_count",
            name="ck_roster_import_adds_up",
        ),
        refers("roster_import", "document_id", "document"),
        readers="staff",
    )
    op.create_index("ix_roster_import_newest", "roster_import", ["tenant_id", "created_at"], schema="app")


def _verification() -> None:
    tenant_table(
        "verification",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("verified_by_name", sa.Text(), nullable=False),
        one_of("verification", "source", ("nppes", "leie", "sam", "cms_enrollment", "license")),
        refers("verification", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_verification_provider", "verification", ["tenant_id", "provider_id", "verified_at"], schema="app"
    )


def _expiry_notice() -> None:
    tenant_table(
        "expiry_notice",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        refers("expiry_notice", "provider_id", "provider"),
        refers("expiry_notice", "document_id", "document"),
        sa.UniqueConstraint(
            "tenant_id", "document_id", "expires_on", "days_before", name="uq_expiry_notice_tenant_id_document_stage"
        ),
        readers="own",
        grants="SELECT, INSERT",
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("expiry_notice", "verification", "roster_import"):
        op.drop_table(table, schema="app")
    for table in ("document", "membership"):
        op.drop_constraint(f"fk_{table}_tenant_id_provider_id", table, schema="app")
    op.drop_table("provider", schema="app")
