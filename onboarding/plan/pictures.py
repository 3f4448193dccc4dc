"""A plan as its pages show it: status words with their tone, groups by workstream, filters, and the rows of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from infra.words import counted, human_date
from onboarding.plan.models import PlanGate, PlanTask
from onboarding.plan.services.board import Board
from onboarding.plan.states import DONE, TaskStatus
from onboarding.plan.template import OWNERS, load_template

PARTY_WORDS = {"clinic": "Clinic", "vendor": "Us", "payer": "Payer", "third_party": "Third party"}
FILTERS = {
    "open": "Open",
    "mine": "Mine",
    "client": "The clinic's turn",
    "late": "Late",
    "critical": "Critical path",
    "all": "All",
}
STEP_WORDS = {
    "in_progress": "started it",
    "blocked": "blocked it",
    "claimed": "said it is done",
    "verified": "verified it",
    "skipped": "skipped it",
    "reopened": "reopened it",
}


def party_word(party: str | None, *, for_clinic: bool = False) -> str:
    """Whose turn it is, from where the reader stands: the clinic reads "You" for itself and the vendor reads "Us"."""
    if for_clinic:
        return {"clinic": "You", "vendor": "Billing team"}.get(party or "", PARTY_WORDS.get(party or "", ""))
    return PARTY_WORDS.get(party or "", "")


def is_open(task: PlanTask) -> bool:
    """Neither verified nor skipped."""
    return TaskStatus(task.status) not in DONE


def status_word(task: PlanTask, today: date, *, for_clinic: bool = False) -> tuple[str, str]:
    """The word and tone of a task's status; late and waiting are said before "not started"."""
    status = TaskStatus(task.status)
    who = party_word(task.waiting_on, for_clinic=for_clinic)
    if status is TaskStatus.VERIFIED:
        return "Verified", "good"
    if status is TaskStatus.SKIPPED:
        return "Skipped", "neutral"
    if status is TaskStatus.BLOCKED:
        return f"Blocked: {who}", "blocked"
    if status is TaskStatus.CLAIMED:
        return "Claimed", "waiting"
    late = task.planned_end < today
    if status is TaskStatus.IN_PROGRESS:
        return "In progress", "attention" if late else "waiting"
    if task.waiting_on:
        return f"To do: {who}", "attention" if late else "waiting"
    return "Not yet", "neutral"


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one workstream that are shown, and how far all of it is."""

    code: str
    label: str
    tasks: Sequence[PlanTask]
    done: int
    total: int
    late: int

    @property
    def note(self) -> str:
        """`3 of 6 done, 1 late`."""
        late = f", {self.late} late" if self.late else ""
        return f"{self.done} of {self.total} done{late}"


def matches(task: PlanTask, only: str, today: date, person_id: str) -> bool:
    """Whether a task belongs to a filter of the checklist."""
    if only == "mine":
        return is_open(task) and str(task.assignee_person_id) == person_id
    if only == "client":
        return is_open(task) and task.waiting_on == "clinic"
    if only == "late":
        return is_open(task) and task.planned_end < today
    if only == "critical":
        return task.on_critical_path
    return only == "all" or is_open(task)


def groups_of(tasks: Sequence[PlanTask], *, only: str, today: date, person_id: str) -> list[Group]:
    """The workstreams with the tasks that a filter shows, in the template's order."""
    labels = {stream.code: stream.label for stream in load_template().workstreams}
    by_stream: dict[str, list[PlanTask]] = {}
    for task in tasks:
        by_stream.setdefault(task.workstream, []).append(task)
    found = []
    for code, label in labels.items():
        whole = by_stream.get(code, [])
        shown = [task for task in whole if matches(task, only, today, person_id)]
        if shown:
            done = sum(not is_open(task) for task in whole)
            late = sum(is_open(task) and task.planned_end < today for task in whole)
            found.append(Group(code, label, shown, done, len(whole), late))
    return found


