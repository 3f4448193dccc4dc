"""Pages of webhooks, among the clinic's settings: endpoints, one endpoint with its log, one delivery with its calls."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from infra import clock
from infra.db import unit_of_work
from infra.problems import Conflict, Invalid
from infra.web.pages import errors_by_field, page_size, read_form, render, render_block, sliced, uuid_cursor
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member
from tenants.clinics.settings_tabs import add_settings_tab, settings_tabs
from tenants.webhooks import services
from tenants.webhooks.events import TEST_EVENT, PublicEvent, all_public_events
from tenants.webhooks.outside import check_address
from tenants.webhooks.permissions import WEBHOOK_MANAGE, WEBHOOK_READ
from tenants.webhooks.rules import MAX_ATTEMPTS, OVERLAP_HOURS
from tenants.webhooks.schemas import STATUSES, NewWebhookSchema, RotateSchema

bp = Blueprint("webhooks", __name__, template_folder="templates")
bp.add_app_template_global(settings_tabs, "settings_tabs")
add_settings_tab("Webhooks", "webhooks.list_page", WEBHOOK_READ, 30)

DELIVERY_WORDS = {
    "pending": ("On its way", "waiting"),
    "delivered": ("Arrived", "good"),
    "failed": ("Failed", "blocked"),
}
OVERLAPS = (("0", "At once"), ("1", "In one hour"), ("24", "In 24 hours"), ("72", "In three days"))


def _trail(*more: tuple[str, str | None]) -> None:
    page = url_for("webhooks.list_page", clinic_id=member().clinic_id)
    crumbs((member().clinic_name, home_of(member())), ("Webhooks", page if more else None), *more)


def _words(clinic_id: UUID) -> dict[str, Any]:
    return {"clinic_id": clinic_id, "manage_permission": WEBHOOK_MANAGE, "delivery_words": DELIVERY_WORDS}


def _groups() -> dict[str, list[PublicEvent]]:
    """The events to choose from, by what they are about."""
    groups: dict[str, list[PublicEvent]] = {}
    for event in all_public_events():
        if event.name != TEST_EVENT:
            groups.setdefault(event.subject.replace("_", " ").capitalize(), []).append(event)
    return groups


@bp.get("/c/<uuid:clinic_id>/webhooks")
@access(WEBHOOK_READ)
def list_page(clinic_id: UUID) -> ResponseReturnValue:
    """Every endpoint with how it fares."""
    _trail()
    rows, counts = services.list_endpoints(), services.count_by_status()
    return render("webhooks/list.html", endpoints=rows, counts=counts, **_words(clinic_id))


@bp.get("/c/<uuid:clinic_id>/webhooks/new")
@access(WEBHOOK_MANAGE)
def new_page(clinic_id: UUID) -> ResponseReturnValue:
    """The form of a new endpoint."""
    return _form(clinic_id)


def _form(clinic_id: UUID, error: Invalid | None = None, webhook_id: UUID | None = None, values: Any = None) -> str:
    _trail(("Change" if webhook_id else "New", None))
    return render(
        "webhooks/form.html",
        errors=errors_by_field(error),
        values=values or {"url": "", "description": "", "events": []},
        groups=_groups(),
        webhook_id=webhook_id,
        **_words(clinic_id),
    )


def _sent() -> dict[str, Any]:
    """The form as it was sent: the chosen events are boxes of one name."""
    return {
        "url": request.form.get("url", "").strip(),
        "description": request.form.get("description", "").strip(),
        "events": request.form.getlist("events"),
    }


def _loaded() -> dict[str, Any]:
    """The form through the schema of the JSON body, its address checked. Raises `Invalid`."""
    sent = _sent()
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    form = read_form(NewWebhookSchema(partial=("events",)), texts)
    return form | {"events": sent["events"], "url": check_address(form["url"])}


@bp.post("/c/<uuid:clinic_id>/webhooks")
@access(WEBHOOK_MANAGE, session=False)
def create(clinic_id: UUID) -> ResponseReturnValue:
    """Enter an endpoint and show its secret, this once."""
    try:
        form = _loaded()
        with unit_of_work(actor().scope_in(member())):
            row, secret = services.create_endpoint(services.NewEndpoint(**form))
            return _endpoint(clinic_id, row.id, secret=secret)
    except Invalid as error:
        return _form(clinic_id, error, values=_sent()), 422


@bp.get("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>")
@access(WEBHOOK_READ)
def endpoint_page(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """One endpoint: how it fares, what was sent, what to do."""
    return _endpoint(clinic_id, webhook_id)


def _endpoint(clinic_id: UUID, webhook_id: UUID, **more: Any) -> str:
    row = services.get_endpoint(webhook_id)
    _trail((row.place.partition("://")[2].partition("/")[0], None))
    shown = request.args.get("show") if request.args.get("show") in STATUSES else None
    limit = page_size()
    rows = services.list_deliveries(webhook_id, limit=limit + 1, after=uuid_cursor(), status=shown)
    page = sliced(rows, limit)
    counts = services.count_by_status().get(webhook_id, {})
    return render(
        "webhooks/endpoint.html",
        endpoint=row,
        deliveries=page.items,
        next_cursor=page.next_cursor,
        is_first=not request.args.get("cursor"),
        shown=shown,
        counts=counts,
        chips=_chips(clinic_id, webhook_id, shown, counts),
        overlaps=OVERLAPS,
        usual_overlap=str(OVERLAP_HOURS),
        most=MAX_ATTEMPTS,
        overlaps_now=row.previous_until is not None and row.previous_until > clock.wall(),
        **_words(clinic_id),
        **more,
    )


def _chips(clinic_id: UUID, webhook_id: UUID, shown: str | None, counts: dict[str, int]) -> list[dict[str, Any]]:
    address = url_for("webhooks.endpoint_page", clinic_id=clinic_id, webhook_id=webhook_id)
    every = {"label": "All", "url": address, "is_current": shown is None, "count": sum(counts.values())}
    return [every] + [
        {"label": words[0], "url": f"{address}?show={name}", "is_current": shown == name, "count": counts.get(name, 0)}
        for name, words in DELIVERY_WORDS.items()
    ]


@bp.get("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/change")
@access(WEBHOOK_MANAGE)
def change_page(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """The form of an endpoint that is there."""
    row = services.get_endpoint(webhook_id)
    values = {"url": row.url, "description": row.description, "events": row.events}
    return _form(clinic_id, webhook_id=webhook_id, values=values)


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/change")
@access(WEBHOOK_MANAGE, session=False)
def change(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """Change its address, its events or its description."""
    scope = actor().scope_in(member())
    with unit_of_work(scope):
        services.get_endpoint(webhook_id)
    try:
        form = _loaded()
        with unit_of_work(scope):
            services.change_endpoint(webhook_id, **({"description": ""} | form))
    except Invalid as error:
        return _form(clinic_id, error, webhook_id, _sent()), 422
    flash("Saved.", "success")
    return redirect(url_for("webhooks.endpoint_page", clinic_id=clinic_id, webhook_id=webhook_id))


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/secret")
@access(WEBHOOK_MANAGE)
def rotate(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """Make a new secret and show it, this once."""
    form = read_form(RotateSchema())
    _, secret = services.rotate_secret(webhook_id, overlap_hours=form["overlap_hours"])
    return _endpoint(clinic_id, webhook_id, secret=secret)


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/test")
@access(WEBHOOK_MANAGE)
def send_test(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """Send a test call."""
    return _acted(clinic_id, webhook_id, lambda: services.send_test(webhook_id), "A test call is on its way.")


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/enable")
@access(WEBHOOK_MANAGE)
def enable(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """Switch it on again."""
    return _acted(clinic_id, webhook_id, lambda: services.enable_endpoint(webhook_id), "The webhook is on again.")


def _acted(clinic_id: UUID, webhook_id: UUID, act: Any, done: str) -> ResponseReturnValue:
    try:
        act()
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash(done, "success")
    return redirect(url_for("webhooks.endpoint_page", clinic_id=clinic_id, webhook_id=webhook_id))


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/delete")
@access(WEBHOOK_MANAGE)
def delete(clinic_id: UUID, webhook_id: UUID) -> ResponseReturnValue:
    """Remove an endpoint."""
    url = services.remove_endpoint(webhook_id)
    flash(f"{url} is removed; nothing more is sent there.", "success")
    return redirect(url_for("webhooks.list_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
@access(WEBHOOK_READ)
def delivery_page(clinic_id: UUID, webhook_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """One delivery: what was sent and every call, at the side or under its own address."""
    delivery = services.get_delivery(webhook_id, delivery_id)
    facts = {
        "delivery": delivery,
        "calls": services.tries_of(delivery_id),
        "body": json.dumps(delivery.payload, indent=2, sort_keys=True),
    }
    if request.headers.get("HX-Target") == "panel":
        endpoint = services.get_endpoint(webhook_id)
        return render_block("webhooks/delivery.html", "details", endpoint=endpoint, **facts, **_words(clinic_id))
    return _endpoint(clinic_id, webhook_id, **facts)


@bp.post("/c/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay")
@access(WEBHOOK_MANAGE)
def replay(clinic_id: UUID, webhook_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Send it again now."""
    delivery = services.get_delivery(webhook_id, delivery_id)
    return _acted(clinic_id, webhook_id, lambda: services.replay(delivery.id), f"{delivery.event} is sent again.")
