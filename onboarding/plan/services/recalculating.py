"""The forecast of a whole plan in one pass, and the rows that it changes in one statement each."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm.attributes import set_committed_value

from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.ids import uuid7
from infra.outbox import publish
from infra.states import WaitingOn
from onboarding.plan.models import PlanForecast, PlanTask, TaskEvent
from onboarding.plan.rules import GateForecast, Schedule, TaskForecast, actionable, schedule, turn_of
from onboarding.plan.services.board import Board, find_plan, load_board
from onboarding.plan.services.rollup import store_rollup
from onboarding.plan.states import TaskStatus
from onboarding.plan.template import GO_LIVE_GATE
from tenants.audit import record
from tenants.clinics.services import mark_live

_TASKS = text(
    "UPDATE app.plan_task AS t SET forecast_start = r.forecast_start, forecast_end = r.forecast_end,"
    " slack_days = r.slack_days, on_critical_path = r.on_critical_path, waiting_on = r.waiting_on,"
    " waiting_since = r.waiting_since"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, forecast_start date, forecast_end date,"
    " slack_days integer, on_critical_path boolean, waiting_on text, waiting_since date)"
    " WHERE t.tenant_id = :tenant AND t.id = r.id"
)
_GATES = text(
    "UPDATE app.plan_gate AS g SET forecast_p50 = r.forecast_p50, forecast_p80 = r.forecast_p80,"
    " days_late = r.days_late, open_tasks = r.open_tasks, basis = r.basis, status = r.status, reached_on = r.reached_on"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, forecast_p50 date, forecast_p80 date,"
    " days_late integer, open_tasks integer, basis text, status text, reached_on date)"
    " WHERE g.tenant_id = :tenant AND g.id = r.id"
)


def recalculate(board: Board) -> Schedule:
    """Forecast the whole plan as it stands now and store what changed: tasks, gates, the day's forecast and the rollup row.

    The caller holds the lock of the plan (`load_board(lock=True)`) and has flushed nothing that it wants to take back. Publishes
    `gate.reached` for every gate that is reached now and was not before.
    """
    db().flush()
    forecast = schedule(board.states(), board.today, board.calendar, board.targets())
    _store_tasks(board, forecast)
    _store_gates(board, forecast)
    _store_day(board, forecast.go_live)
    store_rollup(board)
    return forecast


def refresh_forecast() -> bool:
    """Forecast the plan again because a day has passed. False when the clinic has no plan."""
    if find_plan() is None:
        return False
    recalculate(load_board(lock=True))
    return True


def _store_tasks(board: Board, forecast: Schedule) -> None:
    ready = set(actionable(board.states()))
    changed, began = [], []
    for task in board.tasks:
        values = _derived(task, forecast.tasks[task.code], task.code in ready, board.today)
        if all(getattr(task, name) == value for name, value in values.items()):
            continue
        if values["waiting_on"] != task.waiting_on:
            began.append(_wait_event(task, values["waiting_on"], board.today))
        for name, value in values.items():
            set_committed_value(task, name, value)
        changed.append({"id": task.id, **values})
    _write(_TASKS, changed)
    if began:
        db().execute(insert(TaskEvent), began)


def _derived(task: PlanTask, found: TaskForecast, ready: bool, today: date) -> dict[str, Any]:
    status = TaskStatus(task.status)
    party: WaitingOn | None = None
    if status is not TaskStatus.NOT_STARTED or (ready and task.planned_start <= today):
        explicit = WaitingOn(task.waiting_on) if task.waiting_on else None
        party = turn_of(status, task.owner, explicit if status is TaskStatus.BLOCKED else None)
    waiting = party.value if party else None
    since = task.waiting_since if waiting == task.waiting_on else (today if waiting else None)
    return {
        "forecast_start": found.forecast_start,
        "forecast_end": found.forecast_end,
        "slack_days": found.slack_days,
        "on_critical_path": found.on_critical_path,
        "waiting_on": waiting,
        "waiting_since": since,
    }


def _wait_event(task: PlanTask, waiting_on: str | None, today: date) -> dict[str, Any]:
    """History: it became somebody's turn without anybody having moved the task (what it depends on is done, its day came)."""
    return {
        "tenant_id": current_tenant(),
        "id": uuid7(),
        "created_at": clock.now(),
        "task_id": task.id,
        "step": "turn",
        "from_status": task.status,
        "to_status": task.status,
        "waiting_on": waiting_on,
        "since_on": today,
        "reason": None,
        "document_id": None,
        "actor_id": None,
        "actor_name": "Onpanel",
    }


def _store_gates(board: Board, forecast: Schedule) -> None:
    changed = []
    for gate, found in zip(board.gates, forecast.gates, strict=True):
        reached = found.status == "reached"
        newly = reached and gate.reached_on is None
        values = {
            "forecast_p50": found.p50,
            "forecast_p80": found.p80,
            "days_late": found.days_late,
            "open_tasks": len(found.open_codes),
            "basis": found.basis,
            "status": found.status,
            "reached_on": (gate.reached_on or found.p50) if reached else None,
        }
        if any(getattr(gate, name) != value for name, value in values.items()):
            for name, value in values.items():
                set_committed_value(gate, name, value)
            changed.append({"id": gate.id, **values})
        if newly:
            _announce(found)
    _write(_GATES, changed)


def _announce(gate: GateForecast) -> None:
    record("gate.reached", f"reached the gate “{gate.label}”", subject_kind="plan", facts={"gate": gate.code})
    publish("gate.reached", gate=gate.code, on=gate.p50.isoformat())
    if gate.code == GO_LIVE_GATE:
        mark_live()


def _store_day(board: Board, gate: GateForecast) -> None:
    values = {"forecast_p50": gate.p50, "forecast_p80": gate.p80}
    db().execute(
        upsert(PlanForecast)
        .values(
            tenant_id=current_tenant(),
            id=uuid7(),
            created_at=clock.now(),
            plan_id=board.plan.id,
            seen_on=board.today,
            **values,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "seen_on"], set_=values)
    )


def _write(statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db().execute(statement, {"rows": json.dumps(rows, default=str), "tenant": current_tenant()})


def task_event(task: PlanTask, *, step: str, was: str, today: date, reason: str | None = None) -> TaskEvent:
    """A history entry of a step that the current scope's actor took; `task` stands in its new status already."""
    scope = current_scope()
    return TaskEvent(
        task_id=task.id,
        step=step,
        from_status=was,
        to_status=task.status,
        waiting_on=task.waiting_on,
        since_on=today,
        reason=reason,
        document_id=task.proof_document_id,
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
    )
