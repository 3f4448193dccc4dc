"""Reviewing files, recording what people verified, deciding, and telling the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from credentialing.committee.models import CommitteeCase, CommitteeDecision, CommitteeMeeting, CommitteeProof
from credentialing.committee.rules import (
    ELEMENTS,
    Ballot,
    Checklist,
    Outcome,
    Program,
    Vote,
    blocking_reason,
    notice_due_on,
    recredential_due_on,
    recusal_defects,
    tally,
)
from credentialing.committee.rules.voting import missing_words
from credentialing.committee.services import setup
from credentialing.committee.services.evidence import checklists
from credentialing.committee.services.listing import decisions_of
from credentialing.committee.services.meetings import NoQuorum, clinic_day, get_meeting
from credentialing.committee.states import CaseState, MeetingState
from credentialing.providers.models import Provider
from credentialing.providers.services import get_provider
from infra.db import current_scope, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, NotFound, invalid
from tenants.audit import record
from tenants.documents.services import get_document

LETTER_TOPIC = "credentialing.write_decision_letter"
METHODS = {
    "website": "Its website",
    "database": "A database query",
    "letter": "A letter",
    "phone": "A phone call",
    "copy": "A copy of the document",
}
CHANNELS = {"mail": "Mail", "email": "E-mail", "portal": "Portal", "hand": "By hand"}
OLDEST_PROOF = timedelta(days=366 * 60)


class FileNotReady(Conflict):
    """A verification is missing, older than its limit, or speaks against the provider on the day of the decision."""

    code, title = "file-not-ready", "This file cannot be decided yet"


class NotCarried(Conflict):
    """The motion has no majority of the votes that were cast."""

    code, title = "not-carried", "The motion is not carried"


@dataclass(frozen=True, slots=True)
class MemberVote:
    """What a member who is present said; a recusal says why."""

    member_id: UUID
    vote: Vote
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A motion and its votes."""

    outcome: Outcome
    votes: Sequence[MemberVote]
    reasons: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class NewProof:
    """What a person verified: which element, when, where, how, and what it says."""

    element: str
    verified_on: date
    source: str
    method: str
    result: str = "confirmed"
    note: str = ""
    document_id: UUID | None = None


def review_files(
    providers: Sequence[Provider], on: date | None = None, program: str | None = None
) -> dict[UUID, Checklist]:
    """The review of each file for a decision on `on` (today), by the charter's program unless another is named."""
    chosen = Program(program or setup.charter().program)
    return checklists(providers, chosen, on or clinic_day())


def review_provider(provider_id: UUID, on: date | None = None) -> Checklist:
    """The review of one file. Raises `NotFound`."""
    provider = get_provider(provider_id)
    return review_files([provider], on)[provider.id]


def record_proof(provider_id: UUID, new: NewProof) -> CommitteeProof:
    """Keep that a person verified an element at its source; the newest row of an element speaks.

    Raises `Invalid` for an unknown element, a day that has not come, or an adverse result without words; `NotFound` for a document
    that is not this provider's.
    """
    setup.need_committee()
    provider = get_provider(provider_id)
    label = {element.code: element.label for element in ELEMENTS}.get(new.element)
    if label is None:
        raise invalid("element", "Choose one of the elements of the file.")
    if not clinic_day() - OLDEST_PROOF <= new.verified_on <= clinic_day():
        raise invalid("verified_on", "Give the day on which it was verified; it cannot lie ahead.")
    if new.result == "adverse" and not new.note.strip():
        raise invalid("note", "Say what the source reports.")
    if new.document_id is not None and get_document(new.document_id).provider_id != provider_id:
        raise NotFound
    row = CommitteeProof(
        provider_id=provider_id,
        element=new.element,
        verified_on=new.verified_on,
        source=new.source,
        method=new.method,
        result=new.result,
        note=new.note,
        document_id=new.document_id,
        verified_by_name=current_scope().actor_name,
    )
    db().add(row)
    db().flush()
    record(
        "committee_proof.recorded",
        f"recorded that {label.lower()} of {provider.name} was verified on {new.verified_on.isoformat()}",
        subject_kind="provider",
        subject_id=provider_id,
        facts={"element": new.element, "result": new.result},
    )
    return row


def get_case(case_id: UUID, *, lock: bool = False) -> CommitteeCase:
    """One file on an agenda. Raises `NotFound`."""
    setup.need_committee()
    return find(CommitteeCase, case_id, lock=lock)


def decide(case_id: UUID, new: NewDecision) -> CommitteeDecision:
    """Record the committee's decision about a file, with the review on which it rests.

    The day of the decision is the meeting's. An approval sets the day of recredentialing, 36 months on; approval and denial set
    the day by which the provider is told. Raises `FileNotReady`, `NoQuorum`, `NotCarried`, `Conflict` outside of a session, and
    `Invalid` for votes of people who are not there, and for words that the outcome needs.
    """
    case = get_case(case_id, lock=True)
    meeting = get_meeting(case.meeting_id)
    _refuse_out_of_session(case, meeting)
    lacking = missing_words(new.outcome, new.reasons, new.conditions)
    if lacking is not None:
        raise invalid(*lacking)
    ballots = _ballots(meeting, case, new.votes)
    _refuse_uncarried(ballots, meeting.quorum)
    provider = get_provider(case.provider_id)
    checklist = checklists([provider], Program(meeting.program), meeting.meets_on)[provider.id]
    blocked = blocking_reason(new.outcome, checklist)
    if blocked:
        raise FileNotReady(blocked)
    decision = _stored(case, meeting, new, ballots, checklist)
    case.status = CaseState.DECIDED.value
    db().flush()
    later(LETTER_TOPIC, {"decision_id": str(decision.id)}, dedupe_key=str(decision.id))
    _tell(decision, provider)
    return decision


