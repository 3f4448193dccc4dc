"""The committee over the API. All of it is 404 in a clinic that does not credential by delegation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from credentialing.committee import services
from credentialing.committee.models import (
    CommitteeCase,
    CommitteeDecision,
    CommitteeMeeting,
    CommitteeMember,
    CommitteeProof,
)
from credentialing.committee.permissions import COMMITTEE_DECIDE, COMMITTEE_PREPARE, COMMITTEE_READ
from credentialing.committee.rules import Outcome, Program, Vote
from credentialing.committee.schemas import (
    AgendaSchema,
    CharterSchema,
    CommitteeCaseSchema,
    CommitteeDecisionListSchema,
    CommitteeDecisionSchema,
    CommitteeSchema,
    MeetingDetailSchema,
    MeetingListSchema,
    MeetingSchema,
    MemberSchema,
    NewDecisionSchema,
    NewMeetingSchema,
    NewMemberSchema,
    NewProofSchema,
    NotesSchema,
    NoticeSchema,
    OpenMeetingSchema,
    ProofSchema,
    ReviewedFileSchema,
)
from infra.web.pages import encode_cursor, page_size, set_version, sliced, uuid_cursor, wanted_version
from infra.web.query import IF_MATCH, PAGES, day_argument, parameter, uuid_argument
from tenants.access.gate import access

blp = Blueprint("committee_api", __name__, url_prefix="/api/v1", description="Committee")


@blp.get("/clinics/<uuid:clinic_id>/committee")
@access(COMMITTEE_READ)
@blp.response(200, CommitteeSchema)
def get_committee(clinic_id: UUID) -> dict[str, Any]:
    """The charter and the voting members."""
    return _committee()


def _committee() -> dict[str, Any]:
    row, voting = services.charter(), services.members()
    facts = {name: getattr(row, name) for name in ("program", "quorum_kind", "quorum_count")}
    return facts | {"quorum": services.quorum_of(row, len(voting)), "members": voting}


@blp.put("/clinics/<uuid:clinic_id>/committee")
@access(COMMITTEE_PREPARE)
@blp.arguments(CharterSchema)
@blp.response(200, CommitteeSchema)
def change_committee(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Set the charter."""
    services.change_charter(**(body | {"program": Program(body["program"])}))
    return _committee()


@blp.post("/clinics/<uuid:clinic_id>/committee/members")
@access(COMMITTEE_PREPARE)
@blp.arguments(NewMemberSchema)
@blp.response(201, MemberSchema)
def add_committee_member(body: dict[str, Any], clinic_id: UUID) -> CommitteeMember:
    """Add a voting member."""
    return services.add_member(**body)


@blp.delete("/clinics/<uuid:clinic_id>/committee/members/<uuid:member_id>")
@access(COMMITTEE_PREPARE)
@blp.response(204)
def end_committee_member(clinic_id: UUID, member_id: UUID) -> None:
    """Let a member leave."""
    services.end_member(member_id)


