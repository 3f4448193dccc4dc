"""Pages of the panel: the grid, the hold list, and a provider's own page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.enrollment.permissions import ENROLLMENT_WORK
from credentialing.enrollment.services import NewEnrollment, Outlook, start_many
from credentialing.enrollment.services.cases import MOST_AT_ONCE
from credentialing.panel import services
from credentialing.panel.exports import holds_csv
from credentialing.panel.mine import clinics_of_provider
from credentialing.panel.permissions import HOLDS_READ, PANEL_GRID, PANEL_READ
from credentialing.providers.models import Provider
from infra.problems import Invalid, NotFound, invalid
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import render
from infra.web.query import day_argument
from infra.words import counted, human_date, short_date
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, actor, may, member, signed_in
from tenants.access.roles import Role

bp = Blueprint("panel", __name__, template_folder="templates")
add_to_navigation(NavEntry("Panels", "panel.grid_page", PANEL_GRID, 40, "panel"))
add_to_navigation(NavEntry("Hold list", "panel.holds_page", HOLDS_READ, 50, "holds"))
add_to_navigation(
    NavEntry(
        "My panels", "panel.my_panel", PANEL_READ, 10, "panel", needs_clinic=False, roles=frozenset({Role.PROVIDER})
    )
)
TONES = (
    ("", "All"),
    ("attention", "Needs us"),
    ("waiting", "Waiting"),
    ("good", "Billable"),
    ("blocked", "Blocked"),
    ("free", "Not started"),
)


@bp.get("/c/<uuid:clinic_id>/panel")
@access(PANEL_GRID)
def grid_page(clinic_id: UUID) -> ResponseReturnValue:
    """Providers down, payers across."""
    wanted = _wanted()
    grid = services.grid(**wanted)
    today = clinic_today()
    crumbs((member().clinic_name, home_of(member())), ("Panels", None))
    return render(
        "panel/grid.html",
        clinic_id=clinic_id,
        grid=grid,
        hover=lambda view: hover_lines(view, today),
        license_word=license_word,
        chips=[_chip(clinic_id, tone, label, wanted, grid) for tone, label in TONES],
        wanted=wanted,
        can_start=may(ENROLLMENT_WORK),
        filtered=bool(wanted["tone"] or wanted["payer_id"] or wanted["text"]),
        total=sum(grid.tones.values()),
    )


def _wanted() -> dict[str, Any]:
    source = request.args if request.method == "GET" else request.form
    return {
        "tone": source.get("status", ""),
        "payer_id": source.get("payer", ""),
        "text": source.get("q", "").strip(),
        "add": source.getlist("add"),
    }


def _chip(clinic_id: UUID, tone: str, label: str, wanted: dict[str, Any], grid: services.Grid) -> dict[str, Any]:
    kept = {"status": tone, "payer": wanted["payer_id"], "q": wanted["text"], "add": wanted["add"]}
    return {
        "label": label,
        "url": url_for("panel.grid_page", clinic_id=clinic_id, **{key: value for key, value in kept.items() if value}),
        "is_current": wanted["tone"] == tone,
        "count": grid.tones.get(tone, 0) if tone else sum(grid.tones.values()),
    }


def license_word(provider: Provider) -> str:
    """The license as a row has room for it: the provider's own credential, else the code of the license type."""
    code = (provider.license_type or "").split("_")[0]
    return provider.credential or code or "License type open"


def hover_lines(view: Outlook, today: date) -> str:
    """What a cell says when one rests on it: since when, whose turn, what is expected, when we ask again."""
    case = view.case
    lines = [f"{case.status.replace('_', ' ').capitalize()} since {short_date(case.status_since_on, today)}"]
    if case.waits_on:
        lines.append(f"Waiting on {view.payer_name if case.waits_on == 'payer' else 'the ' + case.waits_on}")
    if view.prediction:
        first, last = view.prediction.loaded_p50, view.prediction.loaded_p80
        lines.append(f"Billable expected {short_date(first, today)} to {short_date(last, today)}")
    elif view.billable_from:
        lines.append(f"Billable from {short_date(view.billable_from, today)}")
    if case.next_follow_up_on:
        lines.append(f"Next follow-up {human_date(case.next_follow_up_on, today)}")
    return "\n".join(lines)


@bp.post("/c/<uuid:clinic_id>/panel/start")
@access(ENROLLMENT_WORK)
def start_selected(clinic_id: UUID) -> ResponseReturnValue:
    """Start the chosen pairs, or every empty cell that the page shows."""
    pairs = _all_empty() if request.form.get("all") else _chosen()
    wanted: dict[str, Any] = {k: v for k, v in request.form.items() if k in {"status", "payer", "q"} and v}
    page = url_for("panel.grid_page", clinic_id=clinic_id, **wanted)
    if not pairs:
        flash("Choose the empty cells to start first.", "warning")
        return redirect(page)
    if len(pairs) > MOST_AT_ONCE:
        flash(f"At most {MOST_AT_ONCE} can be started at once; narrow the grid first.", "warning")
        return redirect(page)
    results = start_many(pairs)
    made = sum(row.result == "created" for row in results)
    left = len(results) - made
    flash(f"Started {counted(made, 'enrollment')}." + (f" {left} had a case already." if left else ""), "success")
    return redirect(page)


def _chosen() -> list[NewEnrollment]:
    pairs = []
    for text in request.form.getlist("pair"):
        provider_id, _, payer_id = text.partition(":")
        try:
            pairs.append(NewEnrollment(UUID(provider_id), payer_id))
        except ValueError as error:
            raise invalid("pair", "Choose cells of the grid.") from error
    return pairs


def _all_empty() -> list[NewEnrollment]:
    grid = services.grid(**_wanted())
    return [
        NewEnrollment(cell.provider_id, cell.payer_id) for row in grid.rows for cell in row.cells if not cell.outlook
    ]


@bp.get("/c/<uuid:clinic_id>/holds")
@access(HOLDS_READ)
def holds_page(clinic_id: UUID) -> ResponseReturnValue:
    """What must not be billed on a day, why, and what releases it."""
    error: Invalid | None = None
    try:
        on = day_argument("on") or services.today()
    except Invalid as refused:
        error, on = refused, services.today()
    text = request.args.get("q", "").strip()
    found = services.holds(on, text=text)
    crumbs((member().clinic_name, home_of(member())), ("Hold list", None))
    page = render(
        "panel/holds.html",
        clinic_id=clinic_id,
        holds=found,
        on=on,
        q=text,
        error=error.detail if error else None,
        providers=len({hold.provider.id for hold in found}),
    )
    return (page, 422) if error else page


@bp.get("/c/<uuid:clinic_id>/holds.csv")
@access(HOLDS_READ)
def holds_file(clinic_id: UUID) -> Response:
    """The hold list of a day as a file."""
    return holds_csv(day_argument("on") or services.today())


@bp.get("/me/panel")
@signed_in(session=False)
def my_panel() -> ResponseReturnValue:
    """Where the person who is signed in stands with each payer, in every clinic where they are a provider."""
    clinics = clinics_of_provider(actor())
    if not clinics and actor().vendor_role is not None:
        raise NotFound
    return render("panel/my_panel.html", clinics=clinics)
