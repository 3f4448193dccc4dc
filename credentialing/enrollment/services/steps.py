"""Moving a case by one step: check its evidence, write the history, set the follow-up, tell whoever listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from credentialing.enrollment.models import Enrollment, EnrollmentEvent, EnrollmentOutcome
from credentialing.enrollment.rules import blocking, cadence_days, defects_sentence, next_follow_up
from credentialing.enrollment.services.cases import (
    FOLLOW_UP_DEFAULT_DAYS,
    clinic_day,
    get_enrollment,
    ids_of,
    payer_name,
)
from credentialing.enrollment.services.packet_facts import case_packet
from credentialing.enrollment.services.pauses import paused_days
from credentialing.enrollment.states import EnrollmentState, Evidence, ProofKind, Transition, move
from credentialing.payers.book import payer
from infra.calendar import federal_calendar
from infra.db import current_scope, current_tenant, db
from infra.outbox import publish
from infra.problems import NotFound, invalid
from infra.states import EvidenceMissing
from tenants.audit import record
from tenants.clinics.services import get_clinic
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

S = EnrollmentState
RECREDENTIAL_DEFAULT_MONTHS = 36
# How far back the first step of a case may be that was entered late.
CATCH_UP_MONTHS = 24
# Going there or leaving changes who is held or how many are counted as billable, pending or blocked.
COUNTED_APART = frozenset({S.LOADED_VERIFIED, S.DENIED, S.CLOSED_PANEL, S.REVALIDATION_DUE})
# What listeners know a step by, where its state is called otherwise.
EVENT_NAMES = {S.LOADED_VERIFIED: "enrollment.loaded"}
STEP_WORDS = {
    S.NOT_STARTED: "opened the case with {payer}",
    S.GATHERING: "began to gather what {payer} needs",
    S.READY_TO_SUBMIT: "found the application to {payer} ready to send",
    S.SUBMITTED: "sent the application to {payer}",
    S.PAYER_RECEIVED: "noted that {payer} received the application",
    S.IN_REVIEW: "noted that {payer} is reviewing the application",
    S.INFO_REQUESTED: "noted a question of {payer}",
    S.COMMITTEE: "noted that the committee of {payer} has the application",
    S.APPROVED: "noted the approval of {payer}",
    S.CONTRACT_SENT: "noted that {payer} sent a contract",
    S.CONTRACT_SIGNED: "noted that the contract with {payer} is signed",
    S.EFFECTIVE: "noted the effective date of {payer}",
    S.LOADED_VERIFIED: "verified that {payer} has loaded the provider",
    S.DENIED: "noted that {payer} refused the application",
    S.CLOSED_PANEL: "noted that the panel of {payer} is closed",
    S.WITHDRAWN: "withdrew the application to {payer}",
    S.TERMINATED: "noted the end of the participation with {payer}",
    S.REVALIDATION_DUE: "noted that {payer} wants a revalidation",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A wished step: where to, on which day, and its evidence.

    `retro_granted_on` is the first day a payer granted on request.
    """

    to: EnrollmentState
    on: date
    reason: str = ""
    reference: str = ""
    effective_date: date | None = None
    proof_document_id: UUID | None = None
    proof_kind: ProofKind | None = None
    retro_granted_on: date | None = None
    evidence: Evidence = field(init=False)

    def __post_init__(self) -> None:
        """Read the evidence as the state machine wants it."""
        document = str(self.proof_document_id) if self.proof_document_id else None
        evidence = Evidence(self.reason, self.reference, self.effective_date, document, self.proof_kind)
        object.__setattr__(self, "evidence", evidence)


def take_step(enrollment_id: UUID, step: Step, *, if_version: int | None = None) -> Enrollment:
    """Move a case by one step and write it to the history.

    Publishes `enrollment.<state>` (`enrollment.loaded` for loaded) and `hold_list.changed` when who may be billed
    changed. Raises `NotFound`, `NotAllowed` (409), `EvidenceMissing` (422 naming the fields; for an application that
    is called ready with open defects the reason), `Invalid` for a day in
    the future or before the first possible or the last step and for a proof that cannot be used, `StaleVersion`.
    """
    case = get_enrollment(enrollment_id, lock=True, if_version=if_version)
    before = case.state
    transition = move(before, step.to, step.evidence)
    _check_day(case, step.on)
    _check_proof(case, step.proof_document_id)
    _check_packet(case, step)
    if step.to in (S.APPROVED, S.EFFECTIVE) and case.decided_on is None:
        _note_outcome(case, "panel", case.submitted_on, step.on, paused=paused_days(case.id))
    if step.to is S.LOADED_VERIFIED and before is S.EFFECTIVE:
        _note_outcome(case, "load", case.decided_on, step.on)
    # Both or neither: a query in between would store a state without its follow-up date, which the table refuses.
    with db().no_autoflush:
        _apply(case, step)
        _keep_following(case, step.on)
    case.event_count += 1
    db().add(_event(case, before, step, transition))
    db().flush()
    _tell(case, before, step)
    return case


def _check_packet(case: Enrollment, step: Step) -> None:
    if step.to is not S.READY_TO_SUBMIT or step.reason.strip():
        return
    defects = blocking(case_packet(case))
    if defects:
        raise EvidenceMissing(step.to, ["reason"], defects_sentence(defects))


