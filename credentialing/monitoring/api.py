"""What runs out, as JSON: the watch list, lapses, the caller's reminders and calendar addresses, the monthly checks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_smorest import Blueprint

from credentialing.monitoring import feeds, services
from credentialing.monitoring.models import Expirable
from credentialing.monitoring.permissions import CHECK_READ, EXPIRY_NOTE, EXPIRY_READ
from credentialing.monitoring.schemas import (
    CheckListSchema,
    ExpirableListSchema,
    ExpirableSchema,
    FeedBodySchema,
    FeedListSchema,
    LapseListSchema,
    NewFeedSchema,
    NoteSchema,
    ReminderListSchema,
    expirable_facts,
)
from credentialing.monitoring.services.listing import lines_of
from infra.problems import invalid
from infra.settings import settings
from infra.web.pages import decode_cursor, encode_cursor, page_size, sliced, uuid_cursor
from infra.web.query import PAGES, as_uuid, choice_argument, day_argument, parameter, uuid_argument
from tenants.access.chrome import clinic_today
from tenants.access.gate import access, actor, signed_in

blp = Blueprint("monitoring_api", __name__, url_prefix="/api/v1", description="What runs out")


@blp.get("/clinics/<uuid:clinic_id>/expirables")
@access(EXPIRY_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("until", "Only what ends by this day.", form="date"),
        parameter("since", "Only what ends on this day or later.", form="date"),
        parameter("kind", "Only this kind: a document code, `recredentialing` or `medicare_revalidation`.", many=True),
        parameter("provider_id", "Only of this provider.", form="uuid"),
    ]
)
@blp.response(200, ExpirableListSchema)
def list_expirables(clinic_id: UUID) -> dict[str, Any]:
    """What runs out, the soonest first."""
    limit, after = page_size(), _cursor()
    rows = services.list_watched(
        until=day_argument("until"),
        since=day_argument("since"),
        kinds=request.args.getlist("kind"),
        provider_id=uuid_argument("provider_id"),
        limit=limit + 1,
        after=after,
    )
    today, shown = clinic_today(), rows[:limit]
    last = shown[-1].item if len(rows) > limit else None
    cursor = encode_cursor(last.ends_on.isoformat(), last.id) if last else None
    return {"items": [expirable_facts(row, today) for row in shown], "next_cursor": cursor}


def _cursor() -> tuple[date, UUID] | None:
    values = decode_cursor(request.args.get("cursor"), 2)
    if values is None:
        return None
    try:
        return date.fromisoformat(values[0]), as_uuid("cursor", values[1])
    except ValueError as error:
        raise invalid("cursor", "That cursor was not made here.") from error


def _one(item: Expirable) -> dict[str, Any]:
    return expirable_facts(lines_of([item])[0], clinic_today())


@blp.get("/clinics/<uuid:clinic_id>/expirables/<uuid:expirable_id>")
@access(EXPIRY_READ)
@blp.response(200, ExpirableSchema)
def get_expirable(clinic_id: UUID, expirable_id: UUID) -> dict[str, Any]:
    """One thing that runs out."""
    return _one(services.get_expirable(expirable_id))


@blp.post("/clinics/<uuid:clinic_id>/expirables/<uuid:expirable_id>/snooze")
@access(EXPIRY_NOTE)
@blp.arguments(NoteSchema)
@blp.response(200, ExpirableSchema)
def snooze(body: dict[str, Any], clinic_id: UUID, expirable_id: UUID) -> dict[str, Any]:
    """Remind nobody of it until a day, for a reason."""
    services.snooze(expirable_id, until_on=body["until_on"], reason=body["reason"])
    return _one(services.get_expirable(expirable_id))


@blp.post("/clinics/<uuid:clinic_id>/expirables/<uuid:expirable_id>/acted")
@access(EXPIRY_NOTE)
@blp.arguments(NoteSchema)
@blp.response(200, ExpirableSchema)
def say_acted(body: dict[str, Any], clinic_id: UUID, expirable_id: UUID) -> dict[str, Any]:
    """Say that the renewal is under way and expected by a day; reminders stop until then."""
    services.say_acted(expirable_id, expected_on=body["until_on"], reason=body["reason"])
    return _one(services.get_expirable(expirable_id))


@blp.post("/clinics/<uuid:clinic_id>/expirables/<uuid:expirable_id>/resume")
@access(EXPIRY_NOTE)
@blp.response(200, ExpirableSchema)
def resume(clinic_id: UUID, expirable_id: UUID) -> dict[str, Any]:
    """Remind of it again. 409 when nobody put it off."""
    services.resume(expirable_id)
    return _one(services.get_expirable(expirable_id))


@blp.get("/clinics/<uuid:clinic_id>/lapses")
@access(EXPIRY_READ)
@blp.doc(parameters=[*PAGES, parameter("show", "Only open or only closed lapses.", choices=("open", "closed"))])
@blp.response(200, LapseListSchema)
def list_lapses(clinic_id: UUID) -> dict[str, Any]:
    """What ended without a renewal, newest first."""
    limit, show = page_size(), choice_argument("show", ("open", "closed"))
    rows = services.list_lapses(is_open=None if show is None else show == "open", limit=limit + 1, after=uuid_cursor())
    page = sliced(rows, limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.get("/clinics/<uuid:clinic_id>/reminders")
@access(EXPIRY_READ)
@blp.response(200, ReminderListSchema)
def list_reminders(clinic_id: UUID) -> dict[str, Any]:
    """What the caller was reminded of in this clinic and nobody has acted on."""
    rows = services.open_reminders(actor().id)
    items = [
        {
            "id": row.reminder.id,
            "expirable_id": row.item.id,
            "provider_id": row.item.provider_id,
            "whose": row.whose,
            "label": row.item.label,
            "state": row.item.state,
            "ends_on": row.item.ends_on,
            "days_before": row.reminder.days_before,
            "level": row.reminder.level,
            "day": row.reminder.day_on,
            "mailed_at": row.reminder.mailed_at,
        }
        for row in rows
    ]
    return {"items": items, "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>/checks-due")
@access(CHECK_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, CheckListSchema)
def list_checks(clinic_id: UUID) -> dict[str, Any]:
    """When which provider must be checked at which source again."""
    limit = page_size()
    page = sliced(services.list_checks(limit=limit + 1, after=uuid_cursor()), limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.get("/me/calendar-feeds")
@signed_in(session=False)
@blp.response(200, FeedListSchema)
def list_feeds() -> dict[str, Any]:
    """The caller's calendar addresses that still work."""
    return {"items": feeds.list_feeds(actor().id), "next_cursor": None}


@blp.post("/me/calendar-feeds")
@signed_in(session=False)
@blp.arguments(FeedBodySchema)
@blp.response(201, NewFeedSchema)
def make_feed(body: dict[str, Any]) -> dict[str, Any]:
    """A new calendar address. Its secret is told now and never again."""
    feed_id, token = feeds.issue_feed(actor().id, label=body.get("label") or "Calendar")
    return {"id": feed_id, "url": settings().public_url + url_for("monitoring.calendar_feed", token=token)}


@blp.delete("/me/calendar-feeds/<uuid:feed_id>")
@signed_in(session=False)
@blp.response(204)
def revoke_feed(feed_id: UUID) -> None:
    """Let a calendar address stop working."""
    feeds.revoke_feed(actor().id, feed_id)
