"""The house: context functions, the one way to protect a table, clinics, people, and the outbox."""

from __future__ import annotations

from migrations.helpers import run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the SQL files of the house in order: context, clinic, identity, outbox."""
    for name in ("0001_context.sql", "0001_clinic.sql", "0001_identity.sql", "0001_outbox.sql"):
        run_sql(name)


def downgrade() -> None:
    """Empty both schemas."""
    run_sql("0001_down.sql")