def _check_day(case: Enrollment, on: date) -> None:
    if on > clinic_day() + timedelta(days=1):
        raise invalid("on", "This day is in the future. Enter the day on which it happened.")
    first = _first_possible_day(case)
    if on < first:
        raise invalid("on", f"The first day that can be recorded for this case is {first.isoformat()}.")
    last = db().scalar(
        select(func.max(EnrollmentEvent.happened_on)).where(
            EnrollmentEvent.tenant_id == current_tenant(),
            EnrollmentEvent.enrollment_id == case.id,
            EnrollmentEvent.number > 1,
        )
    )
    if last is not None and on < last:
        raise invalid("on", f"The step before happened on {last.isoformat()}; this one cannot be earlier.")


def _first_possible_day(case: Enrollment) -> date:
    """A case that was asked for on an earlier day than it was entered begins there; any other may be caught up on."""
    entered_on = case.created_at.astimezone(ZoneInfo(get_clinic().timezone)).date()
    if case.requested_on < entered_on:
        return case.requested_on
    return months_after(clinic_day(), -CATCH_UP_MONTHS)


def _check_proof(case: Enrollment, document_id: UUID | None) -> None:
    if document_id is None:
        return
    try:
        document = get_document(document_id)
    except NotFound:
        raise invalid("proof_document_id", "There is no such document in this clinic.") from None
    if document.provider_id not in (None, case.provider_id):
        raise invalid("proof_document_id", "This document belongs to another provider's file.")
    if document.status != DocumentStatus.AVAILABLE:
        words = document.status.replace("_", " ")
        raise invalid("proof_document_id", f"This document is {words}; a proof must have passed the scan.")
    if document.review_status == "rejected":
        raise invalid("proof_document_id", "This document was rejected. Choose another one, or have it reviewed again.")


def _note_outcome(case: Enrollment, kind: str, start: date | None, end: date, *, paused: int = 0) -> None:
    if start is not None and end >= start:
        days = max(0, (end - start).days - paused)
        db().add(
            EnrollmentOutcome(payer_id=case.payer_id, line_of_business=case.line_of_business, kind=kind, days=days)
        )


def _apply(case: Enrollment, step: Step) -> None:
    case.status, case.status_since_on = step.to.value, step.on
    case.status_reason = step.reason.strip() or None
    case.reference = step.reference.strip() or case.reference
    case.requested_on = min(case.requested_on, step.on)
    match step.to:
        case S.SUBMITTED:
            case.submitted_on, case.payer_received_on, case.decided_on = step.on, None, None
        case S.PAYER_RECEIVED:
            case.payer_received_on = step.on
        case S.APPROVED | S.DENIED:
            case.decided_on = step.on
        case S.EFFECTIVE:
            _apply_effective(case, step)
        case S.LOADED_VERIFIED:
            _apply_loaded(case, step)
        case S.TERMINATED:
            case.terminated_on = step.on


def _apply_effective(case: Enrollment, step: Step) -> None:
    case.loaded_on, case.proof_document_id, case.proof_reference, case.proof_kind = None, None, None, None
    case.decided_on = case.decided_on or step.on
    if step.effective_date is not None:
        case.effective_on = step.effective_date
        case.recredential_due_on = months_after(step.effective_date, _recredential_months(case))
    case.retro_granted_on = step.retro_granted_on or case.retro_granted_on


def _apply_loaded(case: Enrollment, step: Step) -> None:
    was_revalidation = case.loaded_on is not None
    case.loaded_on = step.on
    case.proof_document_id = step.proof_document_id
    case.proof_reference = step.reference.strip() or None
    case.proof_kind = step.proof_kind.value if step.proof_kind else None
    case.retro_granted_on = step.retro_granted_on or case.retro_granted_on
    if was_revalidation or case.recredential_due_on is None:
        case.recredential_due_on = months_after(step.on, _recredential_months(case))


def _recredential_months(case: Enrollment) -> int:
    known = payer(case.payer_id)
    return known.recred_months if known else RECREDENTIAL_DEFAULT_MONTHS


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def follow_up_days(case: Enrollment) -> int | None:
    """After how many days at most somebody looks at this case again; None when nothing is open."""
    known = payer(case.payer_id)
    return cadence_days(case.state, known.follow_up_days if known else FOLLOW_UP_DEFAULT_DAYS)


def _keep_following(case: Enrollment, on: date) -> None:
    days = follow_up_days(case)
    # Whoever records a step has looked at the case on that day, not on the day that the step is about.
    case.last_touch_on = max(clinic_day(), on)
    case.next_follow_up_on = next_follow_up(case.last_touch_on, days, federal_calendar()) if days else None


def _event(case: Enrollment, before: EnrollmentState, step: Step, transition: Transition) -> EnrollmentEvent:
    scope = current_scope()
    return EnrollmentEvent(
        enrollment_id=case.id,
        provider_id=case.provider_id,
        number=case.event_count,
        from_status=before.value,
        to_status=step.to.value,
        waits_on=transition.waiting_on.value if transition.waiting_on else None,
        happened_on=step.on,
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
        reason=step.reason.strip() or None,
        reference=step.reference.strip() or None,
        effective_on=step.effective_date,
        proof_document_id=step.proof_document_id,
        proof_kind=step.proof_kind.value if step.proof_kind else None,
    )


def _tell(case: Enrollment, before: EnrollmentState, step: Step) -> None:
    record(
        f"enrollment.{step.to.value}",
        STEP_WORDS[step.to].format(payer=payer_name(case.payer_id)),
        subject_kind="enrollment",
        subject_id=case.id,
        facts={"from": before.value, "to": step.to.value, "on": step.on.isoformat()},
    )
    publish(EVENT_NAMES.get(step.to, f"enrollment.{step.to.value}"), **ids_of(case))
    if case.is_final or {before, step.to} & COUNTED_APART:
        publish("hold_list.changed", clinic_id=str(case.tenant_id))
