"""The provider's file: sections, credentials, and who changed which field when and from what source.

Providers that are there already get their rows of `credential` with the next change of their license, DEA or CAQH: sealed numbers
cannot be moved in SQL, and no installation holds data yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import execute, one_of, refers, tenant_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
SOURCES = ("person", "provider", "roster", "nppes", "caqh", "document", "source")


def upgrade() -> None:
    """Create the tables."""
    op.add_column("provider", sa.Column("other_taxonomies", JSONB(), server_default="[]", nullable=False), schema="app")
    execute("ALTER TABLE app.provider ALTER other_taxonomies DROP DEFAULT")
    op.add_column("provider", sa.Column("sealed_ssn", sa.LargeBinary()), schema="app")
    op.add_column("provider", sa.Column("ssn_tail", sa.Text()), schema="app")
    _credential()
    _file_entry()
    _field_change()


def _credential() -> None:
    tenant_table(
        "credential",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("sealed_number", sa.LargeBinary()),
        sa.Column("number_tail", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.Column("issuer", sa.Text()),
        sa.Column("holder_name", sa.Text()),
        sa.Column("issued_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of(
            "credential",
            "status",
            ("unverified", "active", "expired", "suspended", "revoked", "superseded", "removed"),
        ),
        one_of("credential", "source", SOURCES),
        sa.CheckConstraint("number IS NULL OR sealed_number IS NULL", name="ck_credential_sealed_or_clear"),
        refers("credential", "provider_id", "provider"),
        refers("credential", "document_id", "document"),
        readers="own",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index("ix_credential_provider", "credential", ["tenant_id", "provider_id", "kind"], schema="app")
    op.create_index("ix_credential_expires_on", "credential", ["tenant_id", "expires_on"], schema="app")


def _file_entry() -> None:
    tenant_table(
        "file_entry",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("values", JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("file_entry", "source", SOURCES),
        refers("file_entry", "provider_id", "provider"),
        refers("file_entry", "document_id", "document"),
        readers="own",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index(
        "ix_file_entry_provider", "file_entry", ["tenant_id", "provider_id", "section", "position"], schema="app"
    )


def _field_change() -> None:
    tenant_table(
        "field_change",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old_shown", sa.Text()),
        sa.Column("new_shown", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("changed_by_id", sa.Uuid()),
        sa.Column("changed_by_name", sa.Text(), nullable=False),
        one_of("field_change", "source", SOURCES),
        refers("field_change", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_field_change_provider", "field_change", ["tenant_id", "provider_id", "section", "created_at"], schema="app"
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("field_change", "file_entry", "credential"):
        op.drop_table(table, schema="app")
    for column in ("ssn_tail", "sealed_ssn", "other_taxonomies"):
        op.drop_column("provider", column, schema="app")
