"""Committee meetings and decisions; webhooks and their deliveries; what was on the hold list when it was last told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, tenant_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _webhook_endpoint()
    _webhook_delivery()
    _webhook_try()
    _hold_mark()


def _webhook_endpoint() -> None:
    tenant_table(
        "webhook_endpoint",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_previous_secret", sa.LargeBinary()),
        sa.Column("previous_until", INSTANT),
        sa.Column("rotated_at", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_delivered_at", INSTANT),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("webhook_endpoint", "status", ("active", "disabled", "removed")),
        readers="staff",
    )
    op.create_index("ix_webhook_endpoint_status", "webhook_endpoint", ["tenant_id", "status"], schema="app")


def _webhook_delivery() -> None:
    tenant_table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tries_before", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("next_try_at", INSTANT),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_latency_ms", sa.Integer()),
        sa.Column("last_why", sa.Text()),
        sa.Column("delivered_at", INSTANT),
        one_of("webhook_delivery", "status", ("pending", "delivered", "failed")),
        refers("webhook_delivery", "endpoint_id", "webhook_endpoint"),
        sa.UniqueConstraint(
            "tenant_id", "endpoint_id", "message_id", name="uq_webhook_delivery_tenant_id_endpoint_id_message_id"
        ),
        readers="staff",
    )
    op.create_index(
        "ix_webhook_delivery_endpoint",
        "webhook_delivery",
        ["tenant_id", "endpoint_id", "status", "id"],
        schema="app",
    )


def _webhook_try() -> None:
    tenant_table(
        "webhook_try",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        one_of("webhook_try", "outcome", ("delivered", "failed", "gone")),
        refers("webhook_try", "delivery_id", "webhook_delivery"),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_webhook_try_delivery", "webhook_try", ["tenant_id", "delivery_id", "id"], schema="app")


def _hold_mark() -> None:
    tenant_table(
        "hold_mark",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("held_since_on", sa.Date(), nullable=False),
        refers("hold_mark", "enrollment_id", "enrollment"),
        refers("hold_mark", "provider_id", "provider"),
        sa.UniqueConstraint("tenant_id", "enrollment_id", name="uq_hold_mark_tenant_id_enrollment_id"),
        readers="staff",
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("hold_mark", "webhook_try", "webhook_delivery", "webhook_endpoint"):
        op.drop_table(table, schema="app")
