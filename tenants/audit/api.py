"""`/activity`, `/audit` and `/audit/verify`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.web.pages import number_cursor, page_size, sliced
from infra.web.query import PAGES
from tenants.access.gate import access, member
from tenants.access.roles import VENDOR
from tenants.audit import services
from tenants.audit.permissions import ACTIVITY_READ, AUDIT_VERIFY
from tenants.audit.schemas import AuditListSchema, ChainVerificationSchema

blp = Blueprint("audit_api", __name__, url_prefix="/api/v1", description="Activity and audit trail")


def _events() -> dict[str, Any]:
    limit = page_size()
    rows = services.list_events(limit=limit + 1, before=number_cursor(), with_internal=member().role in VENDOR)
    page = sliced(rows, limit, key="sequence")
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.get("/clinics/<uuid:clinic_id>/activity")
@access(ACTIVITY_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, AuditListSchema)
def activity(clinic_id: UUID) -> dict[str, Any]:
    """The timeline, newest first."""
    return _events()


@blp.get("/clinics/<uuid:clinic_id>/audit")
@access(ACTIVITY_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, AuditListSchema)
def audit(clinic_id: UUID) -> dict[str, Any]:
    """The audit trail, newest first."""
    return _events()


@blp.get("/clinics/<uuid:clinic_id>/audit/verify")
@access(AUDIT_VERIFY)
@blp.response(200, ChainVerificationSchema)
def verify(clinic_id: UUID) -> services.Verification:
    """Walk the hash chain and say whether it is intact."""
    return services.verify()
