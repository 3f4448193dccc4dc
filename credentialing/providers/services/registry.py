"""What the registry says of a provider: filling what is empty, showing what differs, and a person's choice between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource
from credentialing.providers.rules import license_type_for
from credentialing.providers.rules.incoming import IDENTITY, Change, changes_between
from credentialing.providers.rules.sources import Difference, statements_of_registry
from credentialing.providers.services.files import REGISTRY_TOPIC, apply_facts, get_provider
from credentialing.providers.services.incoming import apply_changes, refusals, snapshots_of
from credentialing.providers.services.sources import differences_for, keep, take
from credentialing.verification.services import RegistryEvidence, record_registry_check
from infra import clock
from infra.db import db
from infra.outbox import later, publish
from integrations.nppes import NppesRecord
from tenants.audit import record

FROM_REGISTRY = FactSource("nppes")


def store_registry_answer(provider_id: UUID, *, answer: NppesRecord | None) -> Provider:
    """Keep what the registry answered (None: it has no such NPI), fill the empty fields, and note the check as a verification.

    Publishes `provider.registry_checked` with the status. A person's own entries are never overwritten.
    """
    provider = get_provider(provider_id)
    provider.registry_status = "found" if answer is not None else "not_found"
    provider.registry_record = dict(answer.raw) if answer is not None else None
    provider.registry_checked_at = clock.now()
    filled = _fill(provider, answer) if answer is not None else []
    differences = differences_of(provider)
    record_registry_check(
        RegistryEvidence(
            provider_id=provider.id,
            npi=provider.npi,
            record=answer,
            first_name=provider.first_name,
            last_name=provider.last_name,
            former_names=tuple(provider.former_names),
            differing=tuple(difference.field for difference in differences),
        )
    )
    db().flush()
    words = "has no entry for" if answer is None else f"filled {len(filled)} fields of" if filled else "confirmed"
    record(
        "provider.registry_checked",
        f"The NPI registry {words} {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
    )
    publish("provider.registry_checked", provider_id=str(provider.id), registry_status=provider.registry_status)
    return provider


def _fill(provider: Provider, answer: NppesRecord) -> list[str]:
    """Fill what the file leaves empty: fields without a value, and records of a kind of which the file has none."""
    if answer.kind != "individual":
        return []
    snapshot = snapshots_of([provider])[provider.id]
    changes, _ = changes_between(snapshot, statements_of_registry(answer))
    has = {row.kind for row in snapshot.records}
    filling = [
        empty
        for change in changes
        if (empty := _only_empty(change)) is not None and not (empty.is_new and empty.kind in has)
    ]
    # Of several practice addresses the first one is the main one; the others wait as questions.
    places = [change for change in filling if change.kind == "locations"]
    filling = [change for change in filling if change not in places[1:]]
    refused = {kind for kind, _, _ in refusals(snapshot, filling)}
    filled = apply_changes(provider, [change for change in filling if change.kind not in refused], source=FROM_REGISTRY)
    if provider.license_type is None:
        guess = license_type_for(
            [taxonomy.code for taxonomy in answer.taxonomies], provider.credential, provider.license_state
        )
        if guess is not None:
            filled += apply_facts(provider, {"license_type": guess.code}, source=FROM_REGISTRY)
    return filled


def _only_empty(change: Change) -> Change | None:
    """The part of a change that contradicts nothing."""
    if change.is_new:
        return change
    fields = tuple(diff for diff in change.fields if diff.old in (None, "", []))
    return replace(change, fields=fields) if fields and change.kind == IDENTITY else None


def note_registry_down(provider_id: UUID) -> None:
    """Note that the registry did not answer, so that pages say so; the job keeps trying."""
    provider = get_provider(provider_id)
    if provider.registry_status != "found":
        provider.registry_status = "unavailable"


def recheck_registry(provider_id: UUID) -> UUID:
    """Have the registry asked again; returns the job's id. Raises `NotFound`."""
    provider = get_provider(provider_id)
    if provider.registry_status != "found":
        provider.registry_status = "pending"
    return later(REGISTRY_TOPIC, {"provider_id": str(provider.id)})


def differences_of(provider: Provider) -> list[Difference]:
    """Where the registry contradicts the file and nobody has decided yet. What it knows beyond the file is in `sources`."""
    return differences_in([provider])[provider.id]


def differences_in(providers: Sequence[Provider]) -> dict[UUID, list[Difference]]:
    """`differences_of` for many files at once, in a fixed number of queries."""
    found = differences_for(providers, sources=["nppes"])
    return {key: [row for row in rows if not row.is_addition] for key, rows in found.items()}


def take_theirs(provider_id: UUID, *, field: str) -> Provider:
    """Write the registry's value of a field into the file. Raises `NotFound`, `Conflict` when there is no such difference."""
    take(provider_id, source="nppes", paths=[field])
    return get_provider(provider_id)


def keep_ours(provider_id: UUID, *, field: str) -> Provider:
    """Keep the file's value of a field: the difference is not shown again until the registry says something new."""
    keep(provider_id, source="nppes", paths=[field])
    return get_provider(provider_id)
