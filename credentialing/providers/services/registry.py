"""What the registry says of a provider: filling what is empty, showing what differs, and a person's choice between the two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource
from credentialing.providers.registry import fields_of, stored_record
from credentialing.providers.rules import FieldDifference, license_type_for, registry_differences
from credentialing.providers.services.files import REGISTRY_TOPIC, apply_facts, get_provider
from credentialing.verification.services import RegistryEvidence, record_registry_check
from infra import clock
from infra.db import db
from infra.outbox import later, publish
from infra.problems import Conflict, NotFound
from integrations.nppes import NppesRecord
from tenants.audit import record

FROM_REGISTRY = FactSource("nppes")
_COMPARED = "first_name middle_name last_name credential taxonomy license_number license_state phone".split()


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
    facts: dict[str, Any] = {
        name: value for name, value in fields_of(answer).items() if value and not getattr(provider, name)
    }
    if provider.license_type is None:
        guess = license_type_for(
            [taxonomy.code for taxonomy in answer.taxonomies],
            provider.credential or facts.get("credential"),
            provider.license_state or facts.get("license_state"),
        )
        if guess is not None:
            facts["license_type"] = guess.code
    return apply_facts(provider, facts, source=FROM_REGISTRY)


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


def differences_of(provider: Provider) -> list[FieldDifference]:
    """Fields in which registry and file differ and nobody has decided yet."""
    answer = stored_record(provider.registry_record)
    if answer is None:
        return []
    ours = {name: getattr(provider, name) for name in _COMPARED}
    found = registry_differences(ours, fields_of(answer), provider.former_names)
    return [row for row in found if provider.registry_kept.get(row.field) != row.registry_says]


def take_theirs(provider_id: UUID, *, field: str) -> Provider:
    """Write the registry's value of a field into the file. Raises `NotFound`, `Conflict` when there is no such difference."""
    provider, difference = _difference(provider_id, field)
    apply_facts(provider, {field: difference.registry_says}, source=FROM_REGISTRY)
    _decided(provider, difference, "took over the registry's")
    publish("provider.changed", provider_id=str(provider.id), fields=[field])
    return provider


def keep_ours(provider_id: UUID, *, field: str) -> Provider:
    """Keep the file's value of a field: the difference is not shown again until the registry says something new."""
    provider, difference = _difference(provider_id, field)
    provider.registry_kept = {**provider.registry_kept, field: difference.registry_says}
    _decided(provider, difference, "kept our")
    return provider


def _difference(provider_id: UUID, field: str) -> tuple[Provider, FieldDifference]:
    provider = get_provider(provider_id)
    if field not in _COMPARED:
        raise NotFound
    difference = next((row for row in differences_of(provider) if row.field == field), None)
    if difference is None:
        raise Conflict("The registry and the file no longer differ there.")
    return provider, difference


def _decided(provider: Provider, difference: FieldDifference, verb: str) -> None:
    db().flush()
    record(
        "provider.registry_decided",
        f"{verb} {difference.label.lower()} of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
    )
