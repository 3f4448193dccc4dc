"""Shared reference tables of the primary sources, screening, and verification records."""

from __future__ import annotations

from migrations.helpers import run_sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    run_sql("0011_sources.sql")


def downgrade() -> None:
    """Drop them again."""
    run_sql("0011_sources_down.sql")
