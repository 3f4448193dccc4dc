"""What the portfolio shows of a plan: one row per clinic, written in the transaction that changed the plan."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from infra import clock
from infra.db import current_tenant, db
from infra.ids import uuid7
from onboarding.plan.models import PlanTask
from onboarding.plan.services.board import Board
from onboarding.plan.states import TaskStatus
from tenants.clinics.models import ClinicRollup

_NOTHING_YET: dict[str, int] = {
    "panels_billable": 0,
    "panels_pending": 0,
    "panels_blocked": 0,
    "revenue_at_risk_cents": 0,
}


def store_rollup(board: Board) -> None:
    """Write the plan's part of the clinic's rollup row; counts of panels and money stay as they are."""
    values = plan_part(board)
    db().execute(
        insert(ClinicRollup)
        .values(tenant_id=current_tenant(), id=uuid7(), created_at=clock.now(), **_NOTHING_YET, **values)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )


def plan_part(board: Board) -> dict[str, Any]:
    """Gate, dates, whose turn it is and the next act of a plan."""
    live = board.go_live
    reached = sum(gate.status == "reached" for gate in board.gates)
    following = next((gate for gate in board.gates if gate.status != "reached"), board.gates[-1])
    deciding = deciding_wait(board)
    return {
        "name": board.clinic_name,
        "gate": following.code,
        "gates_reached": reached,
        "gates_total": len(board.gates),
        "go_live_target": board.plan.go_live_target,
        "forecast_p50": live.forecast_p50,
        "forecast_p80": live.forecast_p80,
        "days_late": 0 if live.status == "reached" else live.days_late,
        "blocked_on": deciding.waiting_on if deciding else None,
        "waiting_days": waited(board, deciding) if deciding else 0,
        "open_tasks": len(board.open_tasks),
        "overdue_tasks": sum(task.planned_end < board.today for task in board.open_tasks),
        "next_act": deciding.title
        if deciding
        else next((task.title for task in board.open_tasks), "Nothing left to do"),
        "refreshed_at": clock.now(),
    }


def deciding_wait(board: Board) -> PlanTask | None:
    """The task whose wait decides now: blocked or on the critical path first, then the longest wait."""
    waiting = [task for task in board.open_tasks if task.waiting_on]
    return min(
        waiting,
        key=lambda task: (
            not (task.on_critical_path or (task.status == TaskStatus.BLOCKED and task.slack_days == 0)),
            task.waiting_since or board.today,
            task.position,
        ),
        default=None,
    )


def waited(board: Board, task: PlanTask) -> int:
    """Business days since it is this party's turn."""
    since = task.waiting_since or board.today
    return max(0, board.calendar.business_days_between(since, board.today))
