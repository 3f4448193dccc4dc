"""What the NPI registry and CAQH say beside what the file says, and what people decided about it: took theirs or kept ours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.providers.models import CaqhImport, Provider, SourceDecision
from credentialing.providers.provenance import FactSource
from credentialing.providers.registry import stored_record
from credentialing.providers.rules.incoming import Statement
from credentialing.providers.rules.sources import (
    SOURCE_NAMES,
    SOURCES,
    Difference,
    Source,
    differences_between,
    statements_of_profile,
    statements_of_registry,
)
from credentialing.providers.services.files import get_provider
from credentialing.providers.services.incoming import apply_changes, snapshots_of
from infra.crypto import decrypt, fingerprint
from infra.db import current_scope, current_tenant, db
from infra.outbox import publish
from infra.problems import Conflict, NotFound
from integrations.caqh import Profile, profile_from
from tenants.audit import record


def latest_profiles(provider_ids: Sequence[UUID]) -> dict[UUID, CaqhImport]:
    """The newest CAQH profile of each of these providers that has one, in one query."""
    if not provider_ids:
        return {}
    query = (
        select(CaqhImport)
        .where(CaqhImport.tenant_id == current_tenant(), CaqhImport.provider_id.in_(set(provider_ids)))
        .order_by(CaqhImport.provider_id, CaqhImport.id.desc())
        .ext(distinct_on(CaqhImport.provider_id))
    )
    return {row.provider_id: row for row in db().scalars(query)}


def opened_profile(row: CaqhImport) -> Profile:
    """The profile behind an import."""
    text = decrypt(row.sealed_profile, tenant_id=row.tenant_id, place=f"caqh_import.profile.{row.id}")
    return profile_from(json.loads(text))


def _statements(provider: Provider, source: Source, profiles: Mapping[UUID, CaqhImport]) -> list[Statement]:
    if source == "nppes":
        answer = stored_record(provider.registry_record)
        return statements_of_registry(answer) if answer is not None and answer.kind == "individual" else []
    found = profiles.get(provider.id)
    return statements_of_profile(opened_profile(found)) if found else []


def differences_for(
    providers: Sequence[Provider], *, sources: Sequence[Source] = SOURCES
) -> dict[UUID, list[Difference]]:
    """Where these sources and the files of these providers differ and nobody has decided yet, in a fixed number of queries."""
    ids = [provider.id for provider in providers]
    profiles = latest_profiles(ids) if "caqh" in sources else {}
    said = {p.id: [(source, _statements(p, source, profiles)) for source in sources] for p in providers}
    speaking = [p for p in providers if any(statements for _, statements in said[p.id])]
    snapshots, kept = snapshots_of(speaking), _kept([p.id for p in speaking])
    found: dict[UUID, list[Difference]] = {provider_id: [] for provider_id in ids}
    for provider in speaking:
        for source, statements in said[provider.id]:
            for row in differences_between(source, snapshots[provider.id], statements, provider.former_names):
                marked = replace(row, mark=fingerprint(row.mark, tenant_id=provider.tenant_id))
                if kept.get((provider.id, source, row.path)) != marked.mark:
                    found[provider.id].append(marked)
    return found


def _kept(provider_ids: Sequence[UUID]) -> dict[tuple[UUID, str, str], str]:
    """The marks of what was kept, by provider, source and path; the last decision about a path counts."""
    if not provider_ids:
        return {}
    query = (
        select(SourceDecision)
        .where(SourceDecision.tenant_id == current_tenant(), SourceDecision.provider_id.in_(set(provider_ids)))
        .order_by(SourceDecision.provider_id, SourceDecision.source, SourceDecision.path, SourceDecision.id.desc())
        .ext(distinct_on(SourceDecision.provider_id, SourceDecision.source, SourceDecision.path))
    )
    return {
        (row.provider_id, row.source, row.path): row.says_mark for row in db().scalars(query) if row.decision == "kept"
    }


def decisions_of(provider_id: UUID, *, limit: int = 100) -> Sequence[SourceDecision]:
    """What people decided about this provider's differences, newest first."""
    query = select(SourceDecision).where(
        SourceDecision.tenant_id == current_tenant(), SourceDecision.provider_id == provider_id
    )
    return db().scalars(query.order_by(SourceDecision.id.desc()).limit(limit)).all()


