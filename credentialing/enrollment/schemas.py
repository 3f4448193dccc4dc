"""What may be sent and read about enrollments. One schema serves the form and the JSON body."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from credentialing.enrollment.models import CHANNELS, PROOFS, STATUSES
from credentialing.enrollment.services import Outlook, Step
from credentialing.enrollment.services.cases import MOST_AT_ONCE
from credentialing.enrollment.states import EnrollmentState, ProofKind
from tenants.schemas import StrictSchema, text_field

LINE_PATTERN = r"^[a-z][a-z0-9_]{1,39}$"


def line_field(*, required: bool = False) -> fields.String:
    """A line of business: a short word such as `commercial` or `medicare_advantage`."""
    error = "Use lower-case letters, digits and underscores, like commercial or medicare_advantage."
    return fields.String(required=required, validate=validate.Regexp(LINE_PATTERN, error=error))


class NewEnrollmentSchema(StrictSchema):
    """A case to be started."""

    provider_id = fields.UUID(required=True)
    payer_id = text_field(required=True, longest=60)
    line_of_business = line_field(required=True)
    location_id = fields.UUID(allow_none=True)
    tin = fields.String(validate=validate.Regexp(r"^\d{2}-?\d{7}$", error="A TIN has nine digits."))
    requested_on = fields.Date()


class PairSchema(StrictSchema):
    """One of many cases to be started; without a line of business the payer's usual one."""

    provider_id = fields.UUID(required=True)
    payer_id = text_field(required=True, longest=60)
    line_of_business = line_field()
    location_id = fields.UUID(allow_none=True)


class BulkSchema(StrictSchema):
    """Many cases at once."""

    pairs = fields.List(fields.Nested(PairSchema), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE))


