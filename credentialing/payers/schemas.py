"""A payer of the book as JSON."""

from marshmallow import Schema, fields


class PanelDaysSchema(Schema):
    """Calendar days from a clean application to effective."""

    min = fields.Integer(attribute="min_days")
    typical = fields.Integer(attribute="typical_days")
    max = fields.Integer(attribute="max_days")


class RetroSchema(Schema):
    """How far before the effective date services may be billed."""

    rule = fields.String()
    days = fields.Integer()
    source = fields.String()


class PayerSchema(Schema):
    """A payer: how it enrolls, how long that takes, how long a claim may wait; with its source and how far to trust it."""

    id = fields.String()
    name = fields.String()
    short_name = fields.String()
    kind = fields.String()
    states = fields.List(fields.String())
    channel = fields.String()
    panel_days = fields.Nested(PanelDaysSchema)
    load_lag_days = fields.Integer()
    timely_filing_days = fields.Integer(allow_none=True)
    appeal_days = fields.Integer(allow_none=True)
    retro = fields.Nested(RetroSchema)
    follow_up_days = fields.Integer()
    recred_months = fields.Integer()
    group_min = fields.Integer(allow_none=True)
    notes = fields.String()
    source = fields.List(fields.String())
    confidence = fields.String()
    also_called = fields.List(fields.String())
    payer_ids = fields.List(fields.String())


class PayerListSchema(Schema):
    """The payer book, in its order."""

    version = fields.Integer()
    as_of = fields.Date()
    items = fields.List(fields.Nested(PayerSchema))
    next_cursor = fields.String(allow_none=True)
