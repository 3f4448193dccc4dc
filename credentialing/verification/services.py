"""Recording and listing what was checked at which source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.providers.rules import PersonName
from credentialing.verification.models import SOURCE_LABELS as SOURCE_LABELS
from credentialing.verification.models import Verification
from credentialing.verification.rules import Judgment, Program, judge_registry, limits_of
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.outbox import publish
from infra.problems import Conflict
from integrations.nppes import NppesRecord

SOURCES = ("nppes", "leie", "sam", "cms_enrollment", "opt_out", "license")
METHODS: Mapping[str, str] = {
    "nppes": "Asked the NPPES API",
    "leie": "Compared with the published LEIE",
    "sam": "Compared with the public SAM extract",
    "cms_enrollment": "Looked up in Medicare's enrollment files",
    "opt_out": "Looked up in Medicare's opt-out file",
    "license": "Looked up in the board's published licenses",
}


class SourceNotConnected(Conflict):
    """This deployment does not ask that source yet."""

    code, title = "source-not-connected", "That source is not connected yet"


@dataclass(frozen=True, slots=True)
class RegistryEvidence:
    """What the file said and what the registry answered (None: no entry)."""

    provider_id: UUID
    npi: str
    record: NppesRecord | None
    first_name: str
    last_name: str
    former_names: tuple[str, ...]
    differing: tuple[str, ...]


def record_registry_check(facts: RegistryEvidence) -> Verification:
    """Add a row for a check at the NPI registry, judged by the rules, with the evidence that it stands on."""
    entry = facts.record
    judged = judge_registry(
        ours=PersonName(facts.first_name, facts.last_name),
        theirs=PersonName(entry.first_name or "", entry.last_name or "") if entry else None,
        is_active=entry is not None and entry.status == "A",
        is_person=entry is not None and entry.kind == "individual",
        former_last_names=facts.former_names,
        differing=facts.differing,
    )
    taxonomy = entry.primary_taxonomy if entry else None
    evidence: dict[str, Any] = {"npi": facts.npi, "differing": list(facts.differing)}
    if entry is not None:
        evidence |= {
            "name": entry.organization_name or f"{entry.first_name} {entry.last_name}",
            "status": entry.status,
            "taxonomy": taxonomy.code if taxonomy else None,
            "updated_on": entry.updated_on.isoformat() if entry.updated_on else None,
        }
    return record_check(provider_id=facts.provider_id, source="nppes", judged=judged, evidence=evidence)


def record_check(
    *,
    provider_id: UUID,
    source: str,
    judged: Judgment,
    evidence: Mapping[str, Any],
    counts: bool | None = None,
    verified_at: datetime | None = None,
    method: str = "",
    source_version: int | None = None,
    document_id: UUID | None = None,
    state: str = "",
    enrolled_on: date | None = None,
) -> Verification:
    """Add a row for a check of a provider at a source: what was asked, what came of it, and until when it counts by program.

    `counts` is whether it speaks for the provider; without it a match does. Publishes `verification.recorded`.
    """
    at = verified_at or clock.now()
    speaks_for = judged.matched if counts is None else counts
    limits = limits_of(source, at.date(), state=state, enrolled_on=enrolled_on) if speaks_for else {}
    made = Verification(
        provider_id=provider_id,
        source=source,
        result=judged.result,
        matched=judged.matched,
        verified_at=at,
        valid_until=limits.get(Program.NCQA.value),
        limits={program: day.isoformat() for program, day in limits.items()},
        evidence={"why": judged.why, **evidence},
        verified_by=current_scope().actor_id,
        verified_by_name=current_scope().actor_name,
        method=method or METHODS[source],
        source_version=source_version,
        evidence_document_id=document_id,
    )
    db().add(made)
    db().flush()
    publish(
        "verification.recorded",
        provider_id=str(provider_id),
        verification_id=str(made.id),
        source=source,
        result=judged.result,
    )
    return made


def current_verifications(provider_ids: Sequence[UUID]) -> dict[UUID, dict[str, Verification]]:
    """The latest check of each provider at each source, in one query; providers without any have an empty mapping."""
    found: dict[UUID, dict[str, Verification]] = {provider_id: {} for provider_id in provider_ids}
    if not provider_ids:
        return found
    query = (
        select(Verification)
        .where(Verification.tenant_id == current_tenant(), Verification.provider_id.in_(set(provider_ids)))
        .ext(distinct_on(Verification.provider_id, Verification.source))
        .order_by(
            Verification.provider_id, Verification.source, Verification.verified_at.desc(), Verification.id.desc()
        )
    )
    for row in db().scalars(query):
        found[row.provider_id][row.source] = row
    return found


def list_verifications(provider_id: UUID, *, limit: int = 50, after: UUID | None = None) -> Sequence[Verification]:
    """The checks of a provider, newest first, older than the one with id `after`."""
    query = select(Verification).where(
        Verification.tenant_id == current_tenant(), Verification.provider_id == provider_id
    )
    if after is not None:
        query = query.where(Verification.id < after)
    return db().scalars(query.order_by(Verification.id.desc()).limit(limit)).all()
