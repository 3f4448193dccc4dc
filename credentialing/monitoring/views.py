"""Pages of what runs out: the calendar with its list, one item with its reminders, and each person's calendar addresses."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.monitoring import feeds, services
from credentialing.monitoring.feeds import Entry
from credentialing.monitoring.ical import ical_of
from credentialing.monitoring.models import Expirable
from credentialing.monitoring.permissions import EXPIRY_LIST, EXPIRY_NOTE, EXPIRY_READ
from credentialing.monitoring.pictures import (
    DAYS_AHEAD,
    FAR_AHEAD,
    KIND_GROUPS,
    TONES,
    bands_of,
    chart_of,
    kinds_of,
    month_days,
    month_of,
)
from credentialing.monitoring.rules import BANDS, band_of, revalidation_window, when_words
from credentialing.monitoring.schemas import FeedBodySchema, NoteSchema
from credentialing.monitoring.services.listing import lines_of
from credentialing.providers.tabs import LIST, add_provider_tab
from credentialing.requirements.rules import PARTY_WORDS
from infra import clock
from infra.problems import Conflict, Invalid, NotFound
from infra.settings import settings
from infra.web.limits import limiter
from infra.web.pages import errors_by_field, is_htmx, read_form, render, render_block
from infra.web.query import day_argument
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, actor, member, public, signed_in
from tenants.access.identity import by_calendar_feed
from tenants.access.roles import Role

bp = Blueprint("monitoring", __name__, template_folder="templates")
add_provider_tab("Expiry calendar", "monitoring.calendar_page", EXPIRY_LIST, 30)
ACT_WORDS = {"snoozed": "Put off", "acted": "Being renewed", "resumed": "Watched again"}
LEVEL_WORDS = {"first": "", "clinic": "Escalated to the clinic", "account": "Escalated to the account manager"}
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@bp.get("/c/<uuid:clinic_id>/providers/calendar")
@access(EXPIRY_LIST)
def calendar_page(clinic_id: UUID) -> ResponseReturnValue:
    """What runs out in the next 120 days: drawn, listed, or as a month."""
    return _calendar(clinic_id)


def _calendar(clinic_id: UUID, **more: Any) -> str:
    today, group = clinic_today(), request.args.get("kind", "")
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for(LIST, clinic_id=clinic_id)),
        ("Expiry calendar", None),
    )
    found = _MONTH.fullmatch(request.args.get("month", ""))
    everything = services.list_watched(until=today + timedelta(days=DAYS_AHEAD))
    kinds = kinds_of(group)
    lines = [line for line in everything if not kinds or line.item.kind in kinds]
    listed = lines
    if group == "payers":
        listed = services.list_watched(until=today + timedelta(days=FAR_AHEAD), kinds=kinds)
    since, until = _day("from"), _day("to")
    shown = [line for line in listed if (since or date.min) <= line.item.ends_on <= (until or date.max)]
    context: dict[str, Any] = {
        "clinic_id": clinic_id,
        "today": today,
        "everything": everything,
        "chart": chart_of(lines, today),
        "bands": bands_of(shown, today),
        "narrowed": (since, until) if since or until else None,
        "month": _month(found, kinds, today),
        "this_month": f"{today:%Y-%m}",
        "group": group,
        "chips": _chips(clinic_id, group, everything),
        "mine": services.open_reminders(actor().id),
        "checks": services.check_states(),
        **_words(),
    }
    return render("monitoring/calendar.html", **{**context, **more})


def _day(name: str) -> date | None:
    try:
        return day_argument(name)
    except Invalid:
        return None


def _month(found: re.Match[str] | None, kinds: frozenset[str], today: date) -> Any:
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    first, last = month_days(year, month)
    return month_of(year, month, services.list_watched(since=first, until=last, kinds=kinds), today)


def _words() -> dict[str, Any]:
    return {
        "party_words": PARTY_WORDS,
        "act_words": ACT_WORDS,
        "level_words": LEVEL_WORDS,
        "tones": TONES,
        "band_words": dict(BANDS),
        "band_of": band_of,
        "when_words": when_words,
        "note_permission": EXPIRY_NOTE,
    }


def _chips(clinic_id: UUID, group: str, lines: list[services.WatchedLine]) -> list[dict[str, Any]]:
    month = request.args.get("month")

    def chip(name: str, label: str, count: int) -> dict[str, Any]:
        url = url_for("monitoring.calendar_page", clinic_id=clinic_id, kind=name or None, month=month)
        return {"label": label, "url": url, "is_current": group == name, "count": count}

    counted = [(name, label, sum(line.item.kind in kinds for line in lines)) for name, label, kinds in KIND_GROUPS]
    other = len(lines) - sum(count for _, _, count in counted)
    chips = [chip(name, label, count) for name, label, count in [*counted, ("other", "Other", other)]]
    return [chip("", "All", len(lines))] + [made for made in chips if made["count"] or made["is_current"]]


@bp.get("/c/<uuid:clinic_id>/providers/calendar/<uuid:expirable_id>")
@access(EXPIRY_READ)
def item_page(clinic_id: UUID, expirable_id: UUID) -> ResponseReturnValue:
    """One thing that runs out: at the side of the calendar, or under its own address."""
    return _item(clinic_id, services.get_expirable(expirable_id))


def _item(clinic_id: UUID, item: Expirable, error: Invalid | Conflict | None = None) -> str:
    facts = {
        "line": lines_of([item])[0],
        "reminders": services.reminders_of(item),
        "notes": services.history_of(item),
        "errors": errors_by_field(error) if isinstance(error, Invalid) else {},
        "values": request.form if error else {},
        "today": clinic_today(),
        "proposed": _proposed(item),
        "source_url": _source_url(clinic_id, item),
        "opens_on": revalidation_window(item.ends_on) if item.kind == "medicare_revalidation" else None,
        "back": url_for("monitoring.calendar_page", clinic_id=clinic_id),
    }
    if request.headers.get("HX-Target") == "panel":
        return render_block("monitoring/item.html", "details", clinic_id=clinic_id, **facts, **_words())
    if member().role is Role.PROVIDER:
        crumbs(("My panels", home_of(member())), (item.label, None))
        return render("monitoring/own_item.html", clinic_id=clinic_id, **facts, **_words())
    return _calendar(clinic_id, **facts)


def _proposed(item: Expirable) -> date:
    """Two weeks ahead, not beyond the end: what the form begins with."""
    today = clinic_today()
    wanted = today + timedelta(days=14)
    return min(wanted, item.ends_on) if item.ends_on > today else wanted


def _source_url(clinic_id: UUID, item: Expirable) -> str | None:
    if item.source_kind == "document":
        return url_for("documents.document_page", clinic_id=clinic_id, document_id=item.source_id)
    if item.source_kind == "enrollment":
        return url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=item.source_id)
    if item.provider_id is None:
        return None
    return url_for("providers.file_page", clinic_id=clinic_id, provider_id=item.provider_id)


@bp.post("/c/<uuid:clinic_id>/providers/calendar/<uuid:expirable_id>")
@access(EXPIRY_NOTE)
def answer(clinic_id: UUID, expirable_id: UUID) -> ResponseReturnValue:
    """Put it off, say that it is being renewed, or watch it again."""
    item = services.get_expirable(expirable_id)
    act = request.form.get("act", "")
    try:
        if act == "resume":
            services.resume(expirable_id)
            said = "Reminders are on again."
        else:
            form = read_form(NoteSchema(), {k: v for k, v in request.form.items() if k != "act"})
            if act == "acted":
                services.say_acted(expirable_id, expected_on=form["until_on"], reason=form["reason"])
                said = "Noted. Nobody is reminded until the renewal is expected."
            else:
                services.snooze(expirable_id, until_on=form["until_on"], reason=form["reason"])
                said = "Put off. Nobody is reminded until then."
    except Invalid as error:
        return _item(clinic_id, item, error), 422
    except Conflict as error:
        said = error.detail
    flash(said, "success")
    there = url_for("monitoring.calendar_page", clinic_id=clinic_id)
    if member().role is Role.PROVIDER:
        there = url_for("monitoring.item_page", clinic_id=clinic_id, expirable_id=expirable_id)
    return ("", 204, {"HX-Redirect": there}) if is_htmx() else redirect(there)


@bp.get("/me/calendar")
@signed_in(session=False)
def feeds_page() -> ResponseReturnValue:
    """The calendar addresses of the person who is signed in."""
    return _feeds()


def _feeds(made: str | None = None, error: str | None = None) -> str:
    return render("monitoring/feeds.html", feeds=feeds.list_feeds(actor().id), made=made, error=error)


@bp.post("/me/calendar")
@signed_in(session=False)
def make_feed() -> ResponseReturnValue:
    """Make a calendar address and show it once."""
    try:
        form = read_form(FeedBodySchema())
        _, token = feeds.issue_feed(actor().id, label=form.get("label") or "Calendar")
    except (Invalid, Conflict) as error:
        return _feeds(error=error.detail), error.status
    return _feeds(made=settings().public_url + url_for("monitoring.calendar_feed", token=token))


@bp.post("/me/calendar/<uuid:feed_id>/revoke")
@signed_in(session=False)
def revoke_feed(feed_id: UUID) -> ResponseReturnValue:
    """Let an address stop working."""
    feeds.revoke_feed(actor().id, feed_id)
    flash("That address does not work any more.", "success")
    return redirect(url_for("monitoring.feeds_page"))


@bp.get("/calendar/<token>.ics")
@public
@limiter.limit("60/minute")
def calendar_feed(token: str) -> ResponseReturnValue:
    """A person's calendar for their calendar program; the address is the key, and opens nothing else."""
    identity = by_calendar_feed(token)
    if identity is None:
        raise NotFound
    body = ical_of(feeds.entries_for(identity), now=clock.now(), url_of=_address)
    response = Response(body, mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _address(entry: Entry) -> str:
    path = url_for("monitoring.item_page", clinic_id=entry.clinic_id, expirable_id=entry.expirable_id)
    return settings().public_url + path
