"""The clinic turned out to be different than its contract said: tasks come and go with its traits."""

from __future__ import annotations

from infra.db import db
from onboarding.plan.models import PlanTask
from onboarding.plan.rules import PlannedTask, plan_tasks, traits_of
from onboarding.plan.services.board import Board, find_plan, load_board
from onboarding.plan.services.lapsing import is_of_lapse
from onboarding.plan.services.moving import apply_step
from onboarding.plan.services.recalculating import recalculate
from onboarding.plan.services.starting import new_task
from onboarding.plan.states import DONE, TaskEvidence, TaskStatus, TaskStep, move
from onboarding.plan.template import load_template
from tenants.audit import record
from tenants.clinics.services import get_clinic

NO_LONGER = "No longer applies: the clinic’s traits were changed."


def adapt_to_traits() -> tuple[list[str], list[str]]:
    """Add the tasks that the clinic's traits and state now ask for, skip those that they no longer ask for.

    Returns the codes of both. Dates of the tasks that stay are kept; what they depend on follows. A task that was skipped for
    this reason and applies again is opened again. Nothing happens without a plan or without a difference.
    """
    if find_plan() is None:
        return [], []
    board, clinic = load_board(lock=True), get_clinic()
    wanted = {
        task.code: task
        for task in plan_tasks(
            load_template(),
            board.plan.variant,
            traits_of(clinic.traits, clinic.state),
            board.plan.contract_on,
            board.calendar,
        )
    }
    added = _add(board, wanted)
    dropped = [task for task in board.open_tasks if task.code not in wanted and not is_of_lapse(task)]
    for task in dropped:
        _step(board, task, TaskStep.SKIPPED)
    if not added and not dropped:
        return [], []
    for task in board.tasks:
        if task.code in wanted and list(wanted[task.code].depends_on) != task.depends_on:
            task.depends_on = list(wanted[task.code].depends_on)
    recalculate(board)
    codes = added, [task.code for task in dropped]
    record(
        "plan.adapted",
        f"adapted the plan to the clinic: {len(codes[0])} tasks added, {len(codes[1])} skipped",
        subject_kind="plan",
        subject_id=board.plan.id,
        facts={"added": codes[0], "skipped": codes[1]},
    )
    return codes


def _add(board: Board, wanted: dict[str, PlannedTask]) -> list[str]:
    known = {task.code: task for task in board.tasks}
    added = []
    for code, planned in wanted.items():
        if code not in known:
            task = new_task(board.plan, planned, position=len(board.tasks))
            db().add(task)
            board.tasks.append(task)
            added.append(code)
        elif known[code].status == TaskStatus.SKIPPED and known[code].note == NO_LONGER:
            _step(board, known[code], TaskStep.REOPENED)
            added.append(code)
    db().flush()
    return added


def _step(board: Board, task: PlanTask, step: TaskStep) -> None:
    evidence = TaskEvidence(reason=NO_LONGER, note=NO_LONGER if step is TaskStep.SKIPPED else "", system=True)
    after = move(TaskStatus(task.status), step, evidence)
    apply_step(board, task, step, after, evidence, how="automatic")
    if after not in DONE:
        task.note = None
