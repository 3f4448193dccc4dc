"""A lapsed license or insurance becomes a task of the plan while the plan runs; its renewal finishes the task."""

from __future__ import annotations

from uuid import UUID

from credentialing.monitoring.models import Lapse
from credentialing.monitoring.services import get_lapse
from credentialing.providers.services import provider_names
from infra.db import db
from infra.words import human_date
from onboarding.plan.models import PlanTask
from onboarding.plan.rules import PlannedTask
from onboarding.plan.services.board import Board, find_plan, load_board
from onboarding.plan.services.moving import apply_step
from onboarding.plan.services.recalculating import recalculate, task_event
from onboarding.plan.services.starting import new_task
from onboarding.plan.states import DONE, TaskEvidence, TaskStatus, TaskStep, move
from tenants.audit import record

PREFIX = "LAPSE-"
WORKSTREAM = "W08"
RENEW_BD = 3
OWNERS = {"provider": "prov", "clinic": "ca"}


def code_of(lapse_id: UUID) -> str:
    """The code of a lapse's task: the same for every run."""
    return f"{PREFIX}{lapse_id.hex[-8:].upper()}"


def open_lapse_task(lapse_id: UUID, *, owes: str) -> PlanTask | None:
    """Put a lapse into the plan, under the last gate, so that it never moves go-live; once, whatever the number of runs.

    None when the lapse is over, does not hold billing, or the plan has reached its last gate: then the case itself comes into the
    follow-ups. A task that was finished for this lapse and is needed again is opened again.
    """
    lapse = get_lapse(lapse_id)
    if find_plan() is None or lapse.closed_at is not None or not (lapse.holds or lapse.payer_exceptions):
        return None
    board = load_board(lock=True)
    last = board.gates[-1]
    if last.reached_on is not None:
        return None
    task = board.task(code_of(lapse_id))
    if task is None:
        task = _add(board, lapse, last.code, owes)
    elif TaskStatus(task.status) in DONE:
        _step(board, task, TaskStep.REOPENED, "It is needed again.")
    recalculate(board)
    return task


def _add(board: Board, lapse: Lapse, gate: str, owes: str) -> PlanTask:
    names = provider_names([lapse.provider_id]) if lapse.provider_id else {}
    whose = names.get(lapse.provider_id, "") if lapse.provider_id else board.clinic_name
    where = f" ({lapse.state})" if lapse.state else ""
    start = board.calendar.next_business_day(board.today)
    title = f"Renew: {lapse.label}{where} of {whose} expired on {human_date(lapse.ends_on, board.today)}"
    planned = PlannedTask(
        code=code_of(lapse.id),
        title=title,
        workstream=WORKSTREAM,
        owner=OWNERS.get(owes, "cred"),
        gate=gate,
        client_visible=True,
        planned_start=start,
        planned_end=board.calendar.add_business_days(start, RENEW_BD),
        depends_on=(),
        proof="renewal",
        hard_stop=None,
        duration_bd=RENEW_BD,
    )
    task = new_task(board.plan, planned, position=len(board.tasks))
    db().add(task)
    board.tasks.append(task)
    db().flush()
    record("task.added", f"added “{title}” to the plan", subject_kind="task", subject_id=task.id)
    db().add(task_event(task, step="added", was=task.status, today=board.today, reason="It expired; billing is held."))
    return task


def close_lapse_task(lapse_id: UUID) -> PlanTask | None:
    """Verify the task of a lapse that is over; None when there is none or it is done."""
    if find_plan() is None:
        return None
    board = load_board(lock=True)
    task = board.task(code_of(lapse_id))
    if task is None or TaskStatus(task.status) in DONE:
        return None
    _step(board, task, TaskStep.VERIFIED, "The renewal is on file.")
    recalculate(board)
    return task


def _step(board: Board, task: PlanTask, step: TaskStep, reason: str) -> None:
    evidence = TaskEvidence(reason=reason, system=True)
    after = move(TaskStatus(task.status), step, evidence)
    apply_step(board, task, step, after, evidence, how="automatic", text=reason)
    record(
        f"task.{'verified' if step is TaskStep.VERIFIED else 'reopened'}",
        f"{'verified' if step is TaskStep.VERIFIED else 'reopened'} “{task.title}”: {reason}",
        subject_kind="task",
        subject_id=task.id,
    )


def is_of_lapse(task: PlanTask) -> bool:
    """True for a task that a lapse made: the template does not know it."""
    return task.code.startswith(PREFIX)


__all__ = ["close_lapse_task", "code_of", "is_of_lapse", "open_lapse_task"]
