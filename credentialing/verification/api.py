"""Checks at primary sources as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from credentialing.providers.registry import ask
from credentialing.providers.services import get_provider, store_registry_answer
from credentialing.verification import services
from credentialing.verification.models import Verification
from credentialing.verification.permissions import VERIFICATION_READ, VERIFICATION_RUN
from credentialing.verification.schemas import NewVerificationSchema, SourceCheckListSchema, SourceCheckSchema
from infra.db import unit_of_work
from infra.problems import NotFound
from infra.web.pages import page_size, sliced, uuid_cursor
from infra.web.query import PAGES
from integrations.nppes import NppesRecord
from tenants.access.gate import access, actor, member

blp = Blueprint("verification_api", __name__, url_prefix="/api/v1", description="Verifications")


@blp.post("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/verifications")
@access(VERIFICATION_RUN, session=False)
@blp.arguments(NewVerificationSchema)
@blp.response(201, SourceCheckSchema)
def run_verification(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> Verification:
    """Ask a source about a provider now and keep what it answered. 503 while the source does not answer."""
    scope = actor().scope_in(member())
    with unit_of_work(scope):
        npi = get_provider(provider_id).npi
    services.refuse_unconnected(body["source"])
    try:
        answer: NppesRecord | None = ask(npi)
    except NotFound:
        answer = None
    with unit_of_work(scope):
        store_registry_answer(provider_id, answer=answer)
        return services.list_verifications(provider_id, limit=1)[0]


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/verifications")
@access(VERIFICATION_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, SourceCheckListSchema)
def list_verifications(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """What was checked at which source, newest first."""
    limit = page_size()
    get_provider(provider_id)
    page = sliced(services.list_verifications(provider_id, limit=limit + 1, after=uuid_cursor()), limit)
    return {"items": page.items, "next_cursor": page.next_cursor}
