"""Work that nobody waits for stands behind the work that somebody watches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark the work, and let the relay and the scheduler see and set the mark."""
    op.add_column(
        "outbox", sa.Column("is_background", sa.Boolean(), nullable=False, server_default=sa.false()), schema="app"
    )
    op.execute("GRANT SELECT (is_background), INSERT (is_background) ON app.outbox TO app_relay")


def downgrade() -> None:
    """Drop the mark."""
    op.drop_column("outbox", "is_background", schema="app")