def _refuse_out_of_session(case: CommitteeCase, meeting: CommitteeMeeting) -> None:
    if meeting.status != MeetingState.IN_SESSION:
        raise Conflict("Open the meeting first: the committee decides in session.")
    if case.status != CaseState.AGENDA:
        raise Conflict("This file has been decided, or was taken off the agenda.")


def _ballots(meeting: CommitteeMeeting, case: CommitteeCase, votes: Sequence[MemberVote]) -> list[Ballot]:
    """The votes with names; every member who is present must have said something."""
    known = setup.members_by_id()
    present = {UUID(member_id) for member_id in meeting.present}
    given = {vote.member_id: vote for vote in votes}
    if len(given) != len(votes) or not set(given) <= present:
        raise invalid("votes", "Each vote is of one member who is present in this meeting.")
    if set(given) != present:
        names = ", ".join(sorted(known[member_id].name for member_id in present - set(given)))
        raise invalid("votes", f"Say how {names} voted, or that they abstained or are recused.")
    ballots = [
        Ballot(
            vote.member_id,
            known[vote.member_id].name,
            vote.vote,
            vote.reason.strip(),
            known[vote.member_id].provider_id == case.provider_id,
        )
        for vote in votes
    ]
    defects = recusal_defects(ballots)
    if defects:
        raise invalid("votes", " ".join(defects))
    return ballots


def _refuse_uncarried(ballots: Sequence[Ballot], needed: int) -> None:
    count = tally(ballots, needed)
    if not count.has_quorum:
        raise NoQuorum(
            f"{needed} members must take part in this vote; {count.taking_part} do, {count.recused} are recused."
        )
    if not count.is_carried:
        raise NotCarried(f"{count.in_favor} voted for it and {count.against} against; record what has a majority.")


def _stored(
    case: CommitteeCase,
    meeting: CommitteeMeeting,
    new: NewDecision,
    ballots: Sequence[Ballot],
    checklist: Checklist,
) -> CommitteeDecision:
    decision = CommitteeDecision(
        id=uuid7(),
        case_id=case.id,
        provider_id=case.provider_id,
        outcome=new.outcome.value,
        reasons=new.reasons.strip(),
        conditions=new.conditions.strip(),
        decided_on=meeting.meets_on,
        votes=[
            {
                "member_id": str(ballot.member_id),
                "name": ballot.name,
                "vote": ballot.vote.value,
                "reason": ballot.reason,
            }
            for ballot in ballots
        ],
        checklist=shown_checks(checklist),
        program=meeting.program,
        notice_due_on=notice_due_on(meeting.meets_on),
        recredential_due_on=recredential_due_on(meeting.meets_on) if new.outcome.is_approval else None,
        recorded_by_name=current_scope().actor_name,
    )
    db().add(decision)
    return decision


def shown_checks(checklist: Checklist) -> list[dict[str, Any]]:
    """A review as plain values, for the API and for keeping beside a decision."""
    return [
        {
            "element": check.element.code,
            "label": check.element.label,
            "status": check.status,
            "why": check.why,
            "verified_on": check.proof.verified_on.isoformat() if check.proof else None,
            "source": check.proof.source if check.proof else None,
            "method": check.proof.method if check.proof else None,
            "verified_by": check.proof.by if check.proof else None,
            "document_id": check.proof.document_id if check.proof else None,
            "age_days": check.age_days,
            "limit_days": check.limit_days,
            "last_day": check.last_day.isoformat() if check.last_day else None,
        }
        for check in checklist.checks
    ]


def _tell(decision: CommitteeDecision, provider: Provider) -> None:
    outcome = Outcome(decision.outcome)
    record(
        f"committee_case.{outcome.value}",
        f"recorded that the committee {outcome.words} the file of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
        facts={"decision_id": str(decision.id), "decided_on": decision.decided_on.isoformat()},
    )
    ends = decision.recredential_due_on
    publish(
        "committee.decided",
        provider_id=str(provider.id),
        decision_id=str(decision.id),
        outcome=outcome.value,
        decided_on=decision.decided_on.isoformat(),
        notice_due_on=decision.notice_due_on.isoformat(),
        recredential_due_on=ends.isoformat() if ends else None,
    )


def note_notice(case_id: UUID, *, on: date, channel: str) -> CommitteeCase:
    """Note that the provider was told of the decision. Raises `Conflict` before a decision or twice, `Invalid` for the day."""
    case = get_case(case_id, lock=True)
    decision = decisions_of([case.id]).get(case.id)
    if decision is None:
        raise Conflict("There is no decision to tell of yet.")
    if case.notified_on is not None:
        raise Conflict("It is noted already that the provider was told.")
    if not decision.decided_on <= on <= clinic_day():
        raise invalid("on", "Give the day on which it was sent: from the decision on, and not ahead.")
    case.notified_on, case.notice_channel = on, channel
    if case.letter_document_id is not None:
        # From now on the provider finds the letter in their own file.
        get_document(case.letter_document_id, lock=True).provider_id = case.provider_id
    db().flush()
    record(
        "committee_case.notified",
        f"told {get_provider(case.provider_id).name} of the committee's decision",
        subject_kind="provider",
        subject_id=case.provider_id,
        facts={"on": on.isoformat(), "channel": channel},
    )
    return case
