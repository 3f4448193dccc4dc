"""Checks that run by themselves: those that somebody asked for, and those that are due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.providers.services.files import REGISTRY_TOPIC, get_provider
from credentialing.sources.lookups import EXCLUSION_LISTS, versions
from credentialing.verification.checking import conclude, look
from credentialing.verification.evidence import evidence_pdf
from credentialing.verification.models import Verification
from credentialing.verification.services import SOURCES, SourceNotConnected
from infra import clock
from infra.db import current_tenant, db
from infra.jobs.work import Work
from infra.outbox import job, later, on
from tenants.documents.made import shelve

IDENTIFYING = frozenset({"first_name", "last_name", "middle_name", "former_names", "npi", "birth_date"})
"""Fields of a file whose change makes a screening of before worthless."""
BATCH = 25
"""So many providers are looked up and stored together, so that a long run goes on where it stopped."""


@job("credentialing.verify", timeout_s=120, max_attempts=8)
def verify(work: Work, *, provider_id: str, source: str) -> None:
    """Check one provider at one source and keep the dated evidence. While the source is not loaded there is nothing to keep."""
    checked_at = clock.now()
    try:
        with work.transaction():
            (looked,) = look([get_provider(UUID(provider_id))], source)
    except SourceNotConnected as error:
        with work.finish({"source": source, "result": "not_connected", "why": error.detail}):
            return
    content = evidence_pdf(looked.evidence, checked_at=checked_at, by=work.scope.actor_name)
    shelved = shelve(
        work.tenant_id, content, content_type="application/pdf", document_id=uuid5(work.id, f"{provider_id}/{source}")
    )
    with work.finish({"source": source, "result": looked.judged.result}):
        conclude(looked, shelved, checked_at=checked_at)


@job("credentialing.verify_many", timeout_s=3600, max_attempts=8)
def verify_many(work: Work, *, source: str, provider_ids: Sequence[str] = ()) -> None:
    """Check many providers at one source, all active ones when none is named; a second run leaves out what the first has done."""
    with work.transaction():
        wanted = _wanted(provider_ids)
    done = 0
    work.progress(0, len(wanted))
    for start in range(0, len(wanted), BATCH):
        checked_at = clock.now()
        with work.transaction():
            batch = db().scalars(
                select(Provider)
                .where(Provider.tenant_id == current_tenant(), Provider.id.in_(wanted[start : start + BATCH]))
                .order_by(Provider.id)
            )
            try:
                looked = look(list(batch), source)
            except SourceNotConnected:
                break
        shelved = [
            shelve(
                work.tenant_id,
                evidence_pdf(each.evidence, checked_at=checked_at, by=work.scope.actor_name),
                content_type="application/pdf",
                document_id=uuid5(work.id, f"{each.provider_id}/{source}/{start}"),
            )
            for each in looked
        ]
        with work.transaction():
            stored = _stored([file.document_id for file in shelved])
            for each, file in zip(looked, shelved, strict=True):
                if file.document_id not in stored:
                    conclude(each, file, checked_at=checked_at)
        done += len(looked)
        work.progress(done, len(wanted))
    with work.finish({"source": source, "checked": done}):
        return


def _stored(document_ids: Sequence[UUID]) -> set[UUID | None]:
    query = select(Verification.evidence_document_id).where(
        Verification.tenant_id == current_tenant(), Verification.evidence_document_id.in_(document_ids)
    )
    return set(db().scalars(query))


def _wanted(provider_ids: Sequence[str]) -> list[UUID]:
    query = select(Provider.id).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    if provider_ids:
        query = query.where(Provider.id.in_([UUID(text) for text in provider_ids]))
    return list(db().scalars(query.order_by(Provider.id)))


@on("verification.due")
@job("credentialing.verify_when_due")
def verify_when_due(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Ask the source that is due for a provider, once a day however often it is asked for."""
    source, provider_id = str(facts["source"]), str(facts["provider_id"])
    with work.finish():
        if source == "nppes":
            later(REGISTRY_TOPIC, {"provider_id": provider_id})
        elif source in SOURCES:
            later(
                "credentialing.verify",
                {"provider_id": provider_id, "source": source},
                dedupe_key=f"{provider_id}/{source}/{facts.get('due_on', '')}/{clock.now().date().isoformat()}",
            )


@on("provider.changed")
@job("credentialing.rescreen")
def rescreen(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """A new or former name, NPI or date of birth is looked up at once: a list is searched under every name."""
    changed, provider_id = set(facts.get("fields", ())), str(facts["provider_id"])
    with work.finish():
        if not changed & IDENTIFYING:
            return
        for source in versions(db(), EXCLUSION_LISTS):
            later("credentialing.verify", {"provider_id": provider_id, "source": source})
