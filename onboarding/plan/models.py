"""Tables of the plan: the plan, its tasks and gates, the append-only history of each task, and what was forecast on which day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic

_STATUSES = "status IN ('not_started', 'in_progress', 'blocked', 'claimed', 'verified', 'skipped')"
_PARTIES = "waiting_on IN ('clinic', 'vendor', 'payer', 'third_party')"


class Plan(TenantModel):
    """The onboarding of one clinic. Whoever changes a task locks this row first, so that forecasts never cross."""

    __tablename__ = "plan"
    __table_args__ = (belongs_to_clinic(), UniqueConstraint("tenant_id"))

    variant: Mapped[str]
    contract_on: Mapped[date]
    go_live_target: Mapped[date]
    template_version: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class PlanTask(TenantModel):
    """One task. `planned_*` may be moved by people, `baseline_*` stay as first planned, `forecast_*` are recalculated.

    `version` counts what people and events change; a recalculated forecast does not raise it. `waiting_on` is whose turn it is
    since `waiting_since`; nobody's while the task is done or not yet due to start.
    """

    __tablename__ = "plan_task"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("plan", "plan_id"),
        belongs_to("document", "proof_document_id"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint(_STATUSES, name="status"),
        CheckConstraint(_PARTIES, name="waiting_on"),
        CheckConstraint("planned_end >= planned_start", name="dates"),
        CheckConstraint("(status IN ('verified', 'skipped')) = (done_on IS NOT NULL)", name="done"),
        CheckConstraint("status <> 'blocked' OR waiting_on IS NOT NULL", name="blocked_on"),
    )

    plan_id: Mapped[UUID]
    code: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    workstream: Mapped[str]
    owner: Mapped[str]
    assignee_person_id: Mapped[UUID | None]
    gate: Mapped[str]
    client_visible: Mapped[bool]
    status: Mapped[str] = mapped_column(default="not_started")
    waiting_on: Mapped[str | None]
    waiting_since: Mapped[date | None]
    planned_start: Mapped[date]
    planned_end: Mapped[date]
    baseline_start: Mapped[date]
    baseline_end: Mapped[date]
    forecast_start: Mapped[date]
    forecast_end: Mapped[date]
    slack_days: Mapped[int | None]
    on_critical_path: Mapped[bool]
    duration_bd: Mapped[int]
    depends_on: Mapped[list[str]]
    proof: Mapped[str]
    proof_document_id: Mapped[UUID | None]
    evidence: Mapped[str | None]
    evidence_event: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    claimed_by_name: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    verified_by_name: Mapped[str | None]
    verified_how: Mapped[str | None]
    started_on: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str | None]
    blocked_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class PlanGate(TenantModel):
    """A milestone of the plan with its target and its forecast."""

    __tablename__ = "plan_gate"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("plan", "plan_id"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("status IN ('open', 'at_risk', 'late', 'reached')", name="status"),
        CheckConstraint("(status = 'reached') = (reached_on IS NOT NULL)", name="reached"),
    )

    plan_id: Mapped[UUID]
    code: Mapped[str]
    label: Mapped[str]
    position: Mapped[int]
    target_on: Mapped[date]
    forecast_p50: Mapped[date]
    forecast_p80: Mapped[date]
    days_late: Mapped[int]
    open_tasks: Mapped[int]
    basis: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    reached_on: Mapped[date | None]


class TaskEvent(TenantModel):
    """One entry of a task's history; it can be added to and never changed. `waiting_on` holds from then until the next entry."""

    __tablename__ = "task_event"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("plan_task", "task_id"),
        CheckConstraint(_PARTIES, name="waiting_on"),
        Index("ix_task_event_task", "tenant_id", "task_id", "id"),
    )

    task_id: Mapped[UUID]
    step: Mapped[str]
    from_status: Mapped[str]
    to_status: Mapped[str]
    waiting_on: Mapped[str | None]
    since_on: Mapped[date]
    reason: Mapped[str | None]
    document_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


class PlanForecast(TenantModel):
    """What go-live was forecast to be on one day: the last forecast of that day."""

    __tablename__ = "plan_forecast"
    __table_args__ = (belongs_to_clinic(), belongs_to("plan", "plan_id"), UniqueConstraint("tenant_id", "seen_on"))

    plan_id: Mapped[UUID]
    seen_on: Mapped[date]
    forecast_p50: Mapped[date]
    forecast_p80: Mapped[date]
