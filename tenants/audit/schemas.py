"""The trail as JSON."""

from marshmallow import Schema, fields


class AuditEventSchema(Schema):
    """One act."""

    id = fields.UUID()
    sequence = fields.Integer()
    at = fields.AwareDateTime(attribute="created_at")
    actor_id = fields.UUID(allow_none=True)
    actor_name = fields.String()
    action = fields.String()
    summary = fields.String()
    subject_kind = fields.String()
    subject_id = fields.UUID(allow_none=True)
    hash = fields.String()


class AuditListSchema(Schema):
    """Acts, newest first."""

    items = fields.List(fields.Nested(AuditEventSchema))
    next_cursor = fields.String(allow_none=True)


class ChainVerificationSchema(Schema):
    """What a walk over the chain found."""

    events = fields.Integer()
    intact = fields.Boolean()
    broken_at = fields.Integer(allow_none=True)
    head = fields.String()
