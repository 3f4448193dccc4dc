"""Providers, their credentials and verifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, tenant_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _provider()


def _provider() -> None:
    tenant_table(
        "provider",
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text()),
        sa.Column("last_name", sa.Text(), nullable=False),
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


def downgrade() -> None:
    """Drop them again."""
    for table in ("document", "membership"):
        op.drop_constraint(f"fk_{table}_tenant_id_provider_id", table, schema="app")
    op.drop_table("provider", schema="app")
