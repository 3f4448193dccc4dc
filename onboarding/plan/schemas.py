"""What may be sent and read about a plan. One schema per command serves the form and the JSON body."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from infra.states import WaitingOn
from onboarding.plan.states import TaskStep
from onboarding.plan.template import OWNERS, load_template
from tenants.clinics.schemas import NewClinicSchema, TraitsSchema
from tenants.schemas import StrictSchema

PARTIES = [party.value for party in WaitingOn]


def _long_text() -> fields.String:
    return fields.String(validate=validate.Length(max=2000))


class TaskTransitionSchema(StrictSchema):
    """One step of a task."""

    to = fields.String(required=True, validate=validate.OneOf([step.value for step in TaskStep]))
    reason = _long_text()
    waiting_on = fields.String(validate=validate.OneOf(PARTIES))
    proof_document_id = fields.UUID()
    note = _long_text()

    @post_load
    def typed(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the service its own types."""
        step = TaskStep(data.pop("to"))
        party = data.get("waiting_on")
        return {**data, "step": step, **({"waiting_on": WaitingOn(party)} if party else {})}


class TaskChangeSchema(StrictSchema):
    """What of a task may be changed without a step."""

    planned_start = fields.Date()
    planned_end = fields.Date()
    assignee_person_id = fields.UUID(allow_none=True)
    note = fields.String(allow_none=True, validate=validate.Length(max=2000))


class TaskFormSchema(StrictSchema):
    """The same, as the form sends it: an empty choice means nobody."""

    planned_start = fields.Date()
    planned_end = fields.Date()
    assignee_person_id = fields.UUID()


class NewClinicFormSchema(NewClinicSchema):
    """A signed contract as the form sends it: each trait is a box of its own."""

    has_sud = fields.Boolean()
    has_prior_vendor = fields.Boolean()
    edi_change = fields.Boolean()
    has_medicare = fields.Boolean()
    has_auth_services = fields.Boolean()
    facility = fields.Boolean()
    delegated = fields.Boolean()

    @post_load
    def gather(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put the boxes where the API has them."""
        traits = {name: data.pop(name) for name in TraitsSchema().fields if name in data}
        return {**data, "traits": traits}


class TaskSchema(Schema):
    """A task. `owner` is the template's code, `owner_label` its words; `proof` says which evidence verifies it."""

    id = fields.UUID()
    code = fields.String()
    title = fields.String()
    workstream = fields.String()
    owner = fields.String()
    owner_label = fields.Function(lambda task: OWNERS[task.owner].label)
    assignee_person_id = fields.UUID(allow_none=True)
    gate = fields.String()
    client_visible = fields.Boolean()
    status = fields.String()
    waiting_on = fields.String(allow_none=True)
    waiting_since = fields.Date(allow_none=True)
    planned_start = fields.Date()
    planned_end = fields.Date()
    baseline_end = fields.Date()
    forecast_start = fields.Date()
    forecast_end = fields.Date()
    depends_on = fields.List(fields.String())
    on_critical_path = fields.Boolean()
    slack_days = fields.Integer(allow_none=True)
    proof = fields.Function(lambda task: load_template().proofs[task.proof].label)
    proof_document_id = fields.UUID(allow_none=True)
    evidence = fields.String(allow_none=True)
    claimed_at = fields.AwareDateTime(allow_none=True)
    claimed_by = fields.String(attribute="claimed_by_name", allow_none=True)
    verified_at = fields.AwareDateTime(allow_none=True)
    verified_by = fields.String(attribute="verified_by_name", allow_none=True)
    verified_how = fields.String(allow_none=True)
    started_on = fields.Date(allow_none=True)
    done_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)
    blocked_reason = fields.String(allow_none=True)
    version = fields.Integer()


class GateSchema(Schema):
    """A gate of the plan."""

    code = fields.String()
    label = fields.String()
    target_date = fields.Date(attribute="target_on")
    forecast_p50 = fields.Date()
    forecast_p80 = fields.Date()
    status = fields.String()
    days_late = fields.Integer()
    open_tasks = fields.Integer()
    reached_on = fields.Date(allow_none=True)
    basis = fields.String()


class PlanSchema(Schema):
    """The plan of a clinic."""

    id = fields.UUID()
    variant = fields.String()
    contract_date = fields.Date()
    go_live_target = fields.Date()
    forecast_p50 = fields.Date()
    forecast_p80 = fields.Date()
    days_late = fields.Integer()
    gates = fields.List(fields.Nested(GateSchema))
    tasks = fields.List(fields.Nested(TaskSchema))
