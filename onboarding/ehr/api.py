"""EHR connections as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.web.pages import page_size, sliced, uuid_cursor
from infra.web.query import PAGES
from onboarding.ehr import services
from onboarding.ehr.models import EhrConnection
from onboarding.ehr.permissions import EHR_CONNECT, EHR_READ, EHR_TEST
from onboarding.ehr.schemas import ConnectionListSchema, ConnectionSchema, NewConnectionSchema
from tenants.access.gate import access

blp = Blueprint("ehr_api", __name__, url_prefix="/api/v1", description="EHR connections")


@blp.get("/clinics/<uuid:clinic_id>/ehr-connections")
@access(EHR_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, ConnectionListSchema)
def list_connections(clinic_id: UUID) -> dict[str, Any]:
    """Connections, newest first."""
    limit = page_size()
    page = sliced(services.list_connections(limit=limit + 1, after=uuid_cursor()), limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.post("/clinics/<uuid:clinic_id>/ehr-connections")
@access(EHR_CONNECT)
@blp.arguments(NewConnectionSchema)
@blp.response(201, ConnectionSchema)
def create_connection(body: dict[str, Any], clinic_id: UUID) -> EhrConnection:
    """Enter a connection. Only FHIR R4 is offered so far."""
    return services.create_connection(services.NewConnection(**body))


@blp.get("/clinics/<uuid:clinic_id>/ehr-connections/<uuid:connection_id>")
@access(EHR_READ)
@blp.response(200, ConnectionSchema)
def get_connection(clinic_id: UUID, connection_id: UUID) -> EhrConnection:
    """A connection and the steps of its last test."""
    return services.get_connection(connection_id)


@blp.delete("/clinics/<uuid:clinic_id>/ehr-connections/<uuid:connection_id>")
@access(EHR_CONNECT)
@blp.response(204)
def delete_connection(clinic_id: UUID, connection_id: UUID) -> None:
    """Remove a connection; one that is verified, or being tested, stays."""
    services.remove_connection(connection_id)


@blp.post("/clinics/<uuid:clinic_id>/ehr-connections/<uuid:connection_id>/test")
@access(EHR_TEST)
@blp.response(202, ConnectionSchema)
def test_connection(clinic_id: UUID, connection_id: UUID) -> EhrConnection:
    """Test the connection step by step; a job does it."""
    return services.begin_test(connection_id)
