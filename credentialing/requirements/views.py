"""Pages of what is missing, and of what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.payers.book import load_book, payer
from credentialing.providers.tabs import LIST, add_provider_tab
from credentialing.requirements import overriding
from credentialing.requirements.catalog import PARTIES, load_catalog
from credentialing.requirements.missing import MissingItem, missing_for_all
from credentialing.requirements.overriding import kind_label, override_history
from credentialing.requirements.permissions import MISSING_READ, REQUIREMENT_READ, REQUIREMENT_WRITE
from credentialing.requirements.rules import PARTY_WORDS, Place, Requirement, in_force, resolved
from credentialing.requirements.schemas import ChangeSchema, UndoSchema, change_of, count_by_owes
from credentialing.requirements.sources import load_overrides
from infra.problems import Conflict, Invalid
from infra.web.pages import errors_by_field, read_form, render
from infra.words import counted
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, member
from tenants.access.roles import Role
from tenants.clinics.services import get_clinic
from tenants.schemas import STATE_CODES

bp = Blueprint("requirements", __name__, template_folder="templates")
add_provider_tab("What is missing", "requirements.missing_page", MISSING_READ, 20)
add_provider_tab("Requirements", "requirements.asked_page", REQUIREMENT_READ, 80)
STATUS_WORDS = {
    "missing": ("Missing", "attention"),
    "uploaded": ("To review", "waiting"),
    "rejected": ("Rejected", "blocked"),
    "expired": ("Expired", "blocked"),
}
LEVELS = [
    ("required", "Required"),
    ("conditional", "Conditional"),
    ("optional", "Optional"),
    ("not_needed", "Not asked for"),
]
LAPSE_CHOICES = [("hold", "Hold billing"), ("tell", "Only tell people")]
STATE_WORDS = {
    "current": ("Counts now", "good"),
    "coming": ("Coming", "waiting"),
    "replaced": ("Replaced", "neutral"),
    "undone": ("Taken back", "neutral"),
    "undo": ("Takes back", "neutral"),
}


@bp.get("/c/<uuid:clinic_id>/providers/missing")
@access(MISSING_READ)
def missing_page(clinic_id: UUID) -> ResponseReturnValue:
    """What is missing, for which payers, who owes it."""
    if member().role is Role.PROVIDER:
        return redirect(url_for("providers.my_file", clinic_id=clinic_id))
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for(LIST, clinic_id=clinic_id)),
        ("What is missing", None),
    )
    owes, payer_id = request.args.get("owes", ""), request.args.get("payer", "")
    everything = missing_for_all()
    of_payer = [item for item in everything if not payer_id or payer_id in item.payer_ids]
    shown = [item for item in of_payer if not owes or item.owes == owes]
    return render(
        "requirements/missing.html",
        clinic_id=clinic_id,
        groups=_by_provider(shown),
        everything=everything,
        shown=shown,
        chips=_chips(clinic_id, owes, payer_id, of_payer),
        payers=_payers_of(everything),
        payer_id=payer_id,
        owes=owes,
        payer_words=_payer_words,
        party_words=PARTY_WORDS,
        status_words=STATUS_WORDS,
    )


def _by_provider(items: Sequence[MissingItem]) -> list[tuple[MissingItem, list[MissingItem]]]:
    groups: dict[UUID | None, list[MissingItem]] = {}
    for item in items:
        groups.setdefault(item.provider_id, []).append(item)
    return [(rows[0], rows) for rows in groups.values()]


def _chips(clinic_id: UUID, owes: str, payer_id: str, items: list[MissingItem]) -> list[dict[str, Any]]:
    counts = count_by_owes(items)

    def chip(name: str, label: str, count: int) -> dict[str, Any]:
        url = url_for("requirements.missing_page", clinic_id=clinic_id, owes=name or None, payer=payer_id or None)
        return {"label": label, "url": url, "is_current": owes == name, "count": count}

    named = [chip(party, PARTY_WORDS[party], counts.get(party, 0)) for party in PARTIES]
    return [chip("", "Everybody", len(items)), *(made for made in named if made["count"] or made["is_current"])]


def _payers_of(items: Iterable[MissingItem]) -> list[tuple[str, str]]:
    ids = {payer_id for item in items for payer_id in item.payer_ids}
    return [(each.id, each.short_name) for each in load_book().payers.values() if each.id in ids]


def _payer_words(payer_ids: Sequence[str]) -> list[str]:
    return [known.short_name for payer_id in payer_ids if (known := payer(payer_id))]


@bp.get("/c/<uuid:clinic_id>/providers/requirements")
@access(REQUIREMENT_READ)
def asked_page(clinic_id: UUID) -> ResponseReturnValue:
    """What is asked of a license type, by whom, with what this clinic changed and the history of that."""
    return _asked(clinic_id)


def _asked(clinic_id: UUID, error: Invalid | None = None, found: overriding.Preview | None = None) -> str:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for(LIST, clinic_id=clinic_id)),
        ("Requirements", None),
    )
    clinic, catalog = get_clinic(), load_catalog()
    code = request.args.get("license", "")
    license_type = code if code in catalog.license_types else "LISW"
    payer_id, wanted = request.args.get("payer", ""), request.args.get("state", "").upper()
    state = wanted if wanted in STATE_CODES else clinic.state
    traits = tuple(name for name, holds in clinic.traits.items() if holds)
    overrides = in_force(load_overrides(), clinic_today())
    rows = resolved(Place(license_type, state, traits), overrides, payer=payer(payer_id) if payer_id else None)
    return render(
        "requirements/asked.html",
        clinic_id=clinic_id,
        rows=rows,
        license_type=license_type,
        license_types=[(key, kind.label) for key, kind in catalog.license_types.items()],
        payer_id=payer_id,
        payers=[(each.id, each.short_name) for each in load_book().payers.values() if each.serves(state)],
        state=state,
        states=[(each, each) for each in STATE_CODES],
        validity=_validity,
        accepted=_accepted,
        party_words=PARTY_WORDS,
        history=override_history(),
        state_words=STATE_WORDS,
        documents=sorted(((key, kind.label) for key, kind in catalog.documents.items()), key=lambda pair: pair[1]),
        kinds=_all_kinds(),
        levels=LEVELS,
        lapse_choices=LAPSE_CHOICES,
        values=_values(),
        errors=errors_by_field(error),
        preview=found,
        write_permission=REQUIREMENT_WRITE,
    )


def _all_kinds() -> list[tuple[str, str]]:
    kinds = {kind for document in load_catalog().documents.values() for kind in document.kinds}
    return sorted(((kind, kind_label(kind)) for kind in kinds), key=lambda pair: pair[1])


def _values() -> dict[str, Any]:
    if request.method == "GET":
        return {"code": request.args.get("change", ""), "kinds": []}
    return {**request.form, "kinds": request.form.getlist("kinds")}


def _accepted(row: Requirement) -> str:
    """Which documents do, where an override says so."""
    if not row.changed_by or row.kinds == load_catalog().documents[row.code].kinds:
        return ""
    return f"Accepted: {', '.join(kind_label(kind) for kind in row.kinds)}"


def _validity(row: Requirement) -> str:
    limit = "At most " if row.is_age_limit else ""
    if row.validity_days:
        words = counted(row.validity_days, "day")
    elif row.validity_months:
        words = counted(row.validity_months, "month")
    else:
        return ""
    return f"{limit}{words}{' old' if limit else ''}"


def _form() -> dict[str, Any]:
    return read_form(ChangeSchema(exclude=("kinds",)), {k: v for k, v in request.form.items() if k != "kinds"}) | {
        "kinds": request.form.getlist("kinds")
    }


@bp.post("/c/<uuid:clinic_id>/providers/requirements/preview")
@access(REQUIREMENT_WRITE)
def preview(clinic_id: UUID) -> ResponseReturnValue:
    """What the change of the form would do, before it is made."""
    try:
        found = overriding.preview(change_of(_form()))
    except Invalid as error:
        return _asked(clinic_id, error), 422
    return _asked(clinic_id, found=found)


@bp.post("/c/<uuid:clinic_id>/providers/requirements")
@access(REQUIREMENT_WRITE)
def add(clinic_id: UUID) -> ResponseReturnValue:
    """Make the change of the form."""
    try:
        row = overriding.add_override(change_of(_form()))
    except Invalid as error:
        return _asked(clinic_id, error), 422
    flash(f"Changed. {overriding.describe(row)}.", "success")
    return redirect(url_for("requirements.asked_page", clinic_id=clinic_id, _anchor="history"))


@bp.post("/c/<uuid:clinic_id>/providers/requirements/<uuid:override_id>/undo")
@access(REQUIREMENT_WRITE)
def undo(clinic_id: UUID, override_id: UUID) -> ResponseReturnValue:
    """Take a change back."""
    try:
        overriding.undo_override(override_id, **read_form(UndoSchema()))
        flash("Taken back. What was asked for before counts again.", "success")
    except Conflict as error:
        flash(error.detail, "error")
    return redirect(url_for("requirements.asked_page", clinic_id=clinic_id, _anchor="history"))
