"""What may be sent and read about verifications."""

from marshmallow import Schema, fields, validate

from credentialing.verification.services import SOURCES
from tenants.schemas import StrictSchema


class NewVerificationSchema(StrictSchema):
    """Which source to ask."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES, error="Give one of: {choices}."))


class VerifyManySchema(StrictSchema):
    """Which source to ask, about whom: all active providers when none is named."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES, error="Give one of: {choices}."))
    provider_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=5000))


class SourceCheckSchema(Schema):
    """One check at a source. `limits` are the last days on which it counts, by program."""

    id = fields.UUID()
    provider_id = fields.UUID()
    source = fields.String()
    result = fields.String()
    matched = fields.Boolean()
    method = fields.String()
    verified_at = fields.AwareDateTime()
    valid_until = fields.Date(allow_none=True)
    limits = fields.Dict()
    evidence = fields.Dict()
    evidence_document_id = fields.UUID(allow_none=True)
    source_version = fields.Integer(allow_none=True)
    verified_by = fields.String(attribute="verified_by_name")


class SourceCheckListSchema(Schema):
    """Checks, newest first."""

    items = fields.List(fields.Nested(SourceCheckSchema))
    next_cursor = fields.String(allow_none=True)
