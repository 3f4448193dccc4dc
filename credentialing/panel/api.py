"""The panel over the API: grid, hold list, "may this be billed", and a provider's own view."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from credentialing.enrollment.schemas import LINE_PATTERN
from credentialing.panel import services
from credentialing.panel.exports import holds_csv
from credentialing.panel.mine import OwnClinic, clinics_of_provider
from credentialing.panel.permissions import BILLABLE_READ, HOLDS_READ, PANEL_READ
from credentialing.panel.schemas import (
    BillableSchema,
    HoldListSchema,
    OwnPanelSchema,
    PanelSchema,
    billable_facts,
    cell_facts,
    hold_facts,
)
from infra.problems import invalid
from infra.web.pages import decode_cursor, encode_cursor, page_size
from tenants.access.gate import access, actor, signed_in

blp = Blueprint("panel_api", __name__, url_prefix="/api/v1", description="Panel and hold list")


@blp.get("/clinics/<uuid:clinic_id>/panel")
@access(PANEL_READ)
@blp.response(200, PanelSchema)
def get_panel(clinic_id: UUID) -> dict[str, Any]:
    """Payers, providers and a cell for each case that counts."""
    grid = services.grid()
    return {
        "payers": [
            {
                "id": payer.id,
                "name": payer.name,
                "short_name": payer.short_name,
                "kind": payer.kind,
                "billable": grid.billable[payer.id],
            }
            for payer in grid.payers
        ],
        "providers": [row.provider for row in grid.rows],
        "cells": [cell_facts(view) for view in grid.outlooks],
    }


@blp.get("/clinics/<uuid:clinic_id>/holds")
@access(HOLDS_READ)
@blp.alt_response(200, schema=HoldListSchema, description="The hold list; CSV when the Accept header asks for text/csv")
def get_holds(clinic_id: UUID) -> Any:
    """What must not be billed on the day `on`, by default today. All of it, unless a `limit` asks for pages."""
    on = _day("on")
    if request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
        return holds_csv(on)
    found = services.holds(on)
    items, cursor = found, None
    if "limit" in request.args:
        limit, start = page_size(), _start()
        items = found[start : start + limit]
        cursor = encode_cursor(start + limit) if start + limit < len(found) else None
    body = {"on": on, "items": [hold_facts(hold) for hold in items], "next_cursor": cursor}
    return HoldListSchema().dump(body)


@blp.get("/clinics/<uuid:clinic_id>/holds.csv")
@access(HOLDS_READ)
@blp.alt_response(200, description="The hold list as CSV")
def get_holds_csv(clinic_id: UUID) -> Response:
    """The hold list of a day as a file for the billing system."""
    return holds_csv(_day("on"))


def _start() -> int:
    values = decode_cursor(request.args.get("cursor"))
    if values is None:
        return 0
    if not values[0].isdigit():
        raise invalid("cursor", "That cursor was not made here.")
    return int(values[0])


@blp.get("/clinics/<uuid:clinic_id>/billable")
@access(BILLABLE_READ)
@blp.response(200, BillableSchema)
def get_billable(clinic_id: UUID) -> dict[str, Any]:
    """May a service of provider `npi` on the day `on` be billed to `payer_id`? Yes or no with its evidence."""
    npi, payer_id = request.args.get("npi", ""), request.args.get("payer_id", "")
    if not re.fullmatch(r"[12]\d{9}", npi):
        raise invalid("npi", "An NPI has ten digits and begins with 1 or 2.")
    if not payer_id:
        raise invalid("payer_id", "Say which payer. GET /api/v1/payers lists them.")
    line = request.args.get("line_of_business")
    if line is not None and not re.fullmatch(LINE_PATTERN, line):
        raise invalid("line_of_business", "Use lower-case letters, digits and underscores.")
    place = request.args.get("location_id")
    return billable_facts(
        services.is_billable(
            npi=npi,
            payer_id=payer_id,
            on=_day("on"),
            line_of_business=line,
            location_id=_uuid(place) if place else None,
        )
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise invalid("location_id", "Give the id of a location.") from error


def _day(name: str) -> date:
    text = request.args.get(name)
    if not text:
        return services.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, "Give a date as YYYY-MM-DD.") from error


@blp.get("/me/panel")
@signed_in(session=False)
@blp.response(200, OwnPanelSchema)
def my_panel() -> dict[str, Any]:
    """The caller's own panels, in every clinic in which they are a provider."""
    return {"items": [_own(clinic) for clinic in clinics_of_provider(actor())], "next_cursor": None}


def _own(clinic: OwnClinic) -> dict[str, Any]:
    own = clinic.panel
    return {
        "clinic_id": clinic.member.clinic_id,
        "clinic_name": clinic.member.clinic_name,
        "provider_id": own.provider.id,
        "provider": own.provider.name,
        "payers": [cell_facts(view) | {"payer": view.payer_name, "sentence": view.sentence} for view in own.outlooks],
        "todos": [{"code": code, "label": label, "status": status} for code, label, status in own.todos],
    }
