"""The portfolio, the form of a new clinic, and a clinic's home."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from infra.problems import Invalid, NotFound, StaleVersion
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, read_form, render
from infra.words import counted
from onboarding.plan import pictures
from onboarding.plan.schemas import NewClinicFormSchema
from onboarding.plan.services import Board, load_board, open_clinic, visible_tasks
from onboarding.plan.services.board import forecasts_since, waits_so_far
from onboarding.plan.services.rollup import deciding_wait
from onboarding.plan.template import GO_LIVE_GATE, load_template
from onboarding.portfolio import services, turns
from onboarding.portfolio.permissions import HOME_READ, PORTFOLIO_READ
from onboarding.portfolio.schemas import ClinicDetailsFormSchema
from tenants.access.chrome import clinic_today, crumbs, home_of, initials, moment
from tenants.access.gate import access, actor, member, signed_in, vendor_access
from tenants.access.identity import Identity
from tenants.access.roles import VENDOR, Role
from tenants.audit.services import list_events
from tenants.clinics.models import Clinic, ClinicRollup
from tenants.clinics.permissions import CLINIC_CHANGE, CLINIC_CREATE
from tenants.clinics.services import NewClinic, change_clinic, get_clinic
from tenants.clinics.settings_tabs import SETTINGS, add_settings_tab
from tenants.schemas import STATE_CODES

bp = Blueprint("portfolio", __name__, template_folder="templates")
add_to_navigation(
    NavEntry("Portfolio", "portfolio.portfolio_page", PORTFOLIO_READ, 5, "portfolio", needs_clinic=False, roles=VENDOR)
)
add_to_navigation(NavEntry("Home", "portfolio.clinic_home", HOME_READ, 10, "home"))
add_to_navigation(NavEntry("Settings", SETTINGS, HOME_READ, 85, "settings"))
add_settings_tab("Clinic details", SETTINGS, HOME_READ, 10, is_home=True)

TIME_ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
)
TRAITS = (
    ("has_medicare", "Bills Medicare", "Adds PECOS surrogacy for the group and its providers."),
    ("has_sud", "Treats substance use", "Adds the terms of 42 CFR Part 2."),
    ("has_prior_vendor", "Has a biller now", "Adds the transition letter, the run-down report and the parallel run."),
    ("edi_change", "Changes its clearinghouse", "Adds the change of the 837 submitter and the ERA cut-over date."),
    ("has_auth_services", "Needs authorizations", "IOP, PHP, testing or ABA: adds the register of authorizations."),
    ("facility", "Bills as a facility", "Institutional claims; choose four weeks."),
    (
        "delegated",
        "Credentials by delegation",
        "A payer lets its own committee decide; adds the committee to Providers.",
    ),
)
TREND_DAYS = 14
WEEKS_BACK, WEEKS_AHEAD = 20, 39


def _only_home(identity: Identity) -> str | None:
    """Where a person starts who has nothing to compare: a provider, or the administrator of one clinic; None for all others."""
    found = identity.memberships
    if identity.vendor_role is not None or not found or any(each.role in VENDOR for each in found):
        return None
    if len(found) == 1 or all(each.role is Role.PROVIDER for each in found):
        return home_of(found[0])
    return None


@bp.get("/portfolio")
@signed_in()
def portfolio_page() -> ResponseReturnValue:
    """Every clinic of this person, what will slip first; as a table, or by weeks. Who works in one clinic only starts there."""
    own = _only_home(actor())
    if own:
        return redirect(own)
    only, waiting_on = request.args.get("only", ""), request.args.get("waiting_on", "")
    text = request.args.get("q", "")
    found = services.read_portfolio(text=text, only=only, waiting_on=waiting_on)
    today = clinic_today()
    dated = [
        _within(day, today)
        for row in found.rows
        if not _is_live(row)
        for day in (row.go_live_target, row.forecast_p50, row.forecast_p80)
        if day is not None
    ]
    start, end = min([today, *dated]) - timedelta(days=1), max([today + timedelta(days=14), *dated]) + timedelta(days=1)
    view = "weeks" if request.args.get("view") == "weeks" else "table"
    return render(
        "portfolio/portfolio.html",
        found=found,
        view=view,
        kept={key: value for key, value in (("q", text), ("only", only), ("waiting_on", waiting_on)) if value},
        text=text,
        only=only,
        waiting_on=waiting_on,
        start=start,
        end=end,
        lanes=[_lane(row, today) for row in found.rows if row.go_live_target and not _is_live(row)],
        days=[start + timedelta(days=n) for n in range((end - start).days + 3)] if view == "weeks" else [],
        is_live=_is_live,
        dots=_dots,
        party_words=pictures.PARTY_WORDS,
        gate_labels={gate.code: gate.label for gate in load_template().gates},
        may_create=actor().vendor_role in CLINIC_CREATE.roles,
    )


def _within(day: date, today: date) -> date:
    """The day, or the nearest one that the axis reaches: one clinic with an odd date must not stretch it over years."""
    return min(max(day, today - timedelta(weeks=WEEKS_BACK)), today + timedelta(weeks=WEEKS_AHEAD))


def _lane(row: ClinicRollup, today: date) -> dict[str, Any]:
    late = f"{counted(row.days_late, 'business day')} late" if row.days_late else "On time"
    return {
        "label": row.name,
        "url": url_for("portfolio.clinic_home", clinic_id=row.tenant_id),
        "status": (late, "blocked" if row.days_late else "waiting"),
        **{
            name: _within(day, today) if day else None
            for name, day in (("gate", row.go_live_target), ("p50", row.forecast_p50), ("p80", row.forecast_p80))
        },
        "title": f"{row.name}: {late.lower()}",
    }


def _is_live(row: ClinicRollup) -> bool:
    codes = [gate.code for gate in load_template().gates]
    return row.gates_reached > codes.index(GO_LIVE_GATE)


def _dots(row: ClinicRollup) -> list[dict[str, str]]:
    found = []
    for position, gate in enumerate(load_template().gates):
        state = "passed" if position < row.gates_reached else "open"
        if position == row.gates_reached:
            state = "blocked" if row.days_late else "current"
        found.append({"label": gate.label, "state": state})
    return found


@bp.get("/clinics/new")
@vendor_access(CLINIC_CREATE)
def new_clinic_page() -> ResponseReturnValue:
    """The form of a signed contract."""
    return _new_clinic({}, None)


def _new_clinic(values: Any, error: Invalid | None) -> str:
    crumbs(("Portfolio", url_for("portfolio.portfolio_page")), ("New clinic", None))
    return render(
        "portfolio/new_clinic.html",
        values=values,
        errors=errors_by_field(error),
        states=STATE_CODES,
        time_zones=TIME_ZONES,
        traits=TRAITS,
        variants=[(each.code, each.label) for each in load_template().variants.values()],
    )


@bp.post("/clinics/new")
@vendor_access(CLINIC_CREATE)
def create_clinic() -> ResponseReturnValue:
    """Make the clinic with its plan and go there."""
    try:
        facts = read_form(NewClinicFormSchema())
        variant, contract_on = facts.pop("variant"), facts.pop("contract_date")
        clinic, _ = open_clinic(actor(), NewClinic(contract_on=contract_on, **facts), variant=variant)
    except Invalid as error:
        return _new_clinic(request.form, error), 422
    flash(f"{clinic.name} is here, and so is its plan.", "success")
    return redirect(url_for("portfolio.clinic_home", clinic_id=clinic.id))


@bp.get("/c/<uuid:clinic_id>/details")
@access(HOME_READ)
def details_page(clinic_id: UUID) -> ResponseReturnValue:
    """The facts of the clinic; a form for those who may correct them."""
    return _details(get_clinic())


def _details(clinic: Clinic, error: Invalid | None = None, *, stale: bool = False) -> str:
    crumbs((member().clinic_name, home_of(member())), ("Clinic details", None))
    names = ("name", "npi", "tin", "state", "timezone", "ehr", "version")
    facts: dict[str, Any] = {name: getattr(clinic, name) for name in names}
    facts |= {name: "true" for name, held in clinic.traits.items() if held}
    known = clinic.timezone in dict(TIME_ZONES)
    return render(
        "portfolio/details.html",
        clinic=clinic,
        values=request.form if error else facts,
        errors=errors_by_field(error),
        stale=stale,
        may_change=member().role in CLINIC_CHANGE.roles,
        states=STATE_CODES,
        time_zones=TIME_ZONES if known else (*TIME_ZONES, (clinic.timezone, clinic.timezone)),
        traits=TRAITS,
    )


@bp.post("/c/<uuid:clinic_id>/details")
@access(CLINIC_CHANGE)
def change_details(clinic_id: UUID) -> ResponseReturnValue:
    """Correct the facts of the clinic; only what differs is changed."""
    clinic = get_clinic()
    try:
        form = read_form(ClinicDetailsFormSchema())
        version, traits = form.pop("version"), form.pop("traits")
        changes = {name: value for name, value in form.items() if value != getattr(clinic, name)}
        moved = {name: held for name, held in traits.items() if held != bool(clinic.traits.get(name))}
        if moved:
            changes["traits"] = moved
        if changes:
            change_clinic(changes=changes, if_version=version)
    except StaleVersion as error:
        return _details(clinic, stale=True), error.status
    except Invalid as error:
        return _details(clinic, error), 422
    flash("Saved." if changes else "Nothing was changed.", "success")
    return redirect(url_for("portfolio.details_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>")
@access(HOME_READ)
def clinic_home(clinic_id: UUID) -> ResponseReturnValue:
    """Where the clinic stands: go-live, whose turn it is, the long tail, what happened last."""
    try:
        board = load_board()
    except NotFound:
        return render("portfolio/home.html", clinic_id=clinic_id, board=None)
    return render("portfolio/home.html", **_home(clinic_id, board))


def _home(clinic_id: UUID, board: Board) -> dict[str, Any]:
    for_clinic = member().role is Role.CLINIC_ADMIN
    tasks, live = visible_tasks(board, member().role), board.go_live
    past = forecasts_since(board.today - timedelta(days=TREND_DAYS))
    deciding = deciding_wait(board)
    return {
        "clinic_id": clinic_id,
        "board": board,
        "for_clinic": for_clinic,
        "columns": turns.turns(board, tasks),
        "needs": turns.needs(board, tasks) if for_clinic else [],
        "waited": {party.value: days for party, days in waits_so_far(board).items()},
        "tail": services.long_tail(),
        "deciding": deciding if deciding in tasks else None,
        "trend": board.calendar.business_days_between(past[0].forecast_p50, live.forecast_p50) if past else 0,
        "trend_since": past[0].seen_on if past else board.today,
        "start": min(board.plan.contract_on, live.forecast_p50, live.target_on),
        "end": max(live.forecast_p80, live.target_on, board.today) + timedelta(days=3),
        "pictures": pictures,
        "activity": _activity({task.id for task in tasks}),
    }


def _activity(visible: set[UUID]) -> list[dict[str, str]]:
    """The last acts; those about tasks that do not exist for this person are left out."""
    recent = list_events(limit=40, with_internal=member().role in VENDOR)
    events = [e for e in recent if e.subject_kind != "task" or e.subject_id in visible]
    return [
        {"initials": initials(e.actor_name), "who": e.actor_name, "text": e.summary, "at_text": moment(e.created_at)}
        for e in events[:6]
    ]
