"""Reading a plan: all of it in three statements, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from infra import clock
from infra.calendar import BusinessCalendar, federal_calendar
from infra.db import current_tenant, db
from infra.problems import NotFound
from infra.states import WaitingOn
from onboarding.plan.models import Plan, PlanForecast, PlanGate, PlanTask, TaskEvent
from onboarding.plan.permissions import may_see
from onboarding.plan.rules import GateTarget, TaskState, Wait, waits
from onboarding.plan.states import DONE, TaskStatus
from onboarding.plan.template import GO_LIVE_GATE
from tenants.access.roles import Role
from tenants.clinics.models import Clinic


@dataclass(slots=True)
class Board:
    """A plan with its tasks and gates in order, the clinic's name and its present day."""

    plan: Plan
    clinic_name: str
    today: date
    tasks: list[PlanTask]
    gates: list[PlanGate]
    calendar: BusinessCalendar

    def states(self) -> list[TaskState]:
        """What the rules must know of each task."""
        return [
            TaskState(
                code=task.code,
                gate=task.gate,
                status=TaskStatus(task.status),
                duration_bd=task.duration_bd,
                planned_start=task.planned_start,
                planned_end=task.planned_end,
                depends_on=tuple(task.depends_on),
                started_on=task.started_on,
                finished_on=task.done_on,
            )
            for task in self.tasks
        ]

    def targets(self) -> list[GateTarget]:
        """The gates with their targets, in order."""
        return [GateTarget(gate.code, gate.label, gate.target_on) for gate in self.gates]

    @property
    def go_live(self) -> PlanGate:
        """The gate that the plan is about."""
        return next(gate for gate in self.gates if gate.code == GO_LIVE_GATE)

    @property
    def open_tasks(self) -> list[PlanTask]:
        """Tasks that are neither verified nor skipped."""
        return [task for task in self.tasks if TaskStatus(task.status) not in DONE]

    def task(self, reference: str) -> PlanTask | None:
        """The task with this code or id."""
        return next((t for t in self.tasks if t.code == reference or str(t.id) == reference), None)


def find_plan(*, lock: bool = False) -> tuple[Plan, str, str] | None:
    """The clinic's plan with the clinic's name and time zone, locked against other changes when asked; None without a plan."""
    query = (
        select(Plan, Clinic.name, Clinic.timezone)
        .join(Clinic, Clinic.tenant_id == Plan.tenant_id)
        .where(Plan.tenant_id == current_tenant())
    )
    if lock:
        query = query.with_for_update(of=Plan).execution_options(populate_existing=True)
    found = db().execute(query).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def load_board(*, lock: bool = False) -> Board:
    """The whole plan. Raises `NotFound` when the clinic has none."""
    found = find_plan(lock=lock)
    if found is None:
        raise NotFound
    plan, name, timezone = found
    fresh = {"populate_existing": lock}
    tasks = db().scalars(
        select(PlanTask)
        .where(PlanTask.tenant_id == current_tenant())
        .order_by(PlanTask.position)
        .execution_options(**fresh)
    )
    gates = db().scalars(
        select(PlanGate)
        .where(PlanGate.tenant_id == current_tenant())
        .order_by(PlanGate.position)
        .execution_options(**fresh)
    )
    return Board(plan, name, clock.today(timezone), list(tasks), list(gates), federal_calendar())


def visible_tasks(board: Board, role: Role) -> list[PlanTask]:
    """The tasks that exist for this role."""
    return [task for task in board.tasks if may_see(role, client_visible=task.client_visible)]


def get_task(board: Board, reference: str, role: Role) -> PlanTask:
    """One task by id or code, when it exists for this role. Raises `NotFound`."""
    task = board.task(reference)
    if task is None or not may_see(role, client_visible=task.client_visible):
        raise NotFound
    return task


def history_of(task_id: UUID) -> Sequence[TaskEvent]:
    """What happened to a task, oldest first."""
    return (
        db()
        .scalars(
            select(TaskEvent)
            .where(TaskEvent.tenant_id == current_tenant(), TaskEvent.task_id == task_id)
            .order_by(TaskEvent.id)
            .limit(500)
        )
        .all()
    )


def waits_of(events: Sequence[TaskEvent], until: date, calendar: BusinessCalendar) -> dict[WaitingOn, int]:
    """Business days that one task has waited on whom, up to `until`."""
    entries = [Wait(e.since_on, WaitingOn(e.waiting_on) if e.waiting_on else None) for e in events]
    return waits(entries, until, calendar)


def waits_so_far(board: Board) -> dict[WaitingOn, int]:
    """Business days that all tasks together have waited on whom; a day on which two tasks wait counts twice."""
    rows = db().execute(
        select(TaskEvent.task_id, TaskEvent.since_on, TaskEvent.waiting_on)
        .where(TaskEvent.tenant_id == current_tenant())
        .order_by(TaskEvent.task_id, TaskEvent.id)
    )
    by_task: dict[UUID, list[Wait]] = {}
    for row in rows:
        by_task.setdefault(row.task_id, []).append(
            Wait(row.since_on, WaitingOn(row.waiting_on) if row.waiting_on else None)
        )
    total = dict.fromkeys(WaitingOn, 0)
    for entries in by_task.values():
        for party, days in waits(entries, board.today, board.calendar).items():
            total[party] += days
    return total


def forecasts_since(first: date) -> Sequence[PlanForecast]:
    """What go-live was forecast to be on each day from `first` on, in order."""
    return (
        db()
        .scalars(
            select(PlanForecast)
            .where(PlanForecast.tenant_id == current_tenant(), PlanForecast.seen_on >= first)
            .order_by(PlanForecast.seen_on)
        )
        .all()
    )
