"""How far each clinic's plan is: what is done by its day, what is open and on whom it waits, and the papers that prove it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from infra.calendar import federal_calendar
from infra.states import WaitingOn
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import PDF, pdf
from onboarding.demo.papers import documents_named
from onboarding.demo.proofs import PROOFS, Proof, note_of, proof_of
from onboarding.demo.story import Act, File
from onboarding.plan.rules import PlannedTask, plan_tasks, traits_of
from onboarding.plan.services import NotReadyToBill, load_board, transition
from onboarding.plan.states import DONE, TaskStatus, TaskStep
from onboarding.plan.template import load_template
from tenants.access.roles import Role
from tenants.documents.services import review_document

_CLINIC = frozenset({"ca", "own", "prov"})
_BEFORE_LIVE = frozenset({"G1_kickoff", "G2_access", "G3_data", "G4_ready_to_bill"})
# Only of work that takes this long it is told when it began; short work is told when it is done.
_LONG_BD = 3
AFTER_READY = frozenset({"T112", "T113"})


@dataclass(frozen=True, slots=True)
class Open:
    """Where an unfinished task stands: `blocked` on a party with a reason, `in_progress`, or `claimed` with a note; since when."""

    status: str
    days_ago: int
    reason: str = ""
    waiting_on: str = ""


@dataclass(frozen=True, slots=True)
class PlanStory:
    """`until_bd`: planned ends up to this business day of the plan were kept, `lag_bd` days late; `done` besides; `open` never."""

    until_bd: int
    lag_bd: int = 0
    done: frozenset[str] = field(default_factory=frozenset)
    open: Mapping[str, Open] = field(default_factory=dict)
    by_product: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class _Move:
    """One step of one task on one day."""

    on: date
    who: str
    code: str
    step: TaskStep
    reason: str = ""
    waiting_on: str = ""
    note: str = ""
    proof: Proof | None = None


def plan_acts(clinic: DemoClinic, story: PlanStory, signed_on: date, today: date) -> list[Act]:
    """The acts that bring the clinic's plan to where it stands: each day's papers, then each person's steps of that day."""
    planned = {task.code: task for task in _planned(clinic, signed_on)}
    done = _done(planned, story, signed_on)
    spans = {code: _span(planned[code], story, today) for code in done}
    ready = max((spans[code][1] for code in done if planned[code].gate in _BEFORE_LIVE), default=today)
    for code in AFTER_READY & set(done):
        first = min(federal_calendar().add_business_days(ready, 1), today)
        spans[code] = (max(spans[code][0], first), max(spans[code][1], first))
    moves = [move for code in done for move in _finish(clinic, planned[code], *spans[code], signed_on)]
    moves += [_opening(clinic, planned[code], state, today) for code, state in story.open.items() if code in planned]
    moves.sort(key=lambda move: (move.on, move.who))
    acts = _proof_acts(moves)
    for (on, who), found in groupby(moves, key=lambda move: (move.on, move.who)):
        acts.append(Act(f"plan {on} {who}", on, who, _moving(clinic, list(found))))
    return acts


def _planned(clinic: DemoClinic, signed_on: date) -> list[PlannedTask]:
    traits = traits_of(clinic.traits, "OH")
    return plan_tasks(load_template(), clinic.variant, traits, signed_on, federal_calendar())


def _done(planned: Mapping[str, PlannedTask], story: PlanStory, signed_on: date) -> list[str]:
    """What is finished: planned by then, or named, and standing on nothing that is open."""
    last = federal_calendar().add_business_days(federal_calendar().next_business_day(signed_on), story.until_bd)
    found: dict[str, bool] = {}

    def is_done(code: str) -> bool:
        if code not in found:
            task = planned[code]
            wished = code in story.done or (task.planned_end <= last and code not in story.open)
            found[code] = wished and (code in story.done or all(is_done(dep) for dep in task.depends_on))
        return found[code]

    return [code for code in planned if is_done(code) and code not in story.by_product]


def _span(task: PlannedTask, story: PlanStory, today: date) -> tuple[date, date]:
    """From when to when it really took: as planned, `lag_bd` later, over by yesterday."""
    calendar = federal_calendar()
    yesterday = calendar.add_business_days(today, -1)
    end = min(calendar.add_business_days(task.planned_end, story.lag_bd), yesterday)
    return min(calendar.add_business_days(task.planned_start, story.lag_bd), end), end


