"""Shared reference tables of the primary sources, screening, and verification records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import execute, one_of, refers, run_sql, tenant_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
SOURCES = ("nppes", "leie", "sam", "cms_enrollment", "opt_out", "license")
BASES = ("npi", "name_and_birth", "name_and_near_birth", "name_only")
STATES = ("new", "cleared", "escalated", "confirmed")


def upgrade() -> None:
    """Create the tables."""
    run_sql("0011_sources.sql")
    _verification()
    _screening()


def _verification() -> None:
    for column in (
        sa.Column("verified_by", sa.Uuid()),
        sa.Column("method", sa.Text(), nullable=False, server_default=""),
        sa.Column("limits", JSONB(), nullable=False, server_default="{}"),
        sa.Column("source_version", sa.BigInteger()),
        sa.Column("evidence_document_id", sa.Uuid()),
    ):
        op.add_column("verification", column, schema="app")
    for name in ("method", "limits"):
        op.alter_column("verification", name, server_default=None, schema="app")
    op.create_foreign_key(
        "fk_verification_tenant_id_evidence_document_id",
        "verification",
        "document",
        ["tenant_id", "evidence_document_id"],
        ["tenant_id", "id"],
        source_schema="app",
        referent_schema="app",
    )
    _allow(SOURCES)


def _allow(sources: tuple[str, ...]) -> None:
    # The convention of names doubles the prefix of a check, as it did when the table was made.
    name = op.f("ck_verification_ck_verification_source")
    op.drop_constraint(name, "verification", schema="app", type_="check")
    op.create_check_constraint(name, "verification", f"source IN {sources}", schema="app")


def _screening() -> None:
    tenant_table(
        "screening_match",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entry_print", sa.Text(), nullable=False),
        sa.Column("provider_print", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("why", JSONB(), nullable=False),
        sa.Column("entry", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("decided_at", INSTANT),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("list_version", sa.BigInteger()),
        sa.Column("evidence_document_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("screening_match", "source", ("leie", "sam")),
        one_of("screening_match", "basis", BASES),
        one_of("screening_match", "state", STATES),
        refers("screening_match", "provider_id", "provider"),
        refers("screening_match", "evidence_document_id", "document"),
        sa.UniqueConstraint(
            "tenant_id",
            "provider_id",
            "source",
            "entry_print",
            "provider_print",
            name="uq_screening_match_tenant_id_pair",
        ),
        readers="staff",
    )
    op.create_index("ix_screening_match_queue", "screening_match", ["tenant_id", "state", "id"], schema="app")
    tenant_table(
        "screening_event",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        refers("screening_event", "match_id", "screening_match"),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_screening_event_match", "screening_event", ["tenant_id", "match_id", "id"], schema="app")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("screening_event", schema="app")
    op.drop_table("screening_match", schema="app")
    execute("ALTER TABLE app.verification NO FORCE ROW LEVEL SECURITY")
    execute("DELETE FROM app.verification WHERE source = 'opt_out'")
    execute("ALTER TABLE app.verification FORCE ROW LEVEL SECURITY")
    _allow(tuple(source for source in SOURCES if source != "opt_out"))
    for name in ("verified_by", "method", "limits", "source_version", "evidence_document_id"):
        op.drop_column("verification", name, schema="app")
    run_sql("0011_sources_down.sql")
