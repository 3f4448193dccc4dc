"""Asking for checks: one provider at one source, or everybody who is due."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.providers.services.files import REGISTRY_TOPIC
from credentialing.sources.lookups import versions
from credentialing.verification.checking import loaded_version
from credentialing.verification.rules import Program, valid_until
from credentialing.verification.services import SOURCES, current_verifications
from infra import clock
from infra.db import current_tenant, db
from infra.outbox import OutboxRow, later
from tenants.audit import record
from tenants.work.services import get_job


def ask_for_check(provider_id: UUID, source: str) -> OutboxRow:
    """Have one provider checked at one source; returns the job. Raises `SourceNotConnected` when its file is not loaded."""
    if source == "nppes":
        return get_job(later(REGISTRY_TOPIC, {"provider_id": str(provider_id)}))
    loaded_version(source)
    return get_job(later("credentialing.verify", {"provider_id": str(provider_id), "source": source}))


def ask_for_checks(sources: Sequence[str], provider_ids: Sequence[UUID] = ()) -> list[OutboxRow]:
    """Have many providers checked at these sources, a job for each source; returns the jobs.

    Raises `SourceNotConnected` when one of the files is not loaded.
    """
    jobs = []
    for source in sources:
        named = [str(provider_id) for provider_id in provider_ids]
        if source == "nppes":
            jobs += [get_job(later(REGISTRY_TOPIC, {"provider_id": each})) for each in named or _everybody()]
            continue
        loaded_version(source)
        jobs.append(get_job(later("credentialing.verify_many", {"source": source, "provider_ids": named})))
    record(
        "verification.asked",
        f"asked for checks at {len(sources)} {'source' if len(sources) == 1 else 'sources'}",
        subject_kind="clinic",
        subject_id=current_tenant(),
    )
    return jobs


def _everybody() -> list[str]:
    query = select(Provider.id).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    return [str(each) for each in db().scalars(query)]


def due_now() -> dict[str, list[UUID]]:
    """Providers who were never checked at a source, or longer ago than it counts, by source; only sources whose file is loaded.

    Exclusions, opt-outs and licenses are asked for monthly, Medicare's enrollment as often as a file needs it.
    """
    today = clock.now().date()
    query = select(Provider.id).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    everybody = list(db().scalars(query))
    checks = current_verifications(everybody)
    loaded = versions(db())
    found: dict[str, list[UUID]] = {}
    for source in SOURCES:
        if source == "nppes" or source not in loaded:
            continue
        program = Program.MONITORING if source != "cms_enrollment" else Program.NCQA
        for provider_id in everybody:
            check = checks[provider_id].get(source)
            if check is None or valid_until(program, check.verified_at.date()) < today:
                found.setdefault(source, []).append(provider_id)
    return found


def verify_all_due() -> list[OutboxRow]:
    """Have everybody checked who is due, a job for each source; returns the jobs."""
    return [job for source, provider_ids in due_now().items() for job in ask_for_checks([source], provider_ids)]