def _finish(clinic: DemoClinic, task: PlannedTask, start: date, end: date, signed_on: date) -> list[_Move]:
    is_clinics, proof = task.owner in _CLINIC, proof_of(task.code)
    doer = clinic.admin.key if is_clinics else _doer(clinic, task.owner)
    moves = []
    if task.duration_bd >= _LONG_BD and start < end and task.code not in AFTER_READY:
        moves.append(_Move(start, doer, task.code, TaskStep.IN_PROGRESS))
    elif is_clinics:
        claimed = end if task.code in AFTER_READY else federal_calendar().add_business_days(end, -1)
        moves.append(_Move(max(start, claimed, signed_on), doer, task.code, TaskStep.CLAIMED, note=note_of(task.code)))
    note = "" if proof else note_of(task.code)
    verifier = clinic.manager if is_clinics else doer
    moves.append(_Move(end, verifier, task.code, TaskStep.VERIFIED, note=note, proof=proof))
    return moves


def _doer(clinic: DemoClinic, owner: str) -> str:
    return {"cred": "tomas", "ar": "dee", "bill": "dee"}.get(owner, clinic.manager)


def _opening(clinic: DemoClinic, task: PlannedTask, state: Open, today: date) -> _Move:
    on = federal_calendar().add_business_days(today, -state.days_ago)
    who = clinic.admin.key if task.owner in _CLINIC and state.status != "blocked" else _doer(clinic, task.owner)
    if state.status == "claimed":
        return _Move(on, who, task.code, TaskStep.CLAIMED, note=state.reason)
    return _Move(on, who, task.code, TaskStep(state.status), reason=state.reason, waiting_on=state.waiting_on)


def _proof_acts(moves: list[_Move]) -> list[Act]:
    """One act per day and person: the papers that this day's steps stand on."""
    acts = []
    wanted: dict[str, tuple[date, str, Proof]] = {}
    for move in moves:
        if move.proof is not None and move.proof.name not in wanted:
            wanted[move.proof.name] = (move.on, move.who, move.proof)
    ordered = sorted(wanted.values(), key=lambda each: (each[0], each[1]))
    for (on, who), found in groupby(ordered, key=lambda each: (each[0], each[1])):
        proofs = [proof for _, _, proof in found]
        files = [File(each.name, pdf(each.title, each.lines), PDF, each.kind) for each in proofs]
        acts.append(Act(f"proofs {on} {who}", on, who, _accepting([each.name for each in proofs]), files=files))
    return acts


def _accepting(names: list[str]) -> Callable[[], None]:
    def accept() -> None:
        for document_id in documents_named(names).values():
            review_document(document_id, accept=True)

    return accept


def _moving(clinic: DemoClinic, moves: list[_Move]) -> Callable[[], None]:
    def move() -> None:
        ids = documents_named([each.name for each in PROOFS])
        standing = {task.code: TaskStatus(task.status) for task in load_board().tasks}
        for each in moves:
            found = _possible(each, standing[each.code], has_paper=each.proof is None or each.proof.name in ids)
            if found is None:
                continue
            try:
                made = transition(
                    found.code,
                    step=found.step,
                    role=Role.CLINIC_ADMIN if found.who == clinic.admin.key else Role.ACCOUNT_MANAGER,
                    reason=found.reason,
                    waiting_on=WaitingOn(found.waiting_on) if found.waiting_on else None,
                    proof_document_id=ids.get(found.proof.name) if found.proof else None,
                    note=found.note,
                )
            except NotReadyToBill:  # without a scanner no paper is proven, so the clinic cannot be live
                continue
            standing[each.code] = TaskStatus(made.status)

    return move


def _possible(move: _Move, standing: TaskStatus, *, has_paper: bool) -> _Move | None:
    """The step as it can be taken now; None when there is nothing to do. Without a scanner a paper proves nothing: then claimed."""
    if move.step is TaskStep.VERIFIED and not has_paper:
        move = replace(move, step=TaskStep.CLAIMED, note="Its paper waits for the virus scan", proof=None)
    if standing in DONE or standing.value == move.step.value:
        return None
    return None if move.step is TaskStep.IN_PROGRESS and standing is not TaskStatus.NOT_STARTED else move
