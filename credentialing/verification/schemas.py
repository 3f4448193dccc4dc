"""What may be sent and read about verifications."""

from marshmallow import Schema, fields, validate

from credentialing.verification.services import SOURCES
from tenants.schemas import StrictSchema


class NewVerificationSchema(StrictSchema):
    """Which source to ask."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES, error="Give one of: {choices}."))


class SourceCheckSchema(Schema):
    """One check at a source."""

    id = fields.UUID()
    provider_id = fields.UUID()
    source = fields.String()
    result = fields.String()
    matched = fields.Boolean()
    verified_at = fields.AwareDateTime()
    valid_until = fields.Date(allow_none=True)
    evidence = fields.Dict()
    verified_by = fields.String(attribute="verified_by_name")


class SourceCheckListSchema(Schema):
    """Checks, newest first."""

    items = fields.List(fields.Nested(SourceCheckSchema))
    next_cursor = fields.String(allow_none=True)
