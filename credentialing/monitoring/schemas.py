"""What may be sent and read about what runs out."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, fields

from credentialing.monitoring.rules import band_of
from credentialing.monitoring.services import WatchedLine
from tenants.schemas import StrictSchema, text_field


class NoteSchema(StrictSchema):
    """Until when nobody needs to be reminded, and why."""

    until_on = fields.Date(required=True)
    reason = text_field(required=True, longest=500)


class FeedBodySchema(StrictSchema):
    """What the calendar address is for."""

    label = text_field(longest=100)


class SaidSchema(Schema):
    """What somebody said of it."""

    act = fields.String()
    until_on = fields.Date(allow_none=True)
    reason = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()


class ExpirableSchema(Schema):
    """One thing with an end. `owes` has to renew it; `holds` says whether billing is held after its end."""

    id = fields.UUID()
    provider_id = fields.UUID(allow_none=True)
    whose = fields.String()
    kind = fields.String()
    label = fields.String()
    state = fields.String(allow_none=True)
    payer_id = fields.String(allow_none=True)
    ends_on = fields.Date()
    days_left = fields.Integer()
    band = fields.String()
    owes = fields.String()
    holds = fields.Boolean()
    source = fields.String()
    source_id = fields.UUID()
    is_quiet = fields.Boolean()
    said = fields.Nested(SaidSchema, allow_none=True)


class ExpirableListSchema(Schema):
    """What runs out, the soonest first."""

    items = fields.List(fields.Nested(ExpirableSchema))
    next_cursor = fields.String(allow_none=True)


class LapseSchema(Schema):
    """Something that ended without a renewal. `restored_on` is the first day that counts again when the renewal left a gap."""

    id = fields.UUID()
    provider_id = fields.UUID(allow_none=True)
    kind = fields.String()
    label = fields.String()
    state = fields.String(allow_none=True)
    payer_id = fields.String(allow_none=True)
    holds = fields.Boolean()
    ends_on = fields.Date()
    restored_on = fields.Date(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    closed_how = fields.String(allow_none=True)


class LapseListSchema(Schema):
    """Lapses, newest first."""

    items = fields.List(fields.Nested(LapseSchema))
    next_cursor = fields.String(allow_none=True)


class ReminderSchema(Schema):
    """What the caller was reminded of and nobody has acted on. `level`: first, or clinic or account when it was escalated."""

    id = fields.UUID()
    expirable_id = fields.UUID()
    provider_id = fields.UUID(allow_none=True)
    whose = fields.String()
    label = fields.String()
    state = fields.String(allow_none=True)
    ends_on = fields.Date()
    days_before = fields.Integer()
    level = fields.String()
    day = fields.Date()
    mailed_at = fields.AwareDateTime(allow_none=True)


class ReminderListSchema(Schema):
    """Open reminders, the soonest end first."""

    items = fields.List(fields.Nested(ReminderSchema))
    next_cursor = fields.String(allow_none=True)


class CheckSchema(Schema):
    """When a provider must be checked at a source again."""

    id = fields.UUID()
    provider_id = fields.UUID()
    source = fields.String()
    due_on = fields.Date()
    asked_on = fields.Date(allow_none=True)
    checked_on = fields.Date(allow_none=True)


class CheckListSchema(Schema):
    """Due checks, in the order in which they were made."""

    items = fields.List(fields.Nested(CheckSchema))
    next_cursor = fields.String(allow_none=True)


class FeedSchema(Schema):
    """A calendar address. Its `url` is told once, when it is made."""

    id = fields.UUID()
    label = fields.String()
    created_at = fields.AwareDateTime()
    seen_at = fields.AwareDateTime(allow_none=True)


class NewFeedSchema(Schema):
    """A calendar address with its secret, told once."""

    id = fields.UUID()
    url = fields.String()


class FeedListSchema(Schema):
    """The caller's calendar addresses."""

    items = fields.List(fields.Nested(FeedSchema))
    next_cursor = fields.String(allow_none=True)


def expirable_facts(line: WatchedLine, today: date) -> dict[str, Any]:
    """A watched thing as the API tells it."""
    item, note = line.item, line.note
    said = note and {
        "act": note.act,
        "until_on": note.until_on,
        "reason": note.reason,
        "by": note.actor_name,
        "at": note.created_at,
    }
    return {
        "id": item.id,
        "provider_id": item.provider_id,
        "whose": line.whose,
        "kind": item.kind,
        "label": item.label,
        "state": item.state,
        "payer_id": item.payer_id,
        "ends_on": item.ends_on,
        "days_left": (item.ends_on - today).days,
        "band": band_of(item.ends_on, today),
        "owes": item.owes,
        "holds": item.holds,
        "source": item.source_kind,
        "source_id": item.source_id,
        "is_quiet": line.is_quiet,
        "said": said,
    }
