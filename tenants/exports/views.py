"""The page of lists that can be exported, and the way to each file."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from infra.web.pages import render
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, member
from tenants.clinics.settings_tabs import add_settings_tab
from tenants.exports.answers import exported, offered
from tenants.exports.permissions import EXPORT_READ

bp = Blueprint("exports", __name__, template_folder="templates")
add_settings_tab("Exports", "exports.list_page", EXPORT_READ, 40)


@bp.get("/c/<uuid:clinic_id>/exports")
@access(EXPORT_READ)
def list_page(clinic_id: UUID) -> ResponseReturnValue:
    """Every list that this person may take along."""
    crumbs((member().clinic_name, home_of(member())), ("Exports", None))
    return render("exports/list.html", clinic_id=clinic_id, exports=offered())


@bp.get("/c/<uuid:clinic_id>/exports/<name>.<form>")
@access(EXPORT_READ)
def download(clinic_id: UUID, name: str, form: str) -> ResponseReturnValue:
    """A list as a file."""
    return exported(name, form)
