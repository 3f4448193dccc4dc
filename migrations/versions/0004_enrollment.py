"""Payer enrollment cases, their history and touches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.helpers import one_of, refers, tenant_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUSES = (
    "not_started gathering ready_to_submit submitted payer_received in_review info_requested committee approved"
    " contract_sent contract_signed effective loaded_verified denied closed_panel withdrawn terminated revalidation_due"
).split()


def upgrade() -> None:
    """Create the tables."""
    tenant_table(
        "location",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("npi", sa.Text()),
        sa.UniqueConstraint("tenant_id", "name", name="uq_location_tenant_id_name"),
        readers="everyone",
    )
    _enrollment()
    _event()
    _touch()
    _outcome()


def _enrollment() -> None:
    tenant_table(
        "enrollment",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("line_of_business", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Uuid()),
        sa.Column("tin", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("status_since_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date()),
        sa.Column("payer_received_on", sa.Date()),
        sa.Column("decided_on", sa.Date()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("retro_granted_on", sa.Date()),
        sa.Column("loaded_on", sa.Date()),
        sa.Column("proof_document_id", sa.Uuid()),
        sa.Column("proof_reference", sa.Text()),
        sa.Column("proof_kind", sa.Text()),
        sa.Column("terminated_on", sa.Date()),
        sa.Column("recredential_due_on", sa.Date()),
        sa.Column("last_touch_on", sa.Date()),
        sa.Column("next_follow_up_on", sa.Date()),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("enrollment", "provider_id", "provider"),
        refers("enrollment", "location_id", "location"),
        refers("enrollment", "proof_document_id", "document"),
        one_of("enrollment", "status", STATUSES),
        sa.CheckConstraint(
            "next_follow_up_on IS NOT NULL OR status IN ('loaded_verified', 'withdrawn', 'terminated')",
            name="ck_enrollment_next_follow_up",
        ),
        readers="own",
    )
    op.create_index(
        "uq_enrollment_pair",
        "enrollment",
        ["tenant_id", "provider_id", "payer_id", "line_of_business", "location_id"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("status NOT IN ('withdrawn', 'terminated')"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_enrollment_payer", "enrollment", ["tenant_id", "payer_id", "status"], schema="app")
    op.create_index("ix_enrollment_follow_up", "enrollment", ["tenant_id", "next_follow_up_on", "id"], schema="app")


def _event() -> None:
    tenant_table(
        "enrollment_event",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_status", sa.Text()),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("waits_on", sa.Text()),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("proof_document_id", sa.Uuid()),
        sa.Column("proof_kind", sa.Text()),
        refers("enrollment_event", "enrollment_id", "enrollment"),
        refers("enrollment_event", "provider_id", "provider"),
        refers("enrollment_event", "proof_document_id", "document"),
        sa.UniqueConstraint(
            "tenant_id", "enrollment_id", "number", name="uq_enrollment_event_tenant_id_enrollment_id_number"
        ),
        one_of("enrollment_event", "to_status", STATUSES),
        readers="own",
        grants="SELECT, INSERT",
    )


def _touch() -> None:
    tenant_table(
        "enrollment_touch",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("touched_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_follow_up_on", sa.Date()),
        sa.Column("was_due_on", sa.Date()),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        refers("enrollment_touch", "enrollment_id", "enrollment"),
        one_of("enrollment_touch", "channel", ("phone", "portal", "email", "fax", "letter", "other")),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_enrollment_touch_case", "enrollment_touch", ["tenant_id", "enrollment_id", "created_at"], schema="app"
    )


def _outcome() -> None:
    tenant_table(
        "enrollment_outcome",
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("line_of_business", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        one_of("enrollment_outcome", "kind", ("panel", "load")),
        sa.CheckConstraint("days >= 0", name="ck_enrollment_outcome_days"),
        readers="everyone",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_enrollment_outcome_payer", "enrollment_outcome", ["tenant_id", "payer_id", "line_of_business"], schema="app"
    )


def downgrade() -> None:
    """Drop them again."""
    for name in ("enrollment_outcome", "enrollment_touch", "enrollment_event", "enrollment", "location"):
        op.drop_table(name, schema="app")
