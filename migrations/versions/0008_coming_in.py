"""Roster imports with preview and differences, decisions about what sources say, CAQH imports, links that sign one person in once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import execute, one_of, refers, run_sql, tenant_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
STATUSES = ("queued", "reading", "needs_mapping", "preview", "applying", "done", "failed", "discarded")
STATUSES_BEFORE = ("queued", "reading", "needs_mapping", "done", "failed")
PREVIEW_COUNTS = ("total", "will_create", "will_update", "will_stay", "will_reject")


def upgrade() -> None:
    """Create the tables."""
    _roster_import()
    _roster_import_row()
    _roster_column()
    _source_decision()
    _caqh_import()
    run_sql("0008_links.sql")


def _roster_import() -> None:
    _only_statuses(STATUSES)
    for name in PREVIEW_COUNTS:
        op.add_column("roster_import", sa.Column(name, sa.Integer(), server_default="0", nullable=False), schema="app")
        execute(f"ALTER TABLE app.roster_import ALTER {name} DROP DEFAULT")
    op.add_column(
        "roster_import", sa.Column("is_previewed", sa.Boolean(), server_default="false", nullable=False), schema="app"
    )
    execute("ALTER TABLE app.roster_import ALTER is_previewed DROP DEFAULT")
    op.add_column("roster_import", sa.Column("applied_by_name", sa.Text()), schema="app")


def _only_statuses(statuses: tuple[str, ...]) -> None:
    op.drop_constraint("ck_roster_import_status", "roster_import", schema="app", type_="check")
    listed = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint("ck_roster_import_status", "roster_import", f"status IN ({listed})", schema="app")


def _roster_import_row() -> None:
    tenant_table(
        "roster_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        one_of("roster_import_row", "outcome", ("created", "updated", "unchanged", "rejected")),
        refers("roster_import_row", "import_id", "roster_import"),
        sa.UniqueConstraint(
            "tenant_id", "import_id", "position", name="uq_roster_import_row_tenant_id_import_id_position"
        ),
        readers="staff",
    )
    op.create_index(
        "ix_roster_import_row_outcome",
        "roster_import_row",
        ["tenant_id", "import_id", "outcome", "position"],
        schema="app",
    )
    _move_rejects()


def _move_rejects() -> None:
    """Rows that earlier imports rejected become rows of the new table; the owner reads past the policy for this one statement."""
    for table in ("roster_import", "roster_import_row"):
        execute(f"ALTER TABLE app.{table} NO FORCE ROW LEVEL SECURITY")
    execute("""
        INSERT INTO app.roster_import_row
          (tenant_id, id, created_at, import_id, position, line, npi, name, outcome, changes, reasons)
        SELECT i.tenant_id, gen_random_uuid(), i.created_at, i.id, row_number() OVER (PARTITION BY i.tenant_id, i.id ORDER BY r.line),
          r.line, '', '', 'rejected', '[]', r.reasons
        FROM app.roster_import i CROSS JOIN LATERAL (
          SELECT (e ->> 'line')::integer AS line,
            jsonb_agg(jsonb_build_object('field', e ->> 'field', 'reason', e ->> 'reason')) AS reasons
          FROM jsonb_array_elements(i.rejects) e GROUP BY 1) r""")
    for table in ("roster_import", "roster_import_row"):
        execute(f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY")
    op.drop_column("roster_import", "rejects", schema="app")


def _roster_column() -> None:
    tenant_table(
        "roster_column",
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "header", name="uq_roster_column_tenant_id_header"),
        readers="staff",
    )


def _source_decision() -> None:
    tenant_table(
        "source_decision",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("says_mark", sa.Text(), nullable=False),
        sa.Column("says_shown", sa.Text(), nullable=False),
        sa.Column("file_shown", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid()),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        one_of("source_decision", "source", ("nppes", "caqh")),
        one_of("source_decision", "decision", ("taken", "kept", "reopened")),
        refers("source_decision", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_source_decision_provider", "source_decision", ["tenant_id", "provider_id", "source", "id"], schema="app"
    )


def _caqh_import() -> None:
    tenant_table(
        "caqh_import",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("caqh_id", sa.Text(), nullable=False),
        sa.Column("attest_id", sa.Text(), nullable=False),
        sa.Column("attested_on", sa.Date()),
        sa.Column("sealed_profile", sa.LargeBinary(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("imported_by_name", sa.Text(), nullable=False),
        refers("caqh_import", "provider_id", "provider"),
        refers("caqh_import", "document_id", "document"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_caqh_import_provider", "caqh_import", ["tenant_id", "provider_id", "id"], schema="app")


def downgrade() -> None:
    """Drop them again."""
    run_sql("0008_links_down.sql")
    for table in ("caqh_import", "source_decision", "roster_column", "roster_import_row"):
        op.drop_table(table, schema="app")
    op.add_column("roster_import", sa.Column("rejects", JSONB(), server_default="[]", nullable=False), schema="app")
    execute("ALTER TABLE app.roster_import ALTER rejects DROP DEFAULT")
    for name in (*PREVIEW_COUNTS, "is_previewed", "applied_by_name"):
        op.drop_column("roster_import", name, schema="app")
    execute("ALTER TABLE app.roster_import NO FORCE ROW LEVEL SECURITY")
    execute("UPDATE app.roster_import SET status = 'failed' WHERE status IN ('preview', 'applying', 'discarded')")
    execute("ALTER TABLE app.roster_import FORCE ROW LEVEL SECURITY")
    _only_statuses(STATUSES_BEFORE)
