"""Completing tasks from what the product itself saw: events of other capabilities, and documents with their review."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from infra.db import current_tenant, db
from infra.problems import NotFound
from onboarding.plan.models import PlanTask
from onboarding.plan.permissions import may_take
from onboarding.plan.rules import completes, completes_by_document
from onboarding.plan.services.board import find_plan, load_board
from onboarding.plan.services.moving import AFTER_READY_TO_BILL, apply_step
from onboarding.plan.services.proving import SEEN, proofs_in
from onboarding.plan.services.recalculating import recalculate
from onboarding.plan.states import DONE, TaskEvidence, TaskStatus, TaskStep, move
from tenants.access.roles import Role
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus, ReviewStatus
from tenants.people.models import Membership


def complete_by_event(event: str) -> list[str]:
    """Verify the tasks that this event proves; returns their codes. Nothing happens to a task that is done already."""
    if find_plan() is None:
        return []
    return [code for proof in proofs_in(event) for code in _verify(completes(proof), text=SEEN[proof], event=proof)]


def complete_by_document(document_id: UUID) -> list[str]:
    """Verify what an accepted document proves: the tasks of its kind, and the task that it was uploaded for."""
    document = _document(document_id)
    if document is None or document.review_status != ReviewStatus.ACCEPTED:
        return []
    codes = list(completes_by_document(document.kind or ""))
    own = _task_of(document)
    if own is not None and own.code not in codes and own.code not in AFTER_READY_TO_BILL:
        codes.append(own.code)
    return _verify(codes, text=document.filename, event="document.accepted", document=document)


def claim_with_document(document_id: UUID) -> PlanTask | None:
    """Claim the task that an available document was uploaded for, when the uploader may claim it. None otherwise."""
    document = _document(document_id)
    task = _task_of(document) if document and document.status == DocumentStatus.AVAILABLE else None
    if document is None or task is None or not _uploader_may_claim(document, task):
        return None
    board = load_board(lock=True)
    if TaskStatus(task.status) in DONE or task.code in AFTER_READY_TO_BILL:
        return None
    task.proof_document_id = document.id
    if task.status != TaskStatus.CLAIMED:
        evidence = TaskEvidence(proof_document_id=str(document.id))
        after = move(TaskStatus(task.status), TaskStep.CLAIMED, evidence)
        apply_step(board, task, TaskStep.CLAIMED, after, evidence, how="document", text=document.filename)
        task.claimed_by_name = document.uploaded_by_name
        record(
            "task.claimed",
            f"claimed “{task.title}” with {document.filename}",
            subject_kind="task",
            subject_id=task.id,
            is_internal=not task.client_visible,
        )
    recalculate(board)
    return task


def return_rejected_document(document_id: UUID) -> PlanTask | None:
    """Give a claimed task back when its proof was rejected: the clinic or vendor sends another file."""
    document = _document(document_id)
    if document is None or document.review_status != ReviewStatus.REJECTED or find_plan() is None:
        return None
    board = load_board(lock=True)
    task = next((t for t in board.tasks if t.proof_document_id == document.id), None)
    if task is None or task.status != TaskStatus.CLAIMED:
        return None
    evidence = TaskEvidence(reason=f"{document.filename} was rejected: {document.review_reason}")
    after = move(TaskStatus.CLAIMED, TaskStep.REOPENED, evidence)
    apply_step(board, task, TaskStep.REOPENED, after, evidence, how="document")
    recalculate(board)
    record(
        "task.reopened",
        f"reopened “{task.title}”: {evidence.reason}",
        subject_kind="task",
        subject_id=task.id,
        is_internal=not task.client_visible,
    )
    return task


def _verify(codes: Iterable[str], *, text: str, event: str, document: Document | None = None) -> list[str]:
    wanted = set(codes)
    if not wanted or find_plan() is None:
        return []
    board = load_board(lock=True)
    done = []
    for task in board.tasks:
        if task.code not in wanted or TaskStatus(task.status) in DONE:
            continue
        evidence = TaskEvidence(proof_document_id=str(document.id) if document else None, system=True)
        after = move(TaskStatus(task.status), TaskStep.VERIFIED, evidence)
        task.evidence_event = event
        if document is not None:
            task.proof_document_id = document.id
        apply_step(board, task, TaskStep.VERIFIED, after, evidence, how="automatic", text=text)
        record(
            "task.verified",
            f"verified “{task.title}”: {text}",
            subject_kind="task",
            subject_id=task.id,
            facts={"code": task.code, "event": event},
            is_internal=not task.client_visible,
        )
        done.append(task.code)
    if done:
        recalculate(board)
    return done


def _document(document_id: UUID) -> Document | None:
    try:
        return get_document(document_id)
    except NotFound:
        return None


def _task_of(document: Document) -> PlanTask | None:
    if document.task_id is None:
        return None
    return db().scalar(select(PlanTask).where(PlanTask.tenant_id == current_tenant(), PlanTask.id == document.task_id))


def _uploader_may_claim(document: Document, task: PlanTask) -> bool:
    role = db().scalar(
        select(Membership.role).where(
            Membership.tenant_id == current_tenant(), Membership.person_id == document.uploaded_by
        )
    )
    if role is None:
        return False
    return may_take(Role(role), TaskStep.CLAIMED, owner=task.owner, client_visible=task.client_visible)
