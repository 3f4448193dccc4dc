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
PROGRAMS = ("accreditation", "cvo")


def upgrade() -> None:
    """Create the tables."""
    _webhook_endpoint()
    _webhook_delivery()
    _webhook_try()
    _hold_mark()
    _committee_people()
    _committee_meeting()
    _committee_case()
    _committee_decision()
    _committee_proof()


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
        refers("webhook_try", "delivery_id", "webhook_delivery", ondelete="CASCADE"),
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


def _committee_people() -> None:
    tenant_table(
        "committee_charter",
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("quorum_kind", sa.Text(), nullable=False),
        sa.Column("quorum_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_committee_charter_tenant_id"),
        one_of("committee_charter", "program", PROGRAMS),
        one_of("committee_charter", "quorum_kind", ("majority", "count")),
        sa.CheckConstraint("quorum_count > 0", name="ck_committee_charter_quorum_count"),
        readers="staff",
    )
    tenant_table(
        "committee_member",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("is_chair", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("status", sa.Text(), nullable=False),
        one_of("committee_member", "status", ("active", "left")),
        refers("committee_member", "provider_id", "provider"),
        readers="staff",
    )


def _committee_meeting() -> None:
    tenant_table(
        "committee_meeting",
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("voting_members", sa.Integer(), nullable=False),
        sa.Column("present", JSONB(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by_name", sa.Text()),
        sa.Column("minutes_job_id", sa.Uuid()),
        sa.Column("minutes_document_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("committee_meeting", "status", ("planned", "in_session", "closed", "canceled")),
        one_of("committee_meeting", "program", PROGRAMS),
        refers("committee_meeting", "minutes_document_id", "document"),
        readers="staff",
    )
    op.create_index("ix_committee_meeting_meets_on", "committee_meeting", ["tenant_id", "meets_on", "id"], schema="app")


def _committee_case() -> None:
    tenant_table(
        "committee_case",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("letter_document_id", sa.Uuid()),
        sa.Column("notified_on", sa.Date()),
        sa.Column("notice_channel", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("committee_case", "kind", ("initial", "recredential")),
        one_of("committee_case", "status", ("agenda", "decided", "withdrawn")),
        one_of("committee_case", "notice_channel", ("mail", "email", "portal", "hand")),
        refers("committee_case", "meeting_id", "committee_meeting"),
        refers("committee_case", "provider_id", "provider"),
        refers("committee_case", "letter_document_id", "document"),
        sa.UniqueConstraint(
            "tenant_id", "meeting_id", "provider_id", name="uq_committee_case_tenant_id_meeting_id_provider_id"
        ),
        readers="staff",
    )
    op.create_index("ix_committee_case_provider", "committee_case", ["tenant_id", "provider_id"], schema="app")


def _committee_decision() -> None:
    tenant_table(
        "committee_decision",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("votes", JSONB(), nullable=False),
        sa.Column("checklist", JSONB(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("notice_due_on", sa.Date(), nullable=False),
        sa.Column("recredential_due_on", sa.Date()),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        one_of("committee_decision", "outcome", ("approved", "approved_with_conditions", "deferred", "denied")),
        refers("committee_decision", "case_id", "committee_case"),
        refers("committee_decision", "provider_id", "provider"),
        sa.UniqueConstraint("tenant_id", "case_id", name="uq_committee_decision_tenant_id_case_id"),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_committee_decision_provider",
        "committee_decision",
        ["tenant_id", "provider_id", "decided_on"],
        schema="app",
    )


def _committee_proof() -> None:
    tenant_table(
        "committee_proof",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("verified_by_name", sa.Text(), nullable=False),
        one_of("committee_proof", "result", ("confirmed", "adverse")),
        one_of("committee_proof", "method", ("website", "letter", "phone", "copy", "database")),
        refers("committee_proof", "provider_id", "provider"),
        refers("committee_proof", "document_id", "document"),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index(
        "ix_committee_proof_provider",
        "committee_proof",
        ["tenant_id", "provider_id", "element", "verified_on"],
        schema="app",
    )


def downgrade() -> None:
    """Drop them again."""
    for table in (
        "committee_proof",
        "committee_decision",
        "committee_case",
        "committee_meeting",
        "committee_member",
        "committee_charter",
        "hold_mark",
        "webhook_try",
        "webhook_delivery",
        "webhook_endpoint",
    ):
        op.drop_table(table, schema="app")
