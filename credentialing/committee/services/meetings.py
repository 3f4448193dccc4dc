"""Meetings: planned, opened with those who are present, closed with minutes; and what stands on their agenda."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_

from credentialing.committee.models import CommitteeCase, CommitteeDecision, CommitteeMeeting
from credentialing.committee.services import setup
from credentialing.committee.states import CaseState, MeetingState, NotAllowed, move_case, move_meeting
from credentialing.providers.services import get_provider
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.outbox import later
from infra.problems import Conflict, StaleVersion, invalid
from tenants.audit import record
from tenants.clinics.services import get_clinic

MINUTES_TOPIC = "credentialing.make_minutes"
WRITTEN_DOWN_WITHIN = timedelta(days=7)


class NoQuorum(Conflict):
    """Too few members are there for the committee to decide anything."""

    code, title = "no-quorum", "Too few members take part"


def clinic_day() -> date:
    """Today where the clinic is."""
    return clock.today(get_clinic().timezone)


def plan_meeting(*, meets_on: date, place: str = "") -> CommitteeMeeting:
    """Plan a meeting. Raises `Invalid` for a day that has passed."""
    row = setup.charter()
    if meets_on < clinic_day():
        raise invalid("meets_on", "A meeting can be planned for today or a later day.")
    meeting = CommitteeMeeting(meets_on=meets_on, place=place, program=row.program)
    db().add(meeting)
    db().flush()
    _record(meeting, "planned", f"planned a committee meeting on {meets_on.isoformat()}")
    return meeting


def _record(meeting: CommitteeMeeting, verb: str, words: str) -> None:
    record(f"committee_meeting.{verb}", words, subject_kind="committee_meeting", subject_id=meeting.id)


def get_meeting(meeting_id: UUID, *, lock: bool = False, if_version: int | None = None) -> CommitteeMeeting:
    """One meeting. Raises `NotFound`, and `StaleVersion` when `if_version` is no longer current."""
    setup.need_committee()
    meeting = find(CommitteeMeeting, meeting_id, lock=lock)
    if if_version is not None and meeting.version != if_version:
        raise StaleVersion
    return meeting


def list_meetings(*, limit: int, after: UUID | None = None) -> Sequence[CommitteeMeeting]:
    """Meetings, the latest day first; `after` is the last one seen."""
    setup.need_committee()
    query = select(CommitteeMeeting).where(CommitteeMeeting.tenant_id == current_tenant())
    if after is not None:
        last = find(CommitteeMeeting, after)
        query = query.where(tuple_(CommitteeMeeting.meets_on, CommitteeMeeting.id) < tuple_(last.meets_on, last.id))
    return db().scalars(query.order_by(CommitteeMeeting.meets_on.desc(), CommitteeMeeting.id.desc()).limit(limit)).all()


def _move(meeting: CommitteeMeeting, to: MeetingState) -> None:
    try:
        meeting.status = move_meeting(MeetingState(meeting.status), to).value
    except NotAllowed as error:
        raise Conflict(f"{str(error).capitalize()}.") from error


def open_meeting(meeting_id: UUID, *, present: Sequence[UUID]) -> CommitteeMeeting:
    """Begin a meeting with those who are there; its program and quorum are the charter's of this moment.

    Every file is measured against the meeting's day, so it can be written down a week later and no more. Raises `Conflict` before
    its day and after that week, `Invalid` for somebody who is no member, and `NoQuorum`.
    """
    meeting = get_meeting(meeting_id, lock=True)
    if clinic_day() < meeting.meets_on:
        raise Conflict(f"This meeting is on {meeting.meets_on.isoformat()}; it can begin on that day.")
    if clinic_day() - meeting.meets_on > WRITTEN_DOWN_WITHIN:
        raise Conflict(
            f"This meeting was planned for {meeting.meets_on.isoformat()}; call it off and plan another one."
        )
    _move(meeting, MeetingState.IN_SESSION)
    row, voting = setup.charter(), setup.members()
    known = {member.id for member in voting}
    if not set(present) <= known:
        raise invalid("present", "Only members of the committee can be present as such.")
    meeting.program, meeting.voting_members = row.program, len(voting)
    meeting.quorum = setup.quorum_of(row, len(voting))
    if len(set(present)) < meeting.quorum:
        raise NoQuorum(f"{meeting.quorum} of {len(voting)} members must be there; {len(set(present))} are.")
    meeting.present = [str(member.id) for member in voting if member.id in set(present)]
    meeting.opened_at = clock.now()
    db().flush()
    _record(meeting, "opened", f"opened the committee meeting with {len(meeting.present)} members present")
    return meeting


def cancel_meeting(meeting_id: UUID) -> CommitteeMeeting:
    """Call a planned meeting off; files on its agenda are free for another one."""
    meeting = get_meeting(meeting_id, lock=True)
    _move(meeting, MeetingState.CANCELED)
    for case in cases_of(meeting_id):
        if case.status == CaseState.AGENDA:
            case.status = CaseState.WITHDRAWN.value
    db().flush()
    _record(meeting, "canceled", f"called off the committee meeting on {meeting.meets_on.isoformat()}")
    return meeting


def note_discussion(meeting_id: UUID, *, notes: str, if_version: int | None = None) -> CommitteeMeeting:
    """Keep what was discussed beside the decisions; it goes into the minutes. Raises `Conflict` after the end."""
    meeting = get_meeting(meeting_id, lock=True, if_version=if_version)
    if meeting.status in {MeetingState.CLOSED, MeetingState.CANCELED}:
        raise Conflict("This meeting is over; its minutes are sealed.")
    meeting.notes = notes
    db().flush()
    return meeting


def close_meeting(meeting_id: UUID) -> CommitteeMeeting:
    """End a meeting and have its minutes made and sealed. Raises `Conflict` while a file has no decision."""
    meeting = get_meeting(meeting_id, lock=True)
    open_files = sum(case.status == CaseState.AGENDA for case in cases_of(meeting_id))
    if open_files:
        raise Conflict(
            f"{open_files} file{'s have' if open_files > 1 else ' has'} no decision yet: defer, or take off the agenda."
        )
    _move(meeting, MeetingState.CLOSED)
    meeting.closed_at, meeting.closed_by_name = clock.now(), current_scope().actor_name
    meeting.minutes_job_id = later(MINUTES_TOPIC, {"meeting_id": str(meeting.id)}, dedupe_key=str(meeting.id))
    db().flush()
    _record(meeting, "closed", f"closed the committee meeting of {meeting.meets_on.isoformat()}")
    return meeting


def cases_of(meeting_id: UUID) -> Sequence[CommitteeCase]:
    """Files on the agenda of a meeting, in the order in which they were put there."""
    query = select(CommitteeCase).where(
        CommitteeCase.tenant_id == current_tenant(), CommitteeCase.meeting_id == meeting_id
    )
    return db().scalars(query.order_by(CommitteeCase.id)).all()


def counts_of(meeting_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many files of each meeting are in which state."""
    rows = db().execute(
        select(CommitteeCase.meeting_id, CommitteeCase.status, func.count())
        .where(CommitteeCase.tenant_id == current_tenant(), CommitteeCase.meeting_id.in_(meeting_ids))
        .group_by(CommitteeCase.meeting_id, CommitteeCase.status)
    )
    found: dict[UUID, dict[str, int]] = {}
    for meeting_id, status, count in rows:
        found.setdefault(meeting_id, {})[status] = count
    return found


