"""The shared sources as JSON, for the vendor's staff."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from credentialing.sources import services
from credentialing.sources.carrying import carrying_clinic
from credentialing.sources.permissions import SOURCES_LOAD, SOURCES_READ
from credentialing.sources.schemas import LoadSchema, SourceListSchema
from infra.db import system_transaction, unit_of_work
from infra.outbox import OutboxRow
from tenants.access.gate import vendor_access
from tenants.work.schemas import JobSchema

blp = Blueprint("sources_api", __name__, url_prefix="/api/v1", description="Sources")


@blp.get("/sources")
@vendor_access(SOURCES_READ)
@blp.response(200, SourceListSchema)
def list_sources() -> dict[str, Any]:
    """The sources that are loaded here, the version in place of each, and how the last attempt went."""
    with system_transaction() as connection:
        return {"items": services.source_states(connection), "next_cursor": None}


@blp.post("/sources/<string:source>/loads")
@vendor_access(SOURCES_LOAD)
@blp.arguments(LoadSchema)
@blp.response(202, JobSchema)
def load_source(body: dict[str, Any], source: str) -> OutboxRow:
    """Load a source now. The job's result says how many rows the new version has, or why it was not taken over."""
    with unit_of_work(carrying_clinic()):
        return services.ask_for_load(source, accept_fewer=body["accept_fewer"])
