"""The page of EHR connections: enter one, test it, watch the steps."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from infra.problems import Conflict, Invalid
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, page_size, read_form, render, sliced, uuid_cursor
from onboarding.ehr import services
from onboarding.ehr.labels import STEP_WORDS
from onboarding.ehr.models import EhrConnection
from onboarding.ehr.permissions import EHR_CONNECT, EHR_READ, EHR_TEST
from onboarding.ehr.schemas import NewConnectionSchema
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, member

bp = Blueprint("ehr", __name__, template_folder="templates")
add_to_navigation(NavEntry("EHR", "ehr.connections_page", EHR_READ, 65, "ehr"))

STATES = {
    "untested": ("Not tested yet", "neutral"),
    "testing": ("Being tested", "waiting"),
    "verified": ("Verified", "good"),
    "failed": ("Failed", "blocked"),
}


@bp.get("/c/<uuid:clinic_id>/ehr")
@access(EHR_READ)
def connections_page(clinic_id: UUID) -> ResponseReturnValue:
    """Every connection with the steps of its last test, and the form for a new one."""
    return _page(clinic_id)


def _page(clinic_id: UUID, error: Invalid | None = None, values: dict[str, str] | None = None) -> str:
    crumbs((member().clinic_name, home_of(member())), ("EHR", None))
    limit = page_size()
    page = sliced(services.list_connections(limit=limit + 1, after=uuid_cursor()), limit)
    return render(
        "ehr/connections.html",
        connections=page.items,
        next_cursor=page.next_cursor,
        errors=errors_by_field(error),
        values=values or {},
        **_words(clinic_id),
    )


def _words(clinic_id: UUID) -> dict[str, object]:
    return {
        "clinic_id": clinic_id,
        "states": STATES,
        "step_words": STEP_WORDS,
        "test_permission": EHR_TEST,
        "connect_permission": EHR_CONNECT,
    }


@bp.post("/c/<uuid:clinic_id>/ehr")
@access(EHR_CONNECT)
def create(clinic_id: UUID) -> ResponseReturnValue:
    """Enter a connection and test it at once."""
    values: dict[str, str] = {}
    try:
        form = read_form(NewConnectionSchema())
        values = {name: value for name, value in form.items() if name != "client_secret"}
        row = services.create_connection(services.NewConnection(**form))
    except Invalid as error:
        return _page(clinic_id, error, values), 422
    services.begin_test(row.id)
    return redirect(url_for("ehr.connections_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/ehr/<uuid:connection_id>/test")
@access(EHR_TEST)
def begin_test(clinic_id: UUID, connection_id: UUID) -> ResponseReturnValue:
    """Test a connection."""
    services.begin_test(connection_id)
    return redirect(url_for("ehr.connections_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/ehr/<uuid:connection_id>/delete")
@access(EHR_CONNECT)
def delete(clinic_id: UUID, connection_id: UUID) -> ResponseReturnValue:
    """Remove a connection that no test has verified."""
    try:
        name = services.remove_connection(connection_id)
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash(f"{name} is removed.", "success")
    return redirect(url_for("ehr.connections_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>/ehr/<uuid:connection_id>")
@access(EHR_READ)
def connection(clinic_id: UUID, connection_id: UUID) -> ResponseReturnValue:
    """One connection as a fragment, which asks again while its test runs."""
    row: EhrConnection = services.get_connection(connection_id)
    return render("ehr/connection.html", connection=row, **_words(clinic_id))
