"""What may be sent and read about the sources."""

from marshmallow import Schema, fields

from tenants.schemas import StrictSchema


class LoadSchema(StrictSchema):
    """How to load: `accept_fewer` takes over a file with less than nine tenths of the present rows."""

    accept_fewer = fields.Boolean(load_default=False)


class SourceSchema(Schema):
    """One source: the version in place, and how the last attempt went."""

    code = fields.String()
    label = fields.String()
    publisher = fields.String()
    is_configured = fields.Boolean()
    is_stale = fields.Boolean()
    version = fields.Integer(attribute="number", allow_none=True)
    rows = fields.Integer(allow_none=True)
    sha256 = fields.String(allow_none=True)
    published = fields.String()
    loaded_at = fields.AwareDateTime(allow_none=True)
    checked_at = fields.AwareDateTime(allow_none=True)
    last_error = fields.String(allow_none=True)
    failed_at = fields.AwareDateTime(allow_none=True)


class SourceListSchema(Schema):
    """All sources."""

    items = fields.List(fields.Nested(SourceSchema))
    next_cursor = fields.String(allow_none=True)
