"""Which lists can be exported, as JSON."""

from marshmallow import Schema, fields


class ExportSchema(Schema):
    """A list that can be exported: `GET …/exports/{name}.csv` or `.xlsx`; `filters` are the query parameters that it takes."""

    name = fields.String()
    label = fields.String()
    columns = fields.List(fields.String())
    filters = fields.List(fields.String())


class ExportListSchema(Schema):
    """All of them."""

    items = fields.List(fields.Nested(ExportSchema))
    next_cursor = fields.String(allow_none=True)
