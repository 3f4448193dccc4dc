"""What may be sent and read about possible matches."""

from marshmallow import Schema, fields, validate

from credentialing.screening.states import MatchState
from tenants.schemas import StrictSchema

_TO = [MatchState.CLEARED.value, MatchState.ESCALATED.value, MatchState.CONFIRMED.value]


class MatchDecisionSchema(StrictSchema):
    """A decision about a possible match, with the reason that an auditor will read."""

    to = fields.String(required=True, validate=validate.OneOf(_TO, error="Give one of: {choices}."))
    reason = fields.String(
        required=True,
        validate=validate.Length(
            min=3, max=2000, error="Say on what the decision rests, for whoever reads it in an audit."
        ),
    )


class MatchSchema(Schema):
    """A provider and a row of an exclusion list that may be the same person."""

    id = fields.UUID()
    provider_id = fields.UUID()
    source = fields.String()
    basis = fields.String()
    why = fields.List(fields.String())
    entry = fields.Dict()
    state = fields.String()
    reason = fields.String(allow_none=True)
    decided_by = fields.String(attribute="decided_by_name", allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    seen_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    list_version = fields.Integer(allow_none=True)
    evidence_document_id = fields.UUID(allow_none=True)


class MatchEventSchema(Schema):
    """One decision of the past."""

    created_at = fields.AwareDateTime()
    from_state = fields.String()
    to_state = fields.String()
    reason = fields.String()
    by = fields.String(attribute="by_name")


class MatchDetailSchema(MatchSchema):
    """A possible match with its history, oldest first."""

    history = fields.List(fields.Nested(MatchEventSchema))


class MatchListSchema(Schema):
    """Possible matches, newest first."""

    items = fields.List(fields.Nested(MatchSchema))
    next_cursor = fields.String(allow_none=True)