@blp.get("/clinics/<uuid:clinic_id>/committee/meetings")
@access(COMMITTEE_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, MeetingListSchema)
def list_meetings(clinic_id: UUID) -> dict[str, Any]:
    """Meetings, the latest day first."""
    limit = page_size()
    page = sliced(services.list_meetings(limit=limit + 1, after=uuid_cursor()), limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.post("/clinics/<uuid:clinic_id>/committee/meetings")
@access(COMMITTEE_PREPARE)
@blp.arguments(NewMeetingSchema)
@blp.response(201, MeetingSchema)
def plan_meeting(body: dict[str, Any], clinic_id: UUID) -> CommitteeMeeting:
    """Plan a meeting."""
    return services.plan_meeting(**body)


@blp.get("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>")
@access(COMMITTEE_READ)
@blp.response(200, MeetingDetailSchema)
def get_meeting(clinic_id: UUID, meeting_id: UUID) -> dict[str, Any]:
    """A meeting and its agenda."""
    meeting = services.get_meeting(meeting_id)
    return {**vars(meeting), "cases": services.cases_of(meeting_id)}


@blp.post("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/open")
@access(COMMITTEE_DECIDE)
@blp.arguments(OpenMeetingSchema)
@blp.response(200, MeetingSchema)
def open_meeting(body: dict[str, Any], clinic_id: UUID, meeting_id: UUID) -> CommitteeMeeting:
    """Begin it with those who are there; 409 without a quorum."""
    return services.open_meeting(meeting_id, present=body["present"])


@blp.put("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/notes")
@access(COMMITTEE_DECIDE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(NotesSchema)
@blp.response(200, MeetingSchema)
def note_discussion(body: dict[str, Any], clinic_id: UUID, meeting_id: UUID) -> CommitteeMeeting:
    """Keep what was discussed."""
    meeting = services.note_discussion(meeting_id, notes=body["notes"], if_version=wanted_version())
    set_version(meeting.version)
    return meeting


@blp.post("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/cancel")
@access(COMMITTEE_PREPARE)
@blp.response(200, MeetingSchema)
def cancel_meeting(clinic_id: UUID, meeting_id: UUID) -> CommitteeMeeting:
    """Call it off."""
    return services.cancel_meeting(meeting_id)


@blp.post("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/close")
@access(COMMITTEE_DECIDE)
@blp.response(202, MeetingSchema)
def close_meeting(clinic_id: UUID, meeting_id: UUID) -> CommitteeMeeting:
    """End it; a job makes and seals the minutes."""
    return services.close_meeting(meeting_id)


@blp.post("/clinics/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/cases")
@access(COMMITTEE_PREPARE)
@blp.arguments(AgendaSchema)
@blp.response(201, CommitteeCaseSchema)
def put_on_agenda(body: dict[str, Any], clinic_id: UUID, meeting_id: UUID) -> CommitteeCase:
    """Put a provider's file on the agenda."""
    return services.put_on_agenda(meeting_id, provider_id=body["provider_id"])


@blp.delete("/clinics/<uuid:clinic_id>/committee/cases/<uuid:case_id>")
@access(COMMITTEE_PREPARE)
@blp.response(204)
def take_off_agenda(clinic_id: UUID, case_id: UUID) -> None:
    """Take a file that was not decided off its agenda."""
    services.take_off_agenda(case_id)


@blp.post("/clinics/<uuid:clinic_id>/committee/cases/<uuid:case_id>/decision")
@access(COMMITTEE_DECIDE)
@blp.arguments(NewDecisionSchema)
@blp.response(201, CommitteeDecisionSchema)
def decide(body: dict[str, Any], clinic_id: UUID, case_id: UUID) -> CommitteeDecision:
    """Record the decision; 409 `file-not-ready` names every verification that is missing or too old on that day."""
    votes = [
        services.MemberVote(vote["member_id"], Vote(vote["vote"]), vote.get("reason", "")) for vote in body["votes"]
    ]
    words = {name: body[name] for name in ("reasons", "conditions") if name in body}
    return services.decide(case_id, services.NewDecision(Outcome(body["outcome"]), votes, **words))


@blp.post("/clinics/<uuid:clinic_id>/committee/cases/<uuid:case_id>/notice")
@access(COMMITTEE_DECIDE)
@blp.arguments(NoticeSchema)
@blp.response(200, CommitteeCaseSchema)
def note_notice(body: dict[str, Any], clinic_id: UUID, case_id: UUID) -> CommitteeCase:
    """Note that the provider was told."""
    return services.note_notice(case_id, **body)


@blp.get("/clinics/<uuid:clinic_id>/committee/decisions")
@access(COMMITTEE_READ)
@blp.doc(parameters=[*PAGES, parameter("provider_id", "Only decisions about this provider.", form="uuid")])
@blp.response(200, CommitteeDecisionListSchema)
def list_decisions(clinic_id: UUID) -> dict[str, Any]:
    """Every decision that was ever recorded, newest first."""
    limit = page_size()
    rows = services.list_decisions(limit=limit + 1, after=uuid_cursor(), provider_id=uuid_argument("provider_id"))
    found = [decision for decision, _ in rows]
    return {"items": found[:limit], "next_cursor": encode_cursor(found[limit - 1].id) if len(found) > limit else None}


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/file-review")
@access(COMMITTEE_READ)
@blp.doc(parameters=[parameter("on", "The day of the decision; today when left out.", form="date")])
@blp.response(200, ReviewedFileSchema)
def review_file(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Everything that a file must prove, each with its age against its limit on that day."""
    found = services.review_provider(provider_id, day_argument("on"))
    return {
        "provider_id": provider_id,
        "on": found.on,
        "program": found.program.value,
        "is_ready": found.is_ready,
        "good_until": found.good_until,
        "checks": services.shown_checks(found),
    }


@blp.post("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/file-review")
@access(COMMITTEE_PREPARE)
@blp.arguments(NewProofSchema)
@blp.response(201, ProofSchema)
def record_proof(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> CommitteeProof:
    """Keep that a person verified an element at its source."""
    return services.record_proof(provider_id, services.NewProof(**body))