def put_on_agenda(meeting_id: UUID, *, provider_id: UUID) -> CommitteeCase:
    """Put a provider's file on the agenda; a file that was approved before comes back as a recredentialing.

    Raises `Conflict` when it stands on an open agenda already, or the meeting is over.
    """
    meeting = get_meeting(meeting_id, lock=True)
    if meeting.status in {MeetingState.CLOSED, MeetingState.CANCELED}:
        raise Conflict("This meeting is over; choose another one.")
    provider = get_provider(provider_id)
    query = select(CommitteeCase).where(
        CommitteeCase.tenant_id == current_tenant(), CommitteeCase.provider_id == provider_id
    )
    known = db().scalars(query).all()
    if any(case.status == CaseState.AGENDA for case in known):
        raise Conflict(f"{provider.name} stands on an agenda already.")
    back = next((case for case in known if case.meeting_id == meeting_id), None)
    if back is not None and back.status == CaseState.DECIDED:
        raise Conflict(f"{provider.name} was decided in this meeting.")
    if back is not None:
        back.status = CaseState.AGENDA.value
        db().flush()
        return back
    case = CommitteeCase(meeting_id=meeting_id, provider_id=provider_id, kind=_kind(provider_id))
    db().add(case)
    db().flush()
    record(
        "committee_case.added",
        f"put the file of {provider.name} on the agenda of {meeting.meets_on.isoformat()}",
        subject_kind="provider",
        subject_id=provider_id,
    )
    return case


def _kind(provider_id: UUID) -> str:
    query = select(CommitteeDecision.id).where(
        CommitteeDecision.tenant_id == current_tenant(),
        CommitteeDecision.provider_id == provider_id,
        CommitteeDecision.recredential_due_on.is_not(None),
    )
    return "recredential" if db().execute(query.limit(1)).first() else "initial"


def take_off_agenda(case_id: UUID) -> CommitteeCase:
    """Take a file that was not decided off its agenda. Raises `NotFound`, `Conflict`."""
    setup.need_committee()
    case = find(CommitteeCase, case_id, lock=True)
    try:
        case.status = move_case(CaseState(case.status), CaseState.WITHDRAWN).value
    except NotAllowed as error:
        raise Conflict(f"{str(error).capitalize()}.") from error
    db().flush()
    record(
        "committee_case.withdrawn",
        f"took the file of {get_provider(case.provider_id).name} off the agenda",
        subject_kind="provider",
        subject_id=case.provider_id,
    )
    return case
