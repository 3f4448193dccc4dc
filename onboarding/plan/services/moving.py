"""Moving a task and changing its dates. Both end in a new forecast of the whole plan."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.outbox import publish
from infra.problems import Conflict, FieldError, Forbidden, Invalid, NotFound, StaleVersion, invalid
from infra.states import WaitingOn
from onboarding.plan.models import PlanTask
from onboarding.plan.permissions import may_take, refusal
from onboarding.plan.rules import can_reach_gate, needs_document, turn_of
from onboarding.plan.services.board import Board, get_task, load_board
from onboarding.plan.services.recalculating import recalculate, task_event
from onboarding.plan.states import DONE, TaskEvidence, TaskStatus, TaskStep, move
from onboarding.plan.template import GO_LIVE_GATE, load_template
from tenants.access.roles import Role
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus, ReviewStatus
from tenants.people.models import Membership

AFTER_READY_TO_BILL = frozenset({"T112", "T113"})
HELD_BY_GATE = frozenset({TaskStep.IN_PROGRESS, TaskStep.CLAIMED, TaskStep.VERIFIED})
_SAID = {
    TaskStep.IN_PROGRESS: "started",
    TaskStep.BLOCKED: "blocked",
    TaskStep.CLAIMED: "claimed",
    TaskStep.VERIFIED: "verified",
    TaskStep.SKIPPED: "skipped",
    TaskStep.REOPENED: "reopened",
}


class NotReadyToBill(Conflict):
    """Cut-over and first live batch wait until everything up to the ready-to-bill gate is verified."""

    code, title = "not-ready-to-bill", "The clinic is not ready to bill"

    def __init__(self, missing: list[PlanTask]) -> None:
        named = ", ".join(f"{task.code} {task.title}" for task in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        super().__init__(
            f"Before this, everything up to “Ready-to-bill check passed” has to be verified. Missing: {named}{more}.",
            errors=[
                FieldError("#/to", f"{task.code} {task.title} is {task.status.replace('_', ' ')}", "gate-task-open")
                for task in missing
            ],
        )


def transition(
    task_reference: str,
    *,
    step: TaskStep,
    role: Role,
    reason: str = "",
    waiting_on: WaitingOn | None = None,
    proof_document_id: UUID | None = None,
    note: str = "",
    if_version: int | None = None,
) -> PlanTask:
    """Take one step with a task (id or code) and forecast the plan anew.

    Raises `NotFound`, `Forbidden` for a step that the role may not take, `Conflict` for one that does not follow from the present
    status or comes before the clinic is ready to bill, and `Invalid` naming the reason, proof or party that is missing.
    """
    board = load_board(lock=True)
    task = get_task(board, task_reference, role)
    if not may_take(role, step, owner=task.owner, client_visible=task.client_visible):
        raise Forbidden(refusal(role, step, owner=task.owner))
    _check_version(task, if_version)
    _check_ready_to_bill(board, task, step)
    document = _proof(proof_document_id or (task.proof_document_id if step is TaskStep.VERIFIED else None), step)
    evidence = TaskEvidence(reason, note, waiting_on, str(document.id) if document else None)
    after = move(TaskStatus(task.status), step, evidence, needs_document=needs_document(task.proof, load_template()))
    if document is not None:
        task.proof_document_id = document.id
    evidence_text = f"{document.filename}" if document else note or None
    apply_step(board, task, step, after, evidence, how="document" if document else "note", text=evidence_text)
    recalculate(board)
    record(
        f"task.{_SAID[step]}",
        f"{_SAID[step]} “{task.title}”" + (f": {reason}" if reason else ""),
        subject_kind="task",
        subject_id=task.id,
        facts={"code": task.code, "waiting_on": task.waiting_on},
        is_internal=not task.client_visible,
    )
    return task


def apply_step(
    board: Board,
    task: PlanTask,
    step: TaskStep,
    after: TaskStatus,
    evidence: TaskEvidence,
    *,
    how: str,
    text: str | None = None,
) -> None:
    """Write a decided step into the task and its history. The caller recalculates the plan afterwards."""
    was, today, name = task.status, board.today, current_scope().actor_name
    explicit = evidence.waiting_on if after is TaskStatus.BLOCKED else None
    party = turn_of(after, task.owner, explicit) if after is not TaskStatus.NOT_STARTED else None
    if task.waiting_on != (party.value if party else None):
        task.waiting_since = today if party else None
    task.status, task.waiting_on = after.value, party.value if party else None
    task.blocked_reason = evidence.reason if after is TaskStatus.BLOCKED else None
    task.note = evidence.note or task.note
    task.done_on = today if after in DONE else None
    if after is TaskStatus.NOT_STARTED:
        task.started_on = None
    elif after is not TaskStatus.SKIPPED:
        task.started_on = task.started_on or today
    if step is TaskStep.REOPENED:
        _withdraw_evidence(task)
    if step is TaskStep.CLAIMED:
        task.claimed_at, task.claimed_by_name, task.evidence = clock.now(), name, text
    if step is TaskStep.VERIFIED:
        task.verified_at, task.verified_by_name, task.verified_how = clock.now(), name, how
        task.evidence = text or task.evidence
    task.version += 1
    db().add(task_event(task, step=step.value, was=was, today=today, reason=evidence.reason or evidence.note or text))
    publish("task.moved", task_id=str(task.id), code=task.code, was=was, status=task.status)


def _withdraw_evidence(task: PlanTask) -> None:
    task.proof_document_id = task.evidence = task.evidence_event = None
    task.claimed_at = task.claimed_by_name = None
    task.verified_at = task.verified_by_name = task.verified_how = None


def _check_version(task: PlanTask, wanted: int | None) -> None:
    if wanted is not None and task.version != wanted:
        raise StaleVersion


def missing_before(board: Board, task: PlanTask) -> list[PlanTask]:
    """The tasks that have to be verified before this one may begin; none for a task that does not wait for the ready-to-bill gate."""
    if task.code not in AFTER_READY_TO_BILL:
        return []
    check = can_reach_gate(GO_LIVE_GATE, board.states(), [gate.code for gate in board.gates])
    return [found for found in board.tasks if found.code in check.missing]


def _check_ready_to_bill(board: Board, task: PlanTask, step: TaskStep) -> None:
    missing = missing_before(board, task) if step in HELD_BY_GATE else []
    if missing:
        raise NotReadyToBill(missing)


def _proof(document_id: UUID | None, step: TaskStep) -> Document | None:
    if document_id is None:
        return None
    try:
        document = get_document(document_id)
    except NotFound as error:
        raise invalid("proof_document_id", "This clinic has no such document.") from error
    if step is TaskStep.VERIFIED and document.status != DocumentStatus.AVAILABLE:
        raise invalid(
            "proof_document_id",
            f"{document.filename} is {document.status.replace('_', ' ')}; only a file that passed the scan proves anything.",
        )
    if document.review_status == ReviewStatus.REJECTED:
        raise invalid("proof_document_id", f"{document.filename} was rejected: {document.review_reason}")
    return document


def change_task(task_reference: str, *, changes: dict[str, Any], role: Role, if_version: int | None = None) -> PlanTask:
    """Change planned dates, assignee or note of a task; the baseline stays as it was first planned.

    `changes` holds any of `planned_start`, `planned_end`, `assignee_person_id`, `note`. Raises `NotFound`, `StaleVersion`, `Invalid`.
    """
    board = load_board(lock=True)
    task = get_task(board, task_reference, role)
    _check_version(task, if_version)
    if "planned_start" in changes or "planned_end" in changes:
        _move_dates(board, task, changes)
    if "assignee_person_id" in changes:
        _check_assignee(changes["assignee_person_id"])
        task.assignee_person_id = changes["assignee_person_id"]
    if "note" in changes:
        task.note = changes["note"]
    task.version += 1
    recalculate(board)
    record(
        "task.changed",
        f"changed {', '.join(sorted(name.replace('_', ' ') for name in changes))} of “{task.title}”",
        subject_kind="task",
        subject_id=task.id,
        is_internal=not task.client_visible,
    )
    return task


def _move_dates(board: Board, task: PlanTask, changes: dict[str, Any]) -> None:
    start: date = changes.get("planned_start", task.planned_start)
    end: date = changes.get("planned_end", task.planned_end)
    if end < start:
        raise Invalid(
            "The planned end lies before the planned start.",
            errors=[FieldError("#/planned_end", f"Choose {start.isoformat()} or a later day.")],
        )
    task.planned_start, task.planned_end = start, end
    task.duration_bd = max(0, board.calendar.business_days_between(start, end))


def _check_assignee(person_id: UUID | None) -> None:
    if person_id is None:
        return
    found = db().scalar(
        select(Membership.id).where(
            Membership.tenant_id == current_tenant(),
            Membership.person_id == person_id,
            Membership.status == "active",
            Membership.role != Role.PROVIDER.value,
        )
    )
    if found is None:
        raise invalid("assignee_person_id", "Choose an active member of this clinic.")
