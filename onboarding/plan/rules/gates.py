"""What holds a gate up, what can be worked on now, and whom the clinic has waited on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from infra.calendar import BusinessCalendar
from infra.states import WaitingOn
from onboarding.plan.rules.forecast import TaskState
from onboarding.plan.states import DONE, TaskStatus
from onboarding.plan.template import OWNERS, PlanTemplate


@dataclass(frozen=True, slots=True)
class GateCheck:
    """Whether a gate may be passed; `missing` names the tasks that are not verified or skipped."""

    gate: str
    allowed: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """From `since` on the item waited on somebody; on nobody when None (done)."""

    since: date
    waiting_on: WaitingOn | None


def can_reach_gate(gate: str, tasks: Iterable[TaskState], gates: Sequence[str]) -> GateCheck:
    """Say whether the gate may be passed: every task of the gates before it is verified or skipped; claimed is not
    enough.

    Args:
        gates: The codes of all gates, in order.
    Raises:
        ValueError: There is no such gate.
    Source:
        Product rule: the go-live gate (issue 2); "claimed is not done" (design.md 2).
    """
    before = set(gates[: gates.index(gate)])
    missing = tuple(task.code for task in tasks if task.gate in before and task.status not in DONE)
    return GateCheck(gate, not missing, missing)


def actionable(tasks: Iterable[TaskState]) -> tuple[str, ...]:
    """Return the open tasks that nothing holds up: not blocked, and all that they depend on is done or at least
    claimed.

    Source:
        Product rule: next actions of the clinic home (looks.md).
    """
    known = {task.code: task for task in tasks}
    good_enough = DONE | {TaskStatus.CLAIMED}

    def ready(task: TaskState) -> bool:
        return all(known[dep].status in good_enough for dep in task.depends_on if dep in known)

    startable = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS)
    return tuple(task.code for task in known.values() if task.status in startable and ready(task))


def hard_stops(tasks: Iterable[TaskState], template: PlanTemplate) -> dict[str, str]:
    """Return what is forbidden until which task is done: code of the open task and the sentence that says it.

    Source:
        45 CFR 164.502(e), 164.504(e): no PHI to a business associate before the agreement.
    """
    stops = {task.code: task.hard_stop for task in template.tasks if task.hard_stop}
    return {task.code: stops[task.code] for task in tasks if task.code in stops and task.status not in DONE}


def turn_of(status: TaskStatus, owner: str, explicit: WaitingOn | None = None) -> WaitingOn | None:
    """Return whose turn a task is: nobody's when done, the vendor's when claimed, the named one when blocked, else its
    owner's.

    Raises:
        KeyError: There is no such owner.
    Source:
        Product rule "every wait has an owner": design.md 2; domain.md 3.5, rule 3.
    """
    if status in DONE:
        return None
    if status is TaskStatus.CLAIMED:
        return WaitingOn.VENDOR
    if status is TaskStatus.BLOCKED and explicit is not None:
        return explicit
    return OWNERS[owner].side


def waits(history: Sequence[Wait], until: date, calendar: BusinessCalendar | None = None) -> dict[WaitingOn, int]:
    """Return how many days were spent waiting on whom: business days when a calendar is given, else plain days.

    Args:
        history: In the order in which it happened; each entry holds until the next one, the last until `until`.
    Source:
        Product rule: domain.md 3.5, rule 3.
    """
    days = dict.fromkeys(WaitingOn, 0)
    ends = [*(entry.since for entry in history[1:]), until]
    for entry, end in zip(history, ends, strict=True) if history else ():
        if entry.waiting_on is not None and end > entry.since:
            length = calendar.business_days_between(entry.since, end) if calendar else (end - entry.since).days
            days[entry.waiting_on] += length
    return days
