"""What may be sent and read about the committee."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from credentialing.committee.rules import ELEMENTS, Outcome, Program, Vote
from credentialing.committee.services import CHANNELS, METHODS
from tenants.schemas import StrictSchema, text_field

ELEMENT_CODES = tuple(element.code for element in ELEMENTS)
OUTCOMES = tuple(outcome.value for outcome in Outcome)
VOTES = tuple(vote.value for vote in Vote)
PROGRAMS = tuple(program.value for program in Program)
RESULTS = ("confirmed", "adverse")


class CharterSchema(StrictSchema):
    """By whose limits files are judged and what makes a quorum."""

    program = fields.String(required=True, validate=validate.OneOf(PROGRAMS))
    quorum_kind = fields.String(required=True, validate=validate.OneOf(("majority", "count")))
    quorum_count = fields.Integer(load_default=3, validate=validate.Range(1, 50, error="Give 1 to 50 members."))


class NewMemberSchema(StrictSchema):
    """A voting member to add. `provider_id` when the member is a provider of the clinic."""

    name = text_field(required=True, longest=120)
    discipline = text_field(required=True, longest=120)
    is_chair = fields.Boolean(load_default=False)
    provider_id = fields.UUID()


class MemberSchema(Schema):
    """A voting member."""

    id = fields.UUID()
    name = fields.String()
    discipline = fields.String()
    is_chair = fields.Boolean()
    provider_id = fields.UUID(allow_none=True)
    status = fields.String()


class CommitteeSchema(Schema):
    """The committee: its charter and its members."""

    program = fields.String()
    quorum_kind = fields.String()
    quorum_count = fields.Integer()
    quorum = fields.Integer()
    members = fields.List(fields.Nested(MemberSchema))


class NewMeetingSchema(StrictSchema):
    """A meeting to plan."""

    meets_on = fields.Date(required=True)
    place = text_field(longest=200)


class OpenMeetingSchema(StrictSchema):
    """Which members are there."""

    present = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=100))


class NotesSchema(StrictSchema):
    """What was discussed beside the decisions."""

    notes = fields.String(required=True, validate=validate.Length(max=20_000))


class AgendaSchema(StrictSchema):
    """Whose file goes on the agenda."""

    provider_id = fields.UUID(required=True)


class VoteSchema(StrictSchema):
    """What one member said."""

    member_id = fields.UUID(required=True)
    vote = fields.String(required=True, validate=validate.OneOf(VOTES))
    reason = text_field(longest=400)


class NewDecisionSchema(StrictSchema):
    """A motion with the vote of every member who is present."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    reasons = text_field(longest=4000)
    conditions = text_field(longest=4000)
    votes = fields.List(fields.Nested(VoteSchema), required=True, validate=validate.Length(min=1, max=100))


class NoticeSchema(StrictSchema):
    """When and how the provider was told."""

    on = fields.Date(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(tuple(CHANNELS)))


class NewProofSchema(StrictSchema):
    """What a person verified at its source."""

    element = fields.String(required=True, validate=validate.OneOf(ELEMENT_CODES, error="Give one of: {choices}."))
    verified_on = fields.Date(required=True)
    source = text_field(required=True, longest=200)
    method = fields.String(required=True, validate=validate.OneOf(tuple(METHODS)))
    result = fields.String(load_default="confirmed", validate=validate.OneOf(RESULTS))
    note = text_field(longest=1000)
    document_id = fields.UUID()


class ProofSchema(Schema):
    """A verification by a person."""

    id = fields.UUID()
    provider_id = fields.UUID()
    element = fields.String()
    verified_on = fields.Date()
    source = fields.String()
    method = fields.String()
    result = fields.String()
    note = fields.String()
    document_id = fields.UUID(allow_none=True)
    verified_by = fields.String(attribute="verified_by_name")


class FileCheckSchema(Schema):
    """One element of a file on the day of the decision."""

    element = fields.String()
    label = fields.String()
    status = fields.String()
    why = fields.String()
    verified_on = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    method = fields.String(allow_none=True)
    verified_by = fields.String(allow_none=True)
    document_id = fields.String(allow_none=True)
    age_days = fields.Integer(allow_none=True)
    limit_days = fields.Integer(allow_none=True)
    last_day = fields.String(allow_none=True)


class ReviewedFileSchema(Schema):
    """The review of a file. `good_until` is the last day on which it could still be decided as it is."""

    provider_id = fields.UUID()
    on = fields.Date()
    program = fields.String()
    is_ready = fields.Boolean()
    good_until = fields.Date(allow_none=True)
    checks = fields.List(fields.Nested(FileCheckSchema))


class DecidedVoteSchema(Schema):
    """What one member said."""

    member_id = fields.String()
    name = fields.String()
    vote = fields.String()
    reason = fields.String()


class CommitteeDecisionSchema(Schema):
    """A decision with the votes and the review on which it rests."""

    id = fields.UUID()
    case_id = fields.UUID()
    provider_id = fields.UUID()
    outcome = fields.String()
    reasons = fields.String()
    conditions = fields.String()
    decided_on = fields.Date()
    program = fields.String()
    notice_due_on = fields.Date()
    recredential_due_on = fields.Date(allow_none=True)
    votes = fields.List(fields.Nested(DecidedVoteSchema))
    checklist = fields.List(fields.Nested(FileCheckSchema))
    recorded_by = fields.String(attribute="recorded_by_name")


class CommitteeDecisionListSchema(Schema):
    """Decisions, newest first."""

    items = fields.List(fields.Nested(CommitteeDecisionSchema))
    next_cursor = fields.String(allow_none=True)


class CommitteeCaseSchema(Schema):
    """A file on an agenda."""

    id = fields.UUID()
    meeting_id = fields.UUID()
    provider_id = fields.UUID()
    kind = fields.String()
    status = fields.String()
    letter_document_id = fields.UUID(allow_none=True)
    notified_on = fields.Date(allow_none=True)
    notice_channel = fields.String(allow_none=True)


class MeetingSchema(Schema):
    """A meeting. `present` are ids of members; the minutes are a sealed PDF among the documents."""

    id = fields.UUID()
    meets_on = fields.Date()
    place = fields.String()
    status = fields.String()
    program = fields.String()
    quorum = fields.Integer()
    present = fields.List(fields.String())
    notes = fields.String()
    minutes_document_id = fields.UUID(allow_none=True)
    version = fields.Integer()


class MeetingDetailSchema(MeetingSchema):
    """A meeting with its agenda."""

    cases = fields.List(fields.Nested(CommitteeCaseSchema))


class MeetingListSchema(Schema):
    """Meetings, the latest day first."""

    items = fields.List(fields.Nested(MeetingSchema))
    next_cursor = fields.String(allow_none=True)
