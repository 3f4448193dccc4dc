"""Checks at primary sources as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from credentialing.providers.registry import ask
from credentialing.providers.services import get_provider, store_registry_answer
from credentialing.verification import services
from credentialing.verification.asking import ask_for_check, ask_for_checks
from credentialing.verification.permissions import VERIFICATION_READ, VERIFICATION_RUN
from credentialing.verification.schemas import (
    NewVerificationSchema,
    SourceCheckListSchema,
    SourceCheckSchema,
    VerifyManySchema,
)
from infra.db import unit_of_work
from infra.problems import NotFound
from infra.web.pages import page_size, sliced, uuid_cursor
from infra.web.query import PAGES
from integrations.nppes import NppesRecord
from tenants.access.gate import access, actor, member
from tenants.work.schemas import JobListSchema, JobSchema

blp = Blueprint("verification_api", __name__, url_prefix="/api/v1", description="Verifications")


@blp.post("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/verifications")
@access(VERIFICATION_RUN, session=False)
@blp.arguments(NewVerificationSchema)
@blp.response(201, SourceCheckSchema)
@blp.alt_response(202, schema=JobSchema)
def run_verification(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> Any:
    """Check a provider at a source and keep what it answered.

    The NPI registry is asked at once: 201 with the check, 503 while it does not answer. All other sources run as a job: 202 with the
    job, whose result names what came of it. 409 `source-not-connected` while no version of the source's file is loaded.
    """
    scope = actor().scope_in(member())
    if body["source"] != "nppes":
        with unit_of_work(scope):
            get_provider(provider_id)
            job = ask_for_check(provider_id, body["source"])
        return JobSchema().dump(job), 202
    with unit_of_work(scope):
        npi = get_provider(provider_id).npi
    try:
        answer: NppesRecord | None = ask(npi)
    except NotFound:
        answer = None
    with unit_of_work(scope):
        store_registry_answer(provider_id, answer=answer)
        return services.list_verifications(provider_id, limit=1)[0]


@blp.post("/clinics/<uuid:clinic_id>/verifications")
@access(VERIFICATION_RUN)
@blp.arguments(VerifyManySchema)
@blp.response(202, JobListSchema)
def run_verifications(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Check many providers at one source: the ones named, else all active ones. The job's progress counts providers."""
    return {"items": ask_for_checks([body["source"]], body["provider_ids"]), "next_cursor": None}


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