class TransitionSchema(StrictSchema):
    """A step with its evidence. `on` is the day on which it happened."""

    to = fields.String(required=True, validate=validate.OneOf(STATUSES))
    on = fields.Date(required=True)
    reason = text_field(longest=500)
    reference = text_field(longest=120)
    effective_date = fields.Date()
    proof_document_id = fields.UUID()
    proof_kind = fields.String(validate=validate.OneOf(PROOFS))
    retro_granted_on = fields.Date()

    @pre_load
    def _without_nulls(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError("Send an object.")
        return {key: value for key, value in data.items() if value is not None}


class TouchSchema(StrictSchema):
    """A contact about a case."""

    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    contact = text_field(longest=160)
    reference = text_field(longest=120)
    note = text_field(required=True, longest=2000)
    next_follow_up = fields.Date()


class OwnerSchema(StrictSchema):
    """Who looks after a case from now on: a person of the billing vendor who works in this clinic."""

    owner_id = fields.UUID(required=True)


class LocationBodySchema(StrictSchema):
    """A location to be added."""

    name = text_field(required=True, longest=120)
    address = text_field(required=True, longest=300)
    npi = fields.String(validate=validate.Regexp(r"^[12]\d{9}$", error="An NPI has ten digits and begins with 1 or 2."))


class LocationSchema(Schema):
    """A location."""

    id = fields.UUID()
    name = fields.String()
    address = fields.String()
    npi = fields.String(allow_none=True)


class LocationListSchema(Schema):
    """Locations by name."""

    items = fields.List(fields.Nested(LocationSchema))
    next_cursor = fields.String(allow_none=True)


class EnrollmentSchema(Schema):
    """A case as lists show it."""

    id = fields.UUID()
    provider_id = fields.UUID()
    payer_id = fields.String()
    line_of_business = fields.String()
    location_id = fields.UUID(allow_none=True)
    tin = fields.String(allow_none=True)
    status = fields.String()
    reason = fields.String(attribute="status_reason", allow_none=True)
    waiting_on = fields.String(attribute="waits_on", allow_none=True)
    status_since = fields.Date(attribute="status_since_on")
    reference = fields.String(allow_none=True)
    requested_on = fields.Date()
    submitted_on = fields.Date(allow_none=True)
    payer_received_on = fields.Date(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    effective_date = fields.Date(attribute="effective_on", allow_none=True)
    loaded_on = fields.Date(allow_none=True)
    terminated_on = fields.Date(allow_none=True)
    recredential_due_on = fields.Date(allow_none=True)
    last_touch_on = fields.Date(allow_none=True)
    next_follow_up = fields.Date(attribute="next_follow_up_on", allow_none=True)
    owner_id = fields.UUID()
    owner = fields.String(attribute="owner_name")
    version = fields.Integer()


class EventSchema(Schema):
    """One step of the history."""

    number = fields.Integer()
    from_status = fields.String(data_key="from", allow_none=True)
    to_status = fields.String(data_key="to")
    waiting_on = fields.String(attribute="waits_on", allow_none=True)
    on = fields.Date(attribute="happened_on")
    at = fields.AwareDateTime(attribute="created_at")
    actor = fields.String(attribute="actor_name")
    reason = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    effective_date = fields.Date(attribute="effective_on", allow_none=True)
    proof_document_id = fields.UUID(allow_none=True)
    proof_kind = fields.String(allow_none=True)


class TouchAnswerSchema(Schema):
    """A contact."""

    id = fields.UUID()
    on = fields.Date(attribute="touched_on")
    channel = fields.String()
    contact = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    note = fields.String()
    next_follow_up = fields.Date(attribute="next_follow_up_on", allow_none=True)
    actor = fields.String(attribute="actor_name")


class TouchListSchema(Schema):
    """Contacts, newest first."""

    items = fields.List(fields.Nested(TouchAnswerSchema))
    next_cursor = fields.String(allow_none=True)


class PredictedSchema(Schema):
    """When the provider will be billable.

    The middle of the outcomes and the end of 80 % of them, and what that rests on.
    """

    p50 = fields.Date(attribute="loaded_p50")
    p80 = fields.Date(attribute="loaded_p80")
    effective_p50 = fields.Date()
    effective_p80 = fields.Date()
    basis = fields.String()
    sample_size = fields.Integer()


class DeadlineSchema(Schema):
    """What the law grants: notice of defects and decision by these days."""

    notice_by = fields.Date()
    complete_by = fields.Date()
    days_left = fields.Integer()
    remedy = fields.String()
    source = fields.String()


class DefectSchema(Schema):
    """One thing that is wrong with the application."""

    code = fields.String()
    message = fields.String()
    fix = fields.String()


class PacketSchema(Schema):
    """Whether the application is ready to send."""

    ready = fields.Boolean()
    defects = fields.List(fields.Nested(DefectSchema))


class CaseSchema(EnrollmentSchema):
    """A case with everything that is known of it."""

    payer = fields.String()
    billable_from = fields.Date(allow_none=True)
    hold_reason = fields.String()
    predicted = fields.Nested(PredictedSchema, allow_none=True)
    statutory_deadline = fields.Nested(DeadlineSchema, allow_none=True)
    next_steps = fields.List(fields.String())
    packet = fields.Nested(PacketSchema)
    history = fields.List(fields.Nested(EventSchema))
    touches = fields.List(fields.Nested(TouchAnswerSchema))


class EnrollmentListSchema(Schema):
    """Cases, newest first."""

    items = fields.List(fields.Nested(EnrollmentSchema))
    next_cursor = fields.String(allow_none=True)


class PairResultSchema(Schema):
    """What became of one pair: created, exists or refused."""

    provider_id = fields.UUID(attribute="wished.provider_id")
    payer_id = fields.String(attribute="wished.payer_id")
    line_of_business = fields.String(attribute="wished.line")
    location_id = fields.UUID(attribute="wished.location_id", allow_none=True)
    result = fields.String()
    enrollment_id = fields.UUID(attribute="enrollment.id", allow_none=True)
    detail = fields.String()


class BulkAnswerSchema(Schema):
    """The result of each pair, in order, and how many there are of each."""

    items = fields.List(fields.Nested(PairResultSchema))
    created = fields.Integer()
    existing = fields.Integer()
    refused = fields.Integer()


def step_of(body: dict[str, Any]) -> Step:
    """The step that a form or a JSON body asks for."""
    kind = body.get("proof_kind")
    return Step(**body | {"to": EnrollmentState(body["to"]), "proof_kind": ProofKind(kind) if kind else None})


def case_facts(outlook: Outlook) -> dict[str, Any]:
    """The fields of a case and its outlook side by side, for `CaseSchema`."""
    case = outlook.case
    own = {name: getattr(case, name) for name in case.__mapper__.columns.keys()}  # noqa: SIM118 - not a dict
    return own | {
        "waits_on": case.waits_on,
        "payer": outlook.payer_name,
        "billable_from": outlook.billable_from,
        "hold_reason": outlook.hold_reason,
        "predicted": outlook.prediction,
        "statutory_deadline": outlook.deadline,
    }
