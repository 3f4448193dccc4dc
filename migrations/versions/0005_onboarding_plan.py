"""Onboarding plans, tasks and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, tenant_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
PARTIES = ("clinic", "vendor", "payer", "third_party")
STATUSES = ("not_started", "in_progress", "blocked", "claimed", "verified", "skipped")


def upgrade() -> None:
    """Create the tables."""
    tenant_table(
        "plan",
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("contract_on", sa.Date(), nullable=False),
        sa.Column("go_live_target", sa.Date(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_plan_tenant_id"),
    )
    _tasks()
    _gates()
    _history()


def _tasks() -> None:
    tenant_table(
        "plan_task",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("workstream", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("assignee_person_id", sa.Uuid()),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("client_visible", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waiting_on", sa.Text()),
        sa.Column("waiting_since", sa.Date()),
        sa.Column("planned_start", sa.Date(), nullable=False),
        sa.Column("planned_end", sa.Date(), nullable=False),
        sa.Column("baseline_start", sa.Date(), nullable=False),
        sa.Column("baseline_end", sa.Date(), nullable=False),
        sa.Column("forecast_start", sa.Date(), nullable=False),
        sa.Column("forecast_end", sa.Date(), nullable=False),
        sa.Column("slack_days", sa.Integer()),
        sa.Column("on_critical_path", sa.Boolean(), nullable=False),
        sa.Column("duration_bd", sa.Integer(), nullable=False),
        sa.Column("depends_on", JSONB(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("proof_document_id", sa.Uuid()),
        sa.Column("evidence", sa.Text()),
        sa.Column("evidence_event", sa.Text()),
        sa.Column("claimed_at", INSTANT),
        sa.Column("claimed_by_name", sa.Text()),
        sa.Column("verified_at", INSTANT),
        sa.Column("verified_by_name", sa.Text()),
        sa.Column("verified_how", sa.Text()),
        sa.Column("started_on", sa.Date()),
        sa.Column("done_on", sa.Date()),
        sa.Column("note", sa.Text()),
        sa.Column("blocked_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("plan_task", "plan_id", "plan"),
        refers("plan_task", "proof_document_id", "document"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_plan_task_tenant_id_code"),
        one_of("plan_task", "status", STATUSES),
        one_of("plan_task", "waiting_on", PARTIES),
        sa.CheckConstraint("planned_end >= planned_start", name="ck_plan_task_dates"),
        sa.CheckConstraint("(status IN ('verified', 'skipped')) = (done_on IS NOT NULL)", name="ck_plan_task_done"),
        sa.CheckConstraint("status <> 'blocked' OR waiting_on IS NOT NULL", name="ck_plan_task_blocked_on"),
    )


def _gates() -> None:
    tenant_table(
        "plan_gate",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("forecast_p50", sa.Date(), nullable=False),
        sa.Column("forecast_p80", sa.Date(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("open_tasks", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reached_on", sa.Date()),
        refers("plan_gate", "plan_id", "plan"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_plan_gate_tenant_id_code"),
        one_of("plan_gate", "status", ("open", "at_risk", "late", "reached")),
        sa.CheckConstraint("(status = 'reached') = (reached_on IS NOT NULL)", name="ck_plan_gate_reached"),
    )


def _history() -> None:
    tenant_table(
        "task_event",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("waiting_on", sa.Text()),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        refers("task_event", "task_id", "plan_task"),
        one_of("task_event", "waiting_on", PARTIES),
        grants="SELECT, INSERT",
    )
    op.create_index("ix_task_event_task", "task_event", ["tenant_id", "task_id", "id"], schema="app")
    tenant_table(
        "plan_forecast",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("forecast_p50", sa.Date(), nullable=False),
        sa.Column("forecast_p80", sa.Date(), nullable=False),
        refers("plan_forecast", "plan_id", "plan"),
        sa.UniqueConstraint("tenant_id", "seen_on", name="uq_plan_forecast_tenant_id_seen_on"),
        grants="SELECT, INSERT, UPDATE",
    )


def downgrade() -> None:
    """Drop them again."""
    for name in ("plan_forecast", "task_event", "plan_gate", "plan_task", "plan"):
        op.drop_table(name, schema="app")
