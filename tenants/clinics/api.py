"""`/portfolio`. The clinic itself is signed, read and changed in `onboarding`, together with its plan."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from tenants.access.gate import signed_in
from tenants.clinics import services
from tenants.clinics.schemas import PortfolioSchema

blp = Blueprint("clinics_api", __name__, url_prefix="/api/v1", description="Clinics")


@blp.get("/portfolio")
@signed_in()
@blp.response(200, PortfolioSchema)
def portfolio() -> dict[str, Any]:
    """Clinics that the caller may see, ranked by what needs attention."""
    return {"items": services.portfolio(), "next_cursor": None}