def counts_of(tasks: Sequence[PlanTask], *, today: date, person_id: str) -> dict[str, int]:
    """How many tasks each filter shows."""
    return {only: sum(matches(task, only, today, person_id) for task in tasks) for only in FILTERS}


def gate_dots(gates: Sequence[PlanGate]) -> list[dict[str, str]]:
    """The gates as dots: passed, the next one, late, open."""
    found, next_seen = [], False
    for gate in gates:
        if gate.status == "reached":
            state = "passed"
        elif not next_seen:
            next_seen = True
            state = "blocked" if gate.status == "late" else "current"
        else:
            state = "open"
        found.append({"label": gate.label, "state": state})
    return found


def gate_word(gate: PlanGate) -> tuple[str, str]:
    """The word and tone of a gate."""
    if gate.status == "reached":
        return "Reached", "good"
    if gate.status == "late":
        return f"{counted(gate.days_late, 'business day')} late", "blocked"
    return ("At risk", "attention") if gate.status == "at_risk" else ("On time", "waiting")


def owner_label(task: PlanTask) -> str:
    """Who does it, in words."""
    return OWNERS[task.owner].label


def slack_title(task: PlanTask, today: date) -> str:
    """What hovering over a bar says: dates, slack, whose wait."""
    parts = [f"Forecast {human_date(task.forecast_start, today)} to {human_date(task.forecast_end, today)}"]
    if is_open(task):
        slack = task.slack_days or 0
        parts.append("critical, no slack" if task.on_critical_path else f"{counted(slack, 'business day')} of slack")
        if task.waiting_on:
            parts.append(f"waiting on: {PARTY_WORDS[task.waiting_on].lower()}")
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows of the drawing and the days that it spans."""

    rows: Sequence[dict[str, Any]]
    days: Sequence[date]


def timeline_of(board: Board, groups: Sequence[Group], url_of: Any, *, for_clinic: bool) -> Timeline:
    """Planned outlines, forecast bars and gates. `url_of(task)` is the address of a task's panel."""
    labels = {group.code: group.label for group in groups}
    rows = [_gate_row(gate, board.today) for gate in board.gates]
    rows += [
        _task_row(task, labels[task.workstream], url_of(task), board.today, for_clinic=for_clinic)
        for group in groups
        for task in group.tasks
    ]
    shown = [task for group in groups for task in group.tasks]
    first = min([board.plan.contract_on, board.today, *(task.planned_start for task in shown)])
    last = max([board.today, *(task.forecast_end for task in shown), *(gate.forecast_p80 for gate in board.gates)])
    first, last = first - timedelta(days=2), last + timedelta(days=4)
    return Timeline(rows, [first + timedelta(days=n) for n in range((last - first).days + 1)])


def _gate_row(gate: PlanGate, today: date) -> dict[str, Any]:
    word, tone = gate_word(gate)
    facts: dict[str, Any] = {
        "label": gate.label,
        "group": "Gates",
        "status": (word, tone),
        "gate": gate.reached_on or gate.target_on,
        "title": f"Target {human_date(gate.target_on, today)}, forecast {human_date(gate.forecast_p50, today)},"
        f" 80 % by {human_date(gate.forecast_p80, today)}",
    }
    if gate.status != "reached":
        facts |= {"p50": gate.forecast_p50, "p80": gate.forecast_p80}
    return facts


def _task_row(task: PlanTask, group: str, url: str, today: date, *, for_clinic: bool) -> dict[str, Any]:
    late = is_open(task) and task.forecast_end > task.planned_end
    return {
        "label": task.title,
        "sub": f"{task.code} · {owner_label(task)}",
        "url": url,
        "group": group,
        "status": status_word(task, today, for_clinic=for_clinic),
        "planned": (task.planned_start, task.planned_end),
        "forecast": (task.forecast_start, task.forecast_end),
        "state": "done" if not is_open(task) else ("late" if late and not task.on_critical_path else ""),
        "critical": task.on_critical_path and is_open(task),
        "title": slack_title(task, today),
    }
