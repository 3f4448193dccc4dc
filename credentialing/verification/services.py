"""Recording and listing what was checked at which source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.rules import PersonName
from credentialing.verification.models import Verification
from credentialing.verification.rules import judge_registry, valid_until
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.problems import Conflict
from integrations.nppes import NppesRecord

SOURCES = ("nppes", "leie", "sam", "cms_enrollment", "license")
CONNECTED = frozenset({"nppes"})


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


def refuse_unconnected(source: str) -> None:
    """Raise `SourceNotConnected` for a source that this deployment cannot ask."""
    if source not in CONNECTED:
        raise SourceNotConnected(
            f"Checks at {source} are not connected yet. Connected: {', '.join(sorted(CONNECTED))}."
        )


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
    evidence: dict[str, Any] = {"npi": facts.npi, "why": judged.why, "differing": list(facts.differing)}
    if entry is not None:
        evidence |= {
            "name": entry.organization_name or f"{entry.first_name} {entry.last_name}",
            "status": entry.status,
            "taxonomy": taxonomy.code if taxonomy else None,
            "updated_on": entry.updated_on.isoformat() if entry.updated_on else None,
        }
    made = Verification(
        provider_id=facts.provider_id,
        source="nppes",
        result=judged.result,
        matched=judged.matched,
        verified_at=clock.now(),
        valid_until=valid_until(clock.now().date()) if judged.matched else None,
        evidence=evidence,
        verified_by_name=current_scope().actor_name,
    )
    db().add(made)
    db().flush()
    return made


def list_verifications(provider_id: UUID, *, limit: int = 50, after: UUID | None = None) -> Sequence[Verification]:
    """The checks of a provider, newest first, older than the one with id `after`."""
    query = select(Verification).where(
        Verification.tenant_id == current_tenant(), Verification.provider_id == provider_id
    )
    if after is not None:
        query = query.where(Verification.id < after)
    return db().scalars(query.order_by(Verification.id.desc()).limit(limit)).all()
