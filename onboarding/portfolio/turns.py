"""Whose turn it is: the open items of a plan in three columns, oldest wait first, and what the clinic is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onboarding.plan.models import PlanTask
from onboarding.plan.permissions import may_take
from onboarding.plan.pictures import is_open
from onboarding.plan.services import Board
from onboarding.plan.states import TaskStatus, TaskStep
from onboarding.plan.template import load_template
from tenants.access.roles import Role

COLUMNS = (("clinic", ("clinic",)), ("vendor", ("vendor",)), ("others", ("payer", "third_party")))
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Item:
    """One open task and how many business days it has waited."""

    task: PlanTask
    days: int


@dataclass(frozen=True, slots=True)
class Column:
    """One side: the items that are shown and how many there are."""

    side: str
    items: Sequence[Item]
    total: int


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that the clinic is asked for: why, who waits for it, how long it takes, and whether a file is wanted."""

    task: PlanTask
    gate: str
    waiting_behind: int
    days: int
    wants_file: bool
    proof: str


def turns(board: Board, tasks: Sequence[PlanTask]) -> list[Column]:
    """The three columns over these tasks."""
    found = []
    for side, parties in COLUMNS:
        mine = [task for task in tasks if is_open(task) and task.waiting_on in parties]
        mine.sort(key=lambda task: (task.waiting_since or board.today, not task.on_critical_path, task.position))
        items = [Item(task, _days(board, task)) for task in mine[:SHOWN]]
        found.append(Column(side, items, len(mine)))
    return found


def needs(board: Board, tasks: Sequence[PlanTask]) -> list[Need]:
    """What the clinic can do now, most urgent first: late and critical before the rest."""
    template = load_template()
    labels = {gate.code: gate.label for gate in board.gates}
    mine = [task for task in tasks if task.waiting_on == "clinic" and _can_claim(task)]
    mine.sort(key=lambda task: (task.planned_end >= board.today, not task.on_critical_path, task.planned_end))
    return [
        Need(
            task=task,
            gate=labels[task.gate],
            waiting_behind=sum(task.code in other.depends_on and is_open(other) for other in board.tasks),
            days=task.duration_bd,
            wants_file=template.proofs[task.proof].document,
            proof=template.proofs[task.proof].label,
        )
        for task in mine
    ]


def _can_claim(task: PlanTask) -> bool:
    open_to_claim = TaskStatus(task.status) in (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED)
    return open_to_claim and may_take(
        Role.CLINIC_ADMIN, TaskStep.CLAIMED, owner=task.owner, client_visible=task.client_visible
    )


def _days(board: Board, task: PlanTask) -> int:
    since = task.waiting_since or board.today
    return max(0, board.calendar.business_days_between(since, board.today))
