"""The page of the shared sources: which version is in place, how the last attempt went, and loading one now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.sources import services
from credentialing.sources.carrying import carrying_clinic
from credentialing.sources.permissions import SOURCES_LOAD, SOURCES_READ
from infra.db import system_transaction, unit_of_work
from infra.problems import Conflict
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import render
from tenants.access.gate import actor, vendor_access

bp = Blueprint("sources", __name__, template_folder="templates")
add_to_navigation(NavEntry("Sources", "sources.sources_page", SOURCES_READ, 98, "documents", needs_clinic=False))


@bp.get("/sources")
@vendor_access(SOURCES_READ)
def sources_page() -> ResponseReturnValue:
    """All sources with the version in place and the last error."""
    with system_transaction() as connection:
        states = services.source_states(connection)
    return render(
        "sources/sources.html",
        states=states,
        failing=[state for state in states if state.last_error],
        missing=[state for state in states if state.is_configured and state.number is None],
        asked=request.args.get("job"),
        may_load=actor().vendor_role in SOURCES_LOAD.roles,
    )


@bp.get("/sources/<string:source>")
@vendor_access(SOURCES_READ)
def history_page(source: str) -> ResponseReturnValue:
    """The last attempts to load a source."""
    with system_transaction() as connection:
        state = services.source_state(connection, source)
        rows = services.attempts(connection, source)
    return render("sources/history.html", state=state, rows=rows)


@bp.post("/sources/<string:source>/load")
@vendor_access(SOURCES_LOAD)
def load_now(source: str) -> ResponseReturnValue:
    """Have a source loaded."""
    try:
        with unit_of_work(carrying_clinic()):
            job = services.ask_for_load(source, accept_fewer=bool(request.form.get("accept_fewer")))
    except Conflict as error:
        flash(error.detail, "warning")
        return redirect(url_for("sources.sources_page"))
    return redirect(url_for("sources.sources_page", job=str(job.id)))
