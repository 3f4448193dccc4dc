"""A job as JSON."""

from marshmallow import Schema, fields


class ProgressSchema(Schema):
    """How far a job is."""

    done = fields.Integer(attribute="progress_done")
    total = fields.Integer(attribute="progress_total")


class JobSchema(Schema):
    """A job."""

    id = fields.UUID()
    topic = fields.String()
    status = fields.String()
    progress = fields.Function(lambda row: ProgressSchema().dump(row))
    result = fields.Dict(allow_none=True)
    error = fields.String(attribute="last_error", allow_none=True)
    attempts = fields.Integer()


class JobListSchema(Schema):
    """Jobs."""

    items = fields.List(fields.Nested(JobSchema))
    next_cursor = fields.String(allow_none=True)
