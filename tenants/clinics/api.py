"""`/portfolio` and the clinic itself. A clinic is made in `onboarding`, together with its plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.web.pages import set_version, wanted_version
from tenants.access.gate import access, signed_in
from tenants.clinics import services
from tenants.clinics.models import Clinic
from tenants.clinics.permissions import CLINIC_CHANGE, CLINIC_READ
from tenants.clinics.schemas import ClinicChangeSchema, ClinicSchema, PortfolioSchema

blp = Blueprint("clinics_api", __name__, url_prefix="/api/v1", description="Clinics")


@blp.get("/portfolio")
@signed_in()
@blp.response(200, PortfolioSchema)
def portfolio() -> dict[str, Any]:
    """Clinics that the caller may see, ranked by what needs attention."""
    return {"items": services.portfolio(), "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>")
@access(CLINIC_READ)
@blp.response(200, ClinicSchema)
def get_clinic(clinic_id: UUID) -> Clinic:
    """The clinic."""
    clinic = services.get_clinic()
    set_version(clinic.version)
    return clinic


@blp.patch("/clinics/<uuid:clinic_id>")
@access(CLINIC_CHANGE)
@blp.arguments(ClinicChangeSchema)
@blp.response(200, ClinicSchema)
def change_clinic(body: dict[str, Any], clinic_id: UUID) -> Clinic:
    """Change the clinic; `If-Match` guards against overwriting somebody else's change."""
    clinic = services.change_clinic(changes=body, if_version=wanted_version())
    set_version(clinic.version)
    return clinic