def take(provider_id: UUID, *, source: Source, paths: Sequence[str]) -> list[Difference]:
    """Write what the source says of these differences into the file; returns them.

    Raises `NotFound`, `Conflict` when one of them is no difference any more, and `Invalid` for a value that the file refuses.
    """
    provider, rows = _asked(provider_id, source, paths)
    came_from = _fact_source(provider, source)
    touched: list[str] = []
    for row in rows:
        touched += apply_changes(provider, [row.change], source=came_from)
        _note(provider, row, "taken")
    db().flush()
    publish("provider.changed", provider_id=str(provider.id), fields=sorted(set(touched)))
    _told(provider, rows, f"took over from {_the(source)}")
    return rows


def keep(provider_id: UUID, *, source: Source, paths: Sequence[str]) -> list[Difference]:
    """Keep what the file says: these differences are not shown again until the source says something new. Raises as `take` does."""
    provider, rows = _asked(provider_id, source, paths)
    for row in rows:
        _note(provider, row, "kept")
    _told(provider, rows, f"kept ours against {_the(source)}")
    return rows


def reopen(provider_id: UUID, *, source: Source, path: str) -> None:
    """Have a kept difference asked again. Raises `NotFound`, `Conflict` when nothing is kept there."""
    provider = get_provider(provider_id)
    last = next((row for row in decisions_of(provider.id, limit=500) if (row.source, row.path) == (source, path)), None)
    if last is None or last.decision != "kept":
        raise Conflict("Nothing is kept there.")
    _add_decision(
        provider, last.source, last.path, last.label, "reopened", last.says_mark, last.says_shown, last.file_shown
    )
    record(
        "provider.difference_reopened",
        f"asks again about {last.label} of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
    )


def _asked(provider_id: UUID, source: Source, paths: Sequence[str]) -> tuple[Provider, list[Difference]]:
    provider = get_provider(provider_id, lock=True)
    if source not in SOURCES:
        raise NotFound
    open_ = {row.path: row for row in differences_for([provider], sources=[source])[provider.id]}
    missing = [path for path in paths if path not in open_]
    if missing or not paths:
        raise Conflict(f"{SOURCE_NAMES[source]} and the file no longer differ there.")
    return provider, [open_[path] for path in dict.fromkeys(paths)]


def _fact_source(provider: Provider, source: Source) -> FactSource:
    if source == "nppes":
        return FactSource("nppes")
    latest = latest_profiles([provider.id]).get(provider.id)
    attested = f"attested {latest.attested_on}" if latest and latest.attested_on else ""
    return FactSource("caqh", attested, latest.document_id if latest else None)


def _note(provider: Provider, row: Difference, decision: str) -> None:
    _add_decision(provider, row.source, row.path, row.label, decision, row.mark, row.says, row.file_says)


def _add_decision(
    provider: Provider, source: str, path: str, label: str, decision: str, mark: str, says: str, file_says: str
) -> None:
    scope = current_scope()
    db().add(
        SourceDecision(
            provider_id=provider.id,
            source=source,
            path=path,
            label=label[:200],
            decision=decision,
            says_mark=mark,
            says_shown=says[:500],
            file_shown=file_says[:500],
            decided_by_id=scope.actor_id,
            decided_by_name=scope.actor_name,
        )
    )


def _told(provider: Provider, rows: Sequence[Difference], verb: str) -> None:
    db().flush()
    words = ", ".join(row.label for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    record(
        "provider.registry_decided",
        f"{verb}: {words} of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
        facts={"source": rows[0].source, "paths": [row.path for row in rows]},
    )


def _the(source: Source) -> str:
    return "the NPI registry" if source == "nppes" else "CAQH"
