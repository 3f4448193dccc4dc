"""Requirements that a clinic or payer changed, what is watched, reminders, lapses, checks that are due, and calendar feeds.

The table of expiry notices of 0003 gives way to reminders, which name a person and a channel.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, run_sql, tenant_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.drop_table("expiry_notice", schema="app")
    _requirement_override()
    _expirable()
    _watch_note()
    _reminder()
    _lapse()
    _check_due()
    run_sql("0009_feeds.sql")


def _requirement_override() -> None:
    tenant_table(
        "requirement_override",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text()),
        sa.Column("license_type", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.Column("level", sa.Text()),
        sa.Column("validity_days", sa.Integer()),
        sa.Column("kinds", JSONB()),
        sa.Column("on_lapse", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("undoes_id", sa.Uuid()),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        one_of("requirement_override", "level", ("required", "conditional", "optional", "not_needed")),
        one_of("requirement_override", "on_lapse", ("hold", "tell")),
        sa.CheckConstraint("validity_days BETWEEN 1 AND 3660", name="ck_requirement_override_validity_days"),
        refers("requirement_override", "undoes_id", "requirement_override"),
        sa.UniqueConstraint("tenant_id", "undoes_id", name="uq_requirement_override_tenant_id_undoes_id"),
        readers="everyone",
        grants="SELECT, INSERT",
    )


def _expirable() -> None:
    tenant_table(
        "expirable",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text()),
        sa.Column("payer_id", sa.Text()),
        sa.Column("payer_kinds", JSONB(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("renewed_from", sa.Date()),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("payer_exceptions", JSONB(), nullable=False),
        sa.Column("owes", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name="uq_expirable_tenant_id_key"),
        one_of("expirable", "owes", ("provider", "clinic", "vendor", "payer", "third_party")),
        one_of("expirable", "source_kind", ("credential", "document", "provider", "enrollment")),
        refers("expirable", "provider_id", "provider"),
        readers="own",
    )
    op.create_index("ix_expirable_ends_on", "expirable", ["tenant_id", "ends_on", "id"], schema="app")
    op.create_index("ix_expirable_provider", "expirable", ["tenant_id", "provider_id"], schema="app")


def _watch_note() -> None:
    tenant_table(
        "watch_note",
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        one_of("watch_note", "act", ("snoozed", "acted", "resumed")),
        sa.CheckConstraint("act = 'resumed' OR until_on IS NOT NULL", name="ck_watch_note_until"),
        refers("watch_note", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_watch_note_item", "watch_note", ["tenant_id", "item_key", "id"], schema="app")


def _reminder() -> None:
    tenant_table(
        "reminder",
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("mailed_at", INSTANT),
        sa.UniqueConstraint(
            "tenant_id", "item_key", "ends_on", "days_before", "person_id", name="uq_reminder_tenant_id_stage"
        ),
        one_of("reminder", "level", ("first", "clinic", "account")),
        refers("reminder", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index("ix_reminder_person", "reminder", ["tenant_id", "person_id", "day_on"], schema="app")


def _lapse() -> None:
    tenant_table(
        "lapse",
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text()),
        sa.Column("payer_id", sa.Text()),
        sa.Column("payer_kinds", JSONB(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("payer_exceptions", JSONB(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("restored_on", sa.Date()),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_how", sa.Text()),
        sa.UniqueConstraint("tenant_id", "item_key", "ends_on", name="uq_lapse_tenant_id_item_key"),
        one_of("lapse", "closed_how", ("renewed", "corrected", "withdrawn")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name="ck_lapse_closed"),
        refers("lapse", "provider_id", "provider"),
        readers="own",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index("ix_lapse_provider", "lapse", ["tenant_id", "provider_id"], schema="app")


def _check_due() -> None:
    tenant_table(
        "check_due",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date()),
        sa.Column("checked_on", sa.Date()),
        sa.UniqueConstraint("tenant_id", "provider_id", "source", name="uq_check_due_tenant_id_provider_id"),
        one_of("check_due", "source", ("leie", "sam", "license")),
        refers("check_due", "provider_id", "provider"),
        readers="staff",
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index("ix_check_due_due_on", "check_due", ["tenant_id", "due_on"], schema="app")


def downgrade() -> None:
    """Drop them again, and bring back the expiry notices."""
    run_sql("0009_feeds_down.sql")
    for table in ("check_due", "lapse", "reminder", "watch_note", "expirable", "requirement_override"):
        op.drop_table(table, schema="app")
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
