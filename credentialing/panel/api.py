"""The panel over the API: grid, hold list, "may this be billed", and a provider's own view."""

from __future__ import annotations

import re
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
from infra.web.pages import encode_cursor, number_cursor, page_size
from infra.web.query import PAGES, day_argument, parameter, uuid_argument
from tenants.access.gate import access, actor, signed_in

blp = Blueprint("panel_api", __name__, url_prefix="/api/v1", description="Panel and hold list")
_ON = parameter("on", "The day; today where the clinic is, when left out.", form="date")


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
@blp.doc(parameters=[_ON, *PAGES])
@blp.alt_response(200, schema=HoldListSchema, success=True, description="The hold list; CSV when `Accept` asks for it")
@blp.alt_response(200, schema={"type": "string"}, content_type="text/csv", success=True)
def get_holds(clinic_id: UUID) -> Any:
    """What must not be billed on the day `on`, by default today. All of it, unless a `limit` asks for pages."""
    on = day_argument("on") or services.today()
    if request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
        return holds_csv(on)
    found = services.holds(on)
    items, cursor = found, None
    if "limit" in request.args:
        limit, start = page_size(), number_cursor() or 0
        items = found[start : start + limit]
        cursor = encode_cursor(start + limit) if start + limit < len(found) else None
    body = {"on": on, "items": [hold_facts(hold) for hold in items], "next_cursor": cursor}
    return HoldListSchema().dump(body)


@blp.get("/clinics/<uuid:clinic_id>/holds.csv")
@access(HOLDS_READ)
@blp.doc(parameters=[_ON])
@blp.alt_response(
    200, schema={"type": "string"}, content_type="text/csv", success=True, description="The hold list as CSV"
)
def get_holds_csv(clinic_id: UUID) -> Response:
    """The hold list of a day as a file for the billing system."""
    return holds_csv(day_argument("on") or services.today())


@blp.get("/clinics/<uuid:clinic_id>/billable")
@access(BILLABLE_READ)
@blp.doc(
    parameters=[
        parameter("npi", "The provider's NPI.", required=True, pattern=r"^[12]\d{9}$"),
        parameter("payer_id", "A payer of the payer book.", required=True),
        _ON,
        parameter("line_of_business", "One line of business; all of them when left out.", pattern=LINE_PATTERN),
        parameter("location_id", "Where the service was given.", form="uuid"),
    ]
)
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
    return billable_facts(
        services.is_billable(
            npi=npi,
            payer_id=payer_id,
            on=day_argument("on") or services.today(),
            line_of_business=line,
            location_id=uuid_argument("location_id"),
        )
    )


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
