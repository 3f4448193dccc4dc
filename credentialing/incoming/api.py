"""Differences between sources and files, and CAQH profiles, as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from credentialing.incoming.permissions import CAQH_IMPORT, INCOMING_DECIDE, INCOMING_READ
from credentialing.incoming.reading import read_caqh_file
from credentialing.incoming.schemas import (
    CaqhOutcomeSchema,
    CaqhProfileListSchema,
    DecidedListSchema,
    DecisionSchema,
    NewCaqhImportSchema,
    SourceDifferenceListSchema,
)
from credentialing.providers.rules.sources import SOURCES
from credentialing.providers.services import get_provider
from credentialing.providers.services.caqh import CaqhOutcome, latest_caqh_imports
from credentialing.providers.services.sources import decisions_of, differences_for, keep, reopen, take
from infra.web.query import choice_argument, parameter
from tenants.access.gate import access, actor, member

blp = Blueprint("incoming_api", __name__, url_prefix="/api/v1", description="Sources: NPI registry and CAQH")


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/differences")
@access(INCOMING_READ)
@blp.doc(parameters=[parameter("source", "Only what this source says.", choices=SOURCES)])
@blp.response(200, SourceDifferenceListSchema)
def list_differences(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Where the NPI registry and CAQH say something else than the file, and nobody has decided yet."""
    return _open(provider_id, choice_argument("source", SOURCES))


def _open(provider_id: UUID, source: str | None = None) -> dict[str, Any]:
    provider = get_provider(provider_id)
    rows = differences_for([provider])[provider.id]
    return {"items": [row for row in rows if source in (None, row.source)], "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/differences/decisions")
@access(INCOMING_DECIDE)
@blp.arguments(DecisionSchema)
@blp.response(200, SourceDifferenceListSchema)
def decide_differences(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Take the source's values, keep ours, or have kept ones asked again; answers with what is still open."""
    source, paths = body["source"], body["paths"]
    if body["decision"] == "take":
        take(provider_id, source=source, paths=paths)
    elif body["decision"] == "keep":
        keep(provider_id, source=source, paths=paths)
    else:
        for path in paths:
            reopen(provider_id, source=source, path=path)
    return _open(provider_id)


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/differences/decisions")
@access(INCOMING_READ)
@blp.response(200, DecidedListSchema)
def list_decisions(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """What was taken and kept, by whom and when; the last hundred."""
    return {"items": decisions_of(get_provider(provider_id).id), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/caqh-imports")
@access(CAQH_IMPORT, session=False)
@blp.arguments(NewCaqhImportSchema)
@blp.response(201, CaqhOutcomeSchema)
def import_caqh(body: dict[str, Any], clinic_id: UUID) -> CaqhOutcome:
    """Read the profiles in a stored file of CAQH ProView; each waits as differences until somebody takes or keeps."""
    return read_caqh_file(actor().scope_in(member()), body["document_id"])


@blp.get("/clinics/<uuid:clinic_id>/caqh-imports")
@access(INCOMING_READ)
@blp.response(200, CaqhProfileListSchema)
def list_caqh_imports(clinic_id: UUID) -> dict[str, Any]:
    """The last fifty CAQH profiles that came in."""
    return {"items": latest_caqh_imports(limit=50), "next_cursor": None}
