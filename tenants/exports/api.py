"""Exports over the API: which there are, and each as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from tenants.access.gate import access
from tenants.exports.answers import exported, offered
from tenants.exports.permissions import EXPORT_READ
from tenants.exports.schemas import ExportListSchema

blp = Blueprint("exports_api", __name__, url_prefix="/api/v1", description="Exports")


@blp.get("/clinics/<uuid:clinic_id>/exports")
@access(EXPORT_READ)
@blp.response(200, ExportListSchema)
def list_exports(clinic_id: UUID) -> dict[str, Any]:
    """Lists that the caller may export."""
    return {"items": offered(), "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>/exports/<name>.<form>")
@access(EXPORT_READ)
@blp.alt_response(
    200, schema={"type": "string"}, content_type="text/csv", success=True, description="The list as CSV, or as XLSX"
)
def get_export(clinic_id: UUID, name: str, form: str) -> Response:
    """A list as a file; `form` is csv or xlsx. The filters that the list takes are query parameters."""
    return exported(name, form)
