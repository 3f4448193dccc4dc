"""The file as sources are compared with it, and the one way in which what they say is written into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from credentialing.credentials.models import Credential
from credentialing.credentials.services import clear_number, credentials_of, save_credential
from credentialing.credentials.values import checked
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.provenance import FactSource
from credentialing.providers.rules.incoming import IDENTITY, Change, Record, Snapshot
from credentialing.providers.sections import find_section, load_values
from credentialing.providers.services.entries import entries_of, save_entry
from credentialing.providers.services.files import apply_facts, opened
from credentialing.requirements.catalog import load_catalog
from infra.problems import Invalid, invalid

_PLAIN = (
    "first_name middle_name last_name suffix former_names credential taxonomy other_taxonomies email phone"
).split()
_COLUMNS = "state issuer holder_name issued_on expires_on status".split()


def snapshots_of(providers: Sequence[Provider]) -> dict[UUID, Snapshot]:
    """The files of these providers as they are compared, in two queries. Secrets are opened: keep the answer in memory only."""
    ids = [provider.id for provider in providers]
    held, entries = credentials_of(ids), entries_of(ids)
    return {provider.id: snapshot_of(provider, held[provider.id], entries[provider.id]) for provider in providers}


def snapshot_of(provider: Provider, held: Sequence[Credential], entries: Mapping[str, Sequence[FileEntry]]) -> Snapshot:
    """One file as it is compared."""
    identity: dict[str, Any] = {name: getattr(provider, name) for name in _PLAIN}
    identity |= {name: opened(provider, name) for name in ("birth_date", "ssn")}
    credentials = [
        Record(
            str(row.id),
            row.kind,
            {**row.details, **{name: getattr(row, name) for name in _COLUMNS}, "number": clear_number(row)},
        )
        for row in held
    ]
    rows = [Record(str(row.id), section, dict(row.values)) for section, found in entries.items() for row in found]
    return Snapshot(identity, (*credentials, *rows))


def refusals(snapshot: Snapshot, changes: Sequence[Change]) -> list[tuple[str, str, str]]:
    """What the file would refuse of these changes, before any is made: `(kind, field, reason)`."""
    found = []
    by_key = {record.key: record.values for record in snapshot.records}
    for change in changes:
        try:
            if change.kind in load_catalog().documents:
                checked(change.kind, change.values)
                _refuse_reversed({**by_key.get(change.record_key or "", {}), **change.values})
            elif change.kind != IDENTITY:
                load_values(find_section(change.kind), change.values)
        except Invalid as error:
            found += [(change.kind, each.pointer.removeprefix("#/"), each.detail) for each in error.errors]
    return found


def _refuse_reversed(values: Mapping[str, Any]) -> None:
    begins, ends = values.get("issued_on"), values.get("expires_on")
    if begins and ends and ends < begins:
        raise invalid("expires_on", "It ends before it begins.")


def apply_changes(
    provider: Provider, changes: Sequence[Change], *, source: FactSource, held: list[Credential] | None = None
) -> list[str]:
    """Write changes into a file, each through the service that owns what it changes. Returns the names of what changed.

    Raises `Invalid` for a value that the file refuses.
    """
    touched: list[str] = []
    for change in changes:
        if change.kind == IDENTITY:
            touched += apply_facts(provider, change.values, source=source, held=held)
            continue
        record_id = _uuid(change.record_key)
        values = change.values if record_id else change.said
        if change.kind in load_catalog().documents:
            save_credential(
                provider_id=provider.id, kind=change.kind, values=values, source=source, credential_id=record_id
            )
        else:
            save_entry(provider_id=provider.id, section=change.kind, values=values, source=source, entry_id=record_id)
        touched.append(change.kind)
    return touched


def _uuid(key: str | None) -> UUID | None:
    return UUID(key) if key and not key.startswith("new:") else None
