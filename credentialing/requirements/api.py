"""What is asked for and what is missing, as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from credentialing.payers.book import payer
from credentialing.requirements import overriding
from credentialing.requirements.catalog import PARTIES, load_catalog
from credentialing.requirements.missing import missing_for_all
from credentialing.requirements.overriding import HistoryRow, override_history
from credentialing.requirements.permissions import MISSING_READ, REQUIREMENT_READ, REQUIREMENT_WRITE
from credentialing.requirements.rules import Place, in_force, resolved
from credentialing.requirements.schemas import (
    AskedListSchema,
    ChangeSchema,
    MissingListSchema,
    OverrideListSchema,
    OverrideSchema,
    PreviewSchema,
    UndoSchema,
    change_of,
    count_by_owes,
    history_facts,
)
from credentialing.requirements.sources import load_overrides
from infra.problems import invalid
from infra.web.query import choice_argument, day_argument, parameter, uuid_argument
from tenants.access.chrome import clinic_today
from tenants.access.gate import access
from tenants.clinics.services import get_clinic
from tenants.schemas import STATE_CODES

blp = Blueprint("requirements_api", __name__, url_prefix="/api/v1", description="Requirements")
_PAYER = parameter("payer_id", "A payer of the payer book.")


@blp.get("/clinics/<uuid:clinic_id>/missing")
@access(MISSING_READ)
@blp.doc(
    parameters=[
        parameter("provider_id", "Only of this provider.", form="uuid"),
        _PAYER,
        parameter("owes", "Only what this party owes.", choices=PARTIES),
    ]
)
@blp.response(200, MissingListSchema)
def list_missing(clinic_id: UUID) -> dict[str, Any]:
    """What is missing, for which payers, who owes it: all of it, provider by provider; then what the clinic itself lacks."""
    provider_id = uuid_argument("provider_id")
    items = missing_for_all(
        provider_ids=[provider_id] if provider_id else None,
        payer_id=_payer_id(),
        owes=choice_argument("owes", PARTIES),
    )
    return {"items": items, "by_owes": count_by_owes(items), "next_cursor": None}


def _payer_id() -> str | None:
    payer_id = request.args.get("payer_id")
    if payer_id and payer(payer_id) is None:
        raise invalid("payer_id", "No payer of the payer book has this id. GET /api/v1/payers lists them.")
    return payer_id or None


@blp.get("/clinics/<uuid:clinic_id>/requirements")
@access(REQUIREMENT_READ)
@blp.doc(
    parameters=[
        parameter("license_type", "A license type of the catalog.", required=True),
        parameter("state", "Where the provider practices; the clinic's state when left out."),
        _PAYER,
        parameter("on", "The day; today when left out.", form="date"),
    ]
)
@blp.response(200, AskedListSchema)
def list_asked(clinic_id: UUID) -> dict[str, Any]:
    """What is asked of a license type in a state, by one payer or by the clinic, with the overrides of that day."""
    code, clinic = request.args.get("license_type", ""), get_clinic()
    if code not in load_catalog().license_types:
        raise invalid("license_type", f"Give one of: {', '.join(load_catalog().license_types)}.")
    state = request.args.get("state", clinic.state).upper()
    if state not in STATE_CODES:
        raise invalid("state", "Give the two letters of a US state.")
    payer_id = _payer_id()
    traits = tuple(name for name, holds in clinic.traits.items() if holds)
    overrides = in_force(load_overrides(), day_argument("on") or clinic_today())
    rows = resolved(Place(code, state, traits), overrides, payer=payer(payer_id) if payer_id else None)
    return {"items": rows, "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>/requirement-overrides")
@access(REQUIREMENT_READ)
@blp.response(200, OverrideListSchema)
def list_overrides(clinic_id: UUID) -> dict[str, Any]:
    """Every change of what is asked for, newest first, with what became of it."""
    return {"items": [history_facts(row) for row in override_history()], "next_cursor": None}


def _row(override_id: UUID) -> dict[str, Any]:
    found: HistoryRow = next(row for row in override_history() if row.row.id == override_id)
    return history_facts(found)


@blp.post("/clinics/<uuid:clinic_id>/requirement-overrides")
@access(REQUIREMENT_WRITE)
@blp.arguments(ChangeSchema)
@blp.response(201, OverrideSchema)
def add_override(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Change what is asked for, from a day on (today when left out)."""
    return _row(overriding.add_override(change_of(body)).id)


@blp.post("/clinics/<uuid:clinic_id>/requirement-overrides/preview")
@access(REQUIREMENT_WRITE)
@blp.arguments(ChangeSchema)
@blp.response(200, PreviewSchema)
def preview_override(body: dict[str, Any], clinic_id: UUID) -> overriding.Preview:
    """What a change would do to the files of all active providers. Nothing is stored."""
    return overriding.preview(change_of(body))


@blp.post("/clinics/<uuid:clinic_id>/requirement-overrides/<uuid:override_id>/undo")
@access(REQUIREMENT_WRITE)
@blp.arguments(UndoSchema)
@blp.response(201, OverrideSchema)
def undo_override(body: dict[str, Any], clinic_id: UUID, override_id: UUID) -> dict[str, Any]:
    """Take a change back. What was in force before it counts again; both stay in the history."""
    return _row(overriding.undo_override(override_id, reason=body.get("reason", "")).id)
