"""What may be sent and read about what is asked for and what is missing."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from credentialing.requirements.catalog import LAPSES
from credentialing.requirements.missing import MissingItem
from credentialing.requirements.overriding import Change, HistoryRow
from credentialing.requirements.rules import LEVEL_CHOICES
from tenants.schemas import StrictSchema, state_field, text_field


class ChangeSchema(StrictSchema):
    """A change of what is asked for. Empty `payer_id`, `license_type` and `state` mean all; give at least one thing to change."""

    code = text_field(required=True, longest=60)
    payer_id = text_field(longest=60)
    license_type = text_field(longest=40)
    state = state_field()
    level = fields.String(validate=validate.OneOf(LEVEL_CHOICES))
    validity_days = fields.Integer(validate=validate.Range(1, 3660, error="Give 1 to 3660 days."))
    kinds = fields.List(fields.String(), validate=validate.Length(max=20))
    on_lapse = fields.String(validate=validate.OneOf(LAPSES))
    reason = text_field(required=True, longest=500)
    effective_on = fields.Date()


class UndoSchema(StrictSchema):
    """Why a change is taken back."""

    reason = text_field(longest=500)


class OverrideSchema(Schema):
    """A change in the history. `status`: current, coming, replaced, undone, or undo for the act of taking one back."""

    id = fields.UUID()
    code = fields.String()
    payer_id = fields.String(allow_none=True)
    license_type = fields.String(allow_none=True)
    state = fields.String(allow_none=True)
    level = fields.String(allow_none=True)
    validity_days = fields.Integer(allow_none=True)
    kinds = fields.List(fields.String(), allow_none=True)
    on_lapse = fields.String(allow_none=True)
    reason = fields.String()
    effective_on = fields.Date()
    undoes_id = fields.UUID(allow_none=True)
    by = fields.String(attribute="actor_name")
    created_at = fields.AwareDateTime()
    words = fields.String()
    status = fields.String()


class OverrideListSchema(Schema):
    """The history, newest first."""

    items = fields.List(fields.Nested(OverrideSchema))
    next_cursor = fields.String(allow_none=True)


class EffectSchema(Schema):
    """What a change would do to one provider's file."""

    provider_id = fields.UUID()
    name = fields.String()
    becomes_missing = fields.List(fields.String())
    no_longer_missing = fields.List(fields.String())
    was_complete = fields.Boolean()
    is_complete = fields.Boolean()


class PreviewSchema(Schema):
    """What a change would do. Nothing was stored."""

    effects = fields.List(fields.Nested(EffectSchema))
    untouched = fields.Integer()
    becoming_incomplete = fields.Integer()
    becoming_complete = fields.Integer()


class AskedSchema(Schema):
    """One thing that is asked for. `changed_by` are the ids of the overrides that shaped it."""

    code = fields.String()
    label = fields.String()
    level = fields.String()
    applies = fields.Boolean()
    why = fields.String()
    kinds = fields.List(fields.String())
    validity_days = fields.Integer(allow_none=True)
    validity_months = fields.Integer(allow_none=True)
    owes = fields.String()
    on_lapse = fields.String()
    source = fields.String()
    confidence = fields.String()
    changed_by = fields.List(fields.String())


class AskedListSchema(Schema):
    """What is asked of a license type in a state, by one payer or by the clinic."""

    items = fields.List(fields.Nested(AskedSchema))
    next_cursor = fields.String(allow_none=True)


class MissingItemSchema(Schema):
    """One thing that is not in order: whose, for which payers, and who owes it."""

    provider_id = fields.UUID(allow_none=True)
    name = fields.String()
    code = fields.String()
    label = fields.String()
    status = fields.String()
    state = fields.String(allow_none=True)
    owes = fields.String()
    next_step = fields.String()
    why = fields.String()
    payer_ids = fields.List(fields.String())
    expires_on = fields.Date(allow_none=True)
    document_id = fields.UUID(allow_none=True)


class MissingListSchema(Schema):
    """What is missing, provider by provider; `by_owes` counts by who owes it."""

    items = fields.List(fields.Nested(MissingItemSchema))
    by_owes = fields.Dict(keys=fields.String(), values=fields.Integer())
    next_cursor = fields.String(allow_none=True)


def change_of(body: dict[str, Any]) -> Change:
    """A validated body as the service wants it."""
    kinds = body.pop("kinds", None)
    return Change(**body, kinds=tuple(kinds) if kinds else None)


def history_facts(row: HistoryRow) -> dict[str, Any]:
    """A row of the history as the API tells it."""
    names = [name for name in OverrideSchema().fields if name not in {"words", "status", "by"}]
    facts: dict[str, Any] = {name: getattr(row.row, name) for name in names}
    return facts | {"actor_name": row.row.actor_name, "words": row.words, "status": row.state}


def count_by_owes(items: list[MissingItem]) -> dict[str, int]:
    """How many things each party owes."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item.owes] = counts.get(item.owes, 0) + 1
    return counts
