"""The activity page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import number_cursor, page_size, render, sliced
from tenants.access.chrome import crumbs, home_of, initials, moment
from tenants.access.gate import access, member
from tenants.access.roles import VENDOR
from tenants.audit import services
from tenants.audit.permissions import ACTIVITY_READ

bp = Blueprint("activity", __name__, template_folder="templates")
add_to_navigation(NavEntry("Activity", "activity.activity_page", ACTIVITY_READ, 90, "activity"))


@bp.get("/c/<uuid:clinic_id>/activity")
@access(ACTIVITY_READ)
def activity_page(clinic_id: UUID) -> ResponseReturnValue:
    """What happened in the clinic, newest first."""
    crumbs((member().clinic_name, home_of(member())), ("Activity", None))
    limit = page_size()
    cursor = number_cursor()
    rows = services.list_events(limit=limit + 1, before=cursor, with_internal=member().role in VENDOR)
    page = sliced(rows, limit, key="sequence")
    entries = [
        {"initials": initials(e.actor_name), "who": e.actor_name, "text": e.summary, "at_text": moment(e.created_at)}
        for e in page.items
    ]
    verification = services.verify() if request.args.get("verify") else None
    return render(
        "audit/activity.html",
        clinic_id=clinic_id,
        page=page,
        entries=entries,
        has_newer=cursor is not None,
        verification=verification,
    )
