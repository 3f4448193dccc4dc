"""What is read of the panel."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from credentialing.enrollment.services import Outlook
from credentialing.panel.services import BillableAnswer, Hold


class PanelPayerSchema(Schema):
    """A column of the grid."""

    id = fields.String()
    name = fields.String()
    short_name = fields.String()
    kind = fields.String()
    billable = fields.Integer()


class PanelProviderSchema(Schema):
    """A row of the grid."""

    id = fields.UUID()
    npi = fields.String()
    name = fields.String()
    license_type = fields.String(allow_none=True)


class CellSchema(Schema):
    """A case in the grid. `reason` says why it may not be billed today; empty when it may."""

    enrollment_id = fields.UUID()
    provider_id = fields.UUID()
    payer_id = fields.String()
    line_of_business = fields.String()
    location_id = fields.UUID(allow_none=True)
    status = fields.String()
    word = fields.String()
    tone = fields.String()
    waiting_on = fields.String(allow_none=True)
    billable_from = fields.Date(allow_none=True)
    predicted_p50 = fields.Date(allow_none=True)
    predicted_p80 = fields.Date(allow_none=True)
    reason = fields.String()
    next_follow_up = fields.Date(allow_none=True)


class PanelSchema(Schema):
    """Payers, providers, and a cell for each case."""

    payers = fields.List(fields.Nested(PanelPayerSchema))
    providers = fields.List(fields.Nested(PanelProviderSchema))
    cells = fields.List(fields.Nested(CellSchema))


class HoldSchema(Schema):
    """A provider and payer that must not be billed."""

    enrollment_id = fields.UUID()
    provider_id = fields.UUID()
    npi = fields.String()
    provider = fields.String()
    payer_id = fields.String()
    payer = fields.String()
    line_of_business = fields.String()
    location_id = fields.UUID(allow_none=True)
    status = fields.String()
    reason = fields.String()
    release_when = fields.String()
    billable_from = fields.Date(allow_none=True)
    predicted_p50 = fields.Date(allow_none=True)
    predicted_p80 = fields.Date(allow_none=True)


class HoldListSchema(Schema):
    """The whole hold list of a day, unless a `limit` asks for pages."""

    on = fields.Date()
    items = fields.List(fields.Nested(HoldSchema))
    next_cursor = fields.String(allow_none=True)


class EvidenceSchema(Schema):
    """What the answer rests on."""

    enrollment_id = fields.UUID(allow_none=True)
    status = fields.String(allow_none=True)
    line_of_business = fields.String(allow_none=True)
    effective_date = fields.Date(allow_none=True)
    loaded_on = fields.Date(allow_none=True)
    proof_document_id = fields.UUID(allow_none=True)
    reference = fields.String(allow_none=True)
    proof_kind = fields.String(allow_none=True)


class BillableSchema(Schema):
    """May a service of that day be billed, since when, on which evidence, and if not, why."""

    billable = fields.Boolean()
    npi = fields.String()
    payer_id = fields.String()
    on = fields.Date()
    since = fields.Date(allow_none=True)
    reason = fields.String()
    evidence = fields.Nested(EvidenceSchema, allow_none=True)


class OwnPayerSchema(Schema):
    """Where a provider stands with one payer."""

    enrollment_id = fields.UUID()
    payer_id = fields.String()
    payer = fields.String()
    status = fields.String()
    word = fields.String()
    sentence = fields.String()
    billable_from = fields.Date(allow_none=True)
    predicted_p50 = fields.Date(allow_none=True)
    predicted_p80 = fields.Date(allow_none=True)


class TodoSchema(Schema):
    """A document that we need."""

    code = fields.String()
    label = fields.String()
    status = fields.String()


class OwnClinicSchema(Schema):
    """The provider's own view in one clinic."""

    clinic_id = fields.UUID()
    clinic_name = fields.String()
    provider_id = fields.UUID()
    provider = fields.String()
    payers = fields.List(fields.Nested(OwnPayerSchema))
    todos = fields.List(fields.Nested(TodoSchema))


class OwnPanelSchema(Schema):
    """The provider's own view, clinic by clinic."""

    items = fields.List(fields.Nested(OwnClinicSchema))
    next_cursor = fields.String(allow_none=True)


def cell_facts(view: Outlook) -> dict[str, Any]:
    """A case as a cell."""
    case, predicted = view.case, view.prediction
    return {
        "enrollment_id": case.id,
        "provider_id": case.provider_id,
        "payer_id": case.payer_id,
        "line_of_business": case.line_of_business,
        "location_id": case.location_id,
        "status": case.status,
        "word": view.word.text,
        "tone": view.word.tone,
        "waiting_on": case.waits_on,
        "billable_from": view.billable_from,
        "predicted_p50": predicted.loaded_p50 if predicted else None,
        "predicted_p80": predicted.loaded_p80 if predicted else None,
        "reason": view.hold_reason,
        "next_follow_up": case.next_follow_up_on,
    }


def hold_facts(hold: Hold) -> dict[str, Any]:
    """A hold as a row."""
    return cell_facts(hold.outlook) | {
        "npi": hold.provider.npi,
        "provider": hold.provider.name,
        "payer": hold.outlook.payer.name if hold.outlook.payer else hold.outlook.case.payer_id,
        "release_when": hold.release_when,
    }


def billable_facts(found: BillableAnswer) -> dict[str, Any]:
    """The answer with its evidence."""
    case = found.case
    evidence = case and {
        "enrollment_id": case.id,
        "status": case.status,
        "line_of_business": case.line_of_business,
        "effective_date": case.effective_on,
        "loaded_on": case.loaded_on,
        "proof_document_id": case.proof_document_id,
        "reference": case.proof_reference,
        "proof_kind": case.proof_kind,
    }
    return {
        "billable": found.answer.yes,
        "npi": found.provider.npi,
        "payer_id": found.payer.id,
        "on": found.on,
        "since": found.answer.since,
        "reason": found.answer.reason,
        "evidence": evidence,
    }
