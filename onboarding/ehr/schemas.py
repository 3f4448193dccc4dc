"""What may be sent and read about EHR connections. A secret can be written and never read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from tenants.schemas import StrictSchema, text_field

KINDS = ("fhir_r4", "sftp", "csv")


class NewConnectionSchema(StrictSchema):
    """A connection to enter. `client_id` and `client_secret` only when the server asks for a token."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = text_field(longest=120)
    base_url = text_field(longest=2048)
    client_id = text_field(longest=255)
    client_secret = text_field(longest=1000, load_only=True)


class StepSchema(Schema):
    """One step of a test. `ok` null: it was skipped."""

    step = fields.String()
    ok = fields.Boolean(allow_none=True)
    detail = fields.String()
    ms = fields.Integer()


class ConnectionSchema(Schema):
    """A connection and what its last test found."""

    id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    base_url = fields.String()
    client_id = fields.String(allow_none=True)
    has_secret = fields.Boolean()
    status = fields.String()
    steps = fields.List(fields.Nested(StepSchema))
    job_id = fields.UUID(allow_none=True)
    last_tested_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()


class ConnectionListSchema(Schema):
    """Connections, newest first."""

    items = fields.List(fields.Nested(ConnectionSchema))
    next_cursor = fields.String(allow_none=True)
