"""What may be sent and read about readings."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from integrations.tabular.money import parse_cents
from tenants.schemas import StrictSchema, state_field, text_field


class SaidFieldsSchema(StrictSchema):
    """Values as a person confirms them. What is left out is not on the document."""

    holder_name = text_field(longest=200, allow_none=True)
    number = text_field(longest=80, allow_none=True)
    npi = text_field(longest=10, allow_none=True)
    issuer = text_field(longest=200, allow_none=True)
    address = text_field(longest=300, allow_none=True)
    state = state_field()
    issued_on = fields.Date(allow_none=True)
    effective_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    signed_on = fields.Date(allow_none=True)
    attested_on = fields.Date(allow_none=True)
    limits_each_cents = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=0))
    limits_total_cents = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=0))


class ConfirmSchema(StrictSchema):
    """What a document is, whose, and what it states. `accept` false only files it."""

    kind = text_field(required=True, longest=60)
    provider_id = fields.UUID(allow_none=True)
    fields_said = fields.Nested(SaidFieldsSchema, data_key="fields", load_default=dict)
    accept = fields.Boolean(load_default=True)


class ConfirmFormSchema(SaidFieldsSchema):
    """The same on a page: one flat form, limits in dollars, and where to go on."""

    kind = text_field(required=True, longest=60)
    provider_id = fields.UUID()
    then = fields.String()
    accept = fields.Boolean(load_default=False)
    limits_each_cents = fields.Integer(allow_none=True)
    limits_total_cents = fields.Integer(allow_none=True)

    @pre_load
    def dollars_to_cents(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Amounts are typed in dollars."""
        changed = dict(data)
        for name in ("limits_each_cents", "limits_total_cents"):
            if changed.get(name):
                with suppress(ValueError):
                    changed[name] = parse_cents(str(changed[name]))
        return changed


class CutSchema(StrictSchema):
    """One document in a file: its first and last page from 1, and its kind when it is known."""

    first_page = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    last_page = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    kind = text_field(longest=60, allow_none=True)


class SplitSchema(StrictSchema):
    """How a file is cut; every page belongs to exactly one part."""

    parts = fields.List(fields.Nested(CutSchema), required=True, validate=validate.Length(min=2, max=60))


class ReadingSettingBodySchema(StrictSchema):
    """Whether sure readings are accepted by themselves, and from how many percent on."""

    auto_accept = fields.Boolean(required=True)
    threshold = fields.Integer(required=True, validate=validate.Range(min=80, max=100))


class ReadingSettingFormSchema(ReadingSettingBodySchema):
    """The same from a page, where an unticked box is not sent."""

    auto_accept = fields.Boolean(load_default=False)


class ReadFieldSchema(Schema):
    """A value that was read: confidence from 0 to 1, box as [left, top, right, bottom] in fractions of the page."""

    name = fields.String()
    value = fields.String()
    confidence = fields.Float()
    page = fields.Integer()
    box = fields.List(fields.Float())
    label = fields.String()


class KindGuessSchema(Schema):
    """A kind that the document may be, and the words in it that say so."""

    kind = fields.String()
    confidence = fields.Float()
    because = fields.List(fields.String())


class ProposedPartSchema(Schema):
    """Pages that seem to be one document."""

    first = fields.Integer()
    last = fields.Integer()
    kind = fields.String(allow_none=True)
    confidence = fields.Float()
    because = fields.String()


class ReadingSchema(Schema):
    """What the machine read, and beside it what a person said. Confidences outside of fields are percent."""

    document_id = fields.UUID()
    status = fields.String()
    problem = fields.String(allow_none=True)
    notes = fields.List(fields.String())
    pages_total = fields.Integer()
    pages_done = fields.Integer()
    kind = fields.String(allow_none=True)
    kind_confidence = fields.Integer()
    guesses = fields.List(fields.Nested(KindGuessSchema))
    read_fields = fields.List(fields.Nested(ReadFieldSchema), attribute="fields", data_key="fields")
    provider_id = fields.UUID(attribute="guessed_provider_id", allow_none=True)
    provider_confidence = fields.Integer()
    provider_because = fields.String()
    requirement = fields.String(allow_none=True)
    requirement_confidence = fields.Integer()
    confidence = fields.Integer()
    parts = fields.List(fields.Nested(ProposedPartSchema))
    said = fields.Dict(allow_none=True)
    said_by_machine = fields.Boolean()
    confirmed_by = fields.String(attribute="confirmed_by_name", allow_none=True)
    confirmed_at = fields.AwareDateTime(allow_none=True)
    credential_id = fields.UUID(allow_none=True)


class ReadingListSchema(Schema):
    """Readings that wait for a person, oldest first."""

    items = fields.List(fields.Nested(ReadingSchema))
    next_cursor = fields.String(allow_none=True)
    count = fields.Integer()


class ReadingSettingSchema(Schema):
    """The clinic's setting."""

    auto_accept = fields.Boolean()
    threshold = fields.Integer()
    changed_by = fields.String()


class AgreementSchema(Schema):
    """How the machine did on one kind or field, as people judged it."""

    right = fields.Integer()
    corrected = fields.Integer()
    missed = fields.Integer()
    invented = fields.Integer()
    precision = fields.Float(allow_none=True)
    recall = fields.Float(allow_none=True)


class ReadingReportSchema(Schema):
    """Agreement between machine and people by kind and by field; `alone` were accepted by themselves."""

    confirmed = fields.Integer()
    alone = fields.Integer()
    kinds = fields.Dict(keys=fields.String(), values=fields.Nested(AgreementSchema))
    by_field = fields.Dict(
        keys=fields.String(), values=fields.Nested(AgreementSchema), attribute="fields", data_key="fields"
    )
    statuses = fields.Dict(keys=fields.String(), values=fields.Integer())
