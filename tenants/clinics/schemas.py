"""What may be sent and read about a clinic."""

from zoneinfo import available_timezones

from marshmallow import Schema, fields, validate

from tenants.schemas import StrictSchema, state_field, text_field


class TraitsSchema(StrictSchema):
    """Facts that decide which tasks the plan has, and which rooms the clinic: `delegated` adds the credentialing committee."""

    has_sud = fields.Boolean()
    has_prior_vendor = fields.Boolean()
    edi_change = fields.Boolean()
    has_medicare = fields.Boolean()
    has_auth_services = fields.Boolean()
    facility = fields.Boolean()
    delegated = fields.Boolean()


def timezone_field(*, required: bool = False) -> fields.String:
    """An IANA time zone name."""
    known = validate.OneOf(available_timezones(), error="Give an IANA time zone, like America/New_York.")
    return fields.String(required=required, validate=known)


def npi_field() -> fields.String:
    """An NPI with its check digit."""
    return fields.String(
        validate=validate.Regexp(r"^[12]\d{9}$", error="An NPI has ten digits and begins with 1 or 2.")
    )


def tin_field() -> fields.String:
    """A federal tax id: nine digits."""
    return fields.String(validate=validate.Regexp(r"^\d{2}-?\d{7}$", error="A TIN has nine digits."))


class ClinicChangeSchema(StrictSchema):
    """What may change after the contract is signed."""

    name = text_field(longest=160)
    npi = npi_field()
    tin = tin_field()
    state = state_field()
    timezone = timezone_field()
    ehr = text_field(longest=80)
    traits = fields.Nested(TraitsSchema)


class NewClinicSchema(StrictSchema):
    """A signed contract."""

    name = text_field(required=True, longest=160)
    npi = npi_field()
    tin = tin_field()
    state = state_field(required=True)
    timezone = timezone_field(required=True)
    ehr = text_field(longest=80)
    contract_date = fields.Date(required=True)
    variant = fields.String(
        load_default="standard_3w", validate=validate.OneOf(["express_2w", "standard_3w", "extended_4w"])
    )
    traits = fields.Nested(TraitsSchema, load_default=dict)


class ClinicSchema(Schema):
    """A clinic."""

    id = fields.UUID()
    name = fields.String()
    npi = fields.String(allow_none=True)
    tin = fields.String(allow_none=True)
    state = fields.String()
    timezone = fields.String()
    ehr = fields.String(allow_none=True)
    contract_date = fields.Date(attribute="contract_on")
    status = fields.String()
    traits = fields.Dict(keys=fields.String(), values=fields.Boolean())
    version = fields.Integer()
    plan_id = fields.UUID(allow_none=True)


class PanelCountsSchema(Schema):
    """How many provider-payer pairs are in which state."""

    billable = fields.Integer(attribute="panels_billable")
    pending = fields.Integer(attribute="panels_pending")
    blocked = fields.Integer(attribute="panels_blocked")


class PortfolioRowSchema(Schema):
    """A clinic in the portfolio."""

    clinic_id = fields.UUID(attribute="tenant_id")
    name = fields.String()
    gate = fields.String()
    go_live_target = fields.Date(allow_none=True)
    forecast_p50 = fields.Date(allow_none=True)
    forecast_p80 = fields.Date(allow_none=True)
    days_late = fields.Integer()
    blocked_on = fields.String(allow_none=True)
    open_tasks = fields.Integer()
    overdue_tasks = fields.Integer()
    panels = fields.Function(lambda row: PanelCountsSchema().dump(row))
    revenue_at_risk_cents = fields.Integer()
    next_act = fields.String()


class PortfolioSchema(Schema):
    """All clinics that the caller works in, worst first."""

    items = fields.List(fields.Nested(PortfolioRowSchema))
    next_cursor = fields.String(allow_none=True)
