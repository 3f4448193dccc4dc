"""Saving and reading the entries of a file, and its facts section by section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.provenance import FactSource, note_changes, shown
from credentialing.providers.rules.sections import reversed_months
from credentialing.providers.sections import Section, find_section, load_values
from credentialing.providers.services.files import change_provider, get_provider
from credentialing.providers.services.names import SECTION as FORMER_NAMES
from credentialing.providers.services.names import entries_to_names
from infra import clock
from infra.db import current_tenant, db
from infra.db.once import once
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import NotFound, StaleVersion, invalid
from tenants.audit import record


def entries_of(provider_ids: Sequence[UUID], *, section: str | None = None) -> dict[UUID, dict[str, list[FileEntry]]]:
    """The entries of these providers by section, in their order, in one query; of one section when named."""
    found: dict[UUID, dict[str, list[FileEntry]]] = {key: defaultdict(list) for key in provider_ids}
    if not provider_ids:
        return found
    asked = frozenset(provider_ids), section
    for row in once(("entries", *asked), lambda: _read(*asked)):
        found[row.provider_id][row.section].append(row)
    return found


def _read(provider_ids: frozenset[UUID], section: str | None) -> Sequence[FileEntry]:
    query = select(FileEntry).where(
        FileEntry.tenant_id == current_tenant(),
        FileEntry.provider_id.in_(provider_ids),
        FileEntry.removed_at.is_(None),
    )
    if section is not None:
        query = query.where(FileEntry.section == section)
    return db().scalars(query.order_by(FileEntry.position, FileEntry.id)).all()


def get_entry(provider_id: UUID, section: str, entry_id: UUID) -> FileEntry:
    """One entry of this provider and section. Raises `NotFound`."""
    rows = entries_of([provider_id], section=section)[provider_id][section]
    found = next((row for row in rows if row.id == entry_id), None)
    if found is None:
        raise NotFound
    return found


def save_entry(
    *,
    provider_id: UUID,
    section: str,
    values: Mapping[str, Any],
    source: FactSource,
    entry_id: UUID | None = None,
    new_id: UUID | None = None,
    if_version: int | None = None,
) -> FileEntry:
    """Save what somebody says of one entry of a section: a job, a degree, an answer. What is not named stays; None empties.

    Without `entry_id` the statement goes to the entry with the same key (`Section.key`: school and degree, employer and begin,
    question …), so that an import may run twice; else it makes a new one. With `new_id` it goes to the entry of exactly that id,
    and makes it when there is none: a form that saves field by field. Values may be Python dates or text.

    Notes every changed field and publishes `provider.changed`. Raises `NotFound`, `StaleVersion`, and `Invalid` with one
    error for each field that cannot be.
    """
    found = _section_of_entries(section)
    loaded = {name: _stored(value) for name, value in load_values(found, values).items()}
    provider = get_provider(provider_id, lock=True)
    rows = entries_of([provider.id], section=section)[provider.id][section]
    entry = next((row for row in rows if row.id == new_id), None) if new_id else _target(found, rows, loaded, entry_id)
    if entry is not None and if_version is not None and entry.version != if_version:
        raise StaleVersion
    merged = {**(entry.values if entry else {}), **loaded}
    if wrong := reversed_months(merged):
        raise invalid(wrong if wrong in loaded else next(iter(loaded), wrong), "It ends before it begins.")
    old = dict(entry.values) if entry else {}
    changes = {name: (shown(old.get(name)), shown(value)) for name, value in loaded.items() if old.get(name) != value}
    if entry is None and not any(value is not None for value in merged.values()):
        raise invalid(next(iter(loaded), "values"), "Enter something first.")
    if entry is None:
        entry = FileEntry(
            id=new_id or uuid7(),
            tenant_id=provider.tenant_id,
            provider_id=provider.id,
            section=section,
            position=max((row.position for row in rows), default=-1) + 1,
        )
        db().add(entry)
        rows.append(entry)
    elif not changes:
        return entry
    entry.values = {name: value for name, value in merged.items() if value is not None}
    _came_from(entry, source)
    note_changes(provider.id, section, entry.id, changes, source)
    _told(provider, found, rows, "saved")
    return entry


def _section_of_entries(code: str) -> Section:
    found = find_section(code)
    if found.kind != "entries":
        raise NotFound("That section has no entries.")
    return found


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _target(
    section: Section, rows: Sequence[FileEntry], values: Mapping[str, Any], entry_id: UUID | None
) -> FileEntry | None:
    if entry_id is not None:
        found = next((row for row in rows if row.id == entry_id), None)
        if found is None:
            raise NotFound
        return found
    key = _key(section, values)
    return next((row for row in rows if key is not None and _key(section, row.values) == key), None)


def _key(section: Section, values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The values by which two statements speak of the same entry; None when they are not all there."""
    parts = tuple(" ".join(str(values.get(name) or "").casefold().split()) for name in section.key)
    return parts if parts and all(parts) else None


def _came_from(entry: FileEntry, source: FactSource) -> None:
    entry.source, entry.source_detail = source.kind, source.detail[:200]
    entry.document_id = source.document_id or entry.document_id
    entry.changed_at = clock.now()


def _told(provider: Provider, section: Section, rows: Sequence[FileEntry], verb: str) -> None:
    if section.code == FORMER_NAMES:
        entries_to_names(provider, rows)
    db().flush()
    record(
        f"provider.entry_{verb}",
        f"{verb} {section.row_word} ({section.title.lower()}) of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
    )
    publish("provider.changed", provider_id=str(provider.id), fields=[section.code])


def remove_entry(*, provider_id: UUID, section: str, entry_id: UUID, source: FactSource) -> None:
    """Take an entry out of the file; the row and its history stay. Publishes `provider.changed`. Raises `NotFound`."""
    found = _section_of_entries(section)
    provider = get_provider(provider_id, lock=True)
    rows = entries_of([provider.id], section=section)[provider.id][section]
    entry = next((row for row in rows if row.id == entry_id), None)
    if entry is None:
        raise NotFound
    entry.removed_at = clock.now()
    note_changes(
        provider.id, section, entry.id, {name: (shown(value), None) for name, value in entry.values.items()}, source
    )
    _told(provider, found, [row for row in rows if row is not entry], "removed")


def save_facts(
    *,
    provider_id: UUID,
    section: str,
    values: Mapping[str, Any],
    source: FactSource,
    if_version: int | None = None,
) -> Provider:
    """Save facts of a section that is kept in the provider's own row. What is not named stays; None empties.

    Raises `NotFound`, `StaleVersion`, and `Invalid` with one error for each field that cannot be.
    """
    found = find_section(section)
    if found.kind != "facts":
        raise NotFound("That section has entries, not facts.")
    loaded = load_values(found, values)
    for name, words in (("first_name", "first"), ("last_name", "last")):
        if name in loaded and not loaded[name]:
            raise invalid(name, f"Enter the {words} name.")
    return change_provider(provider_id, changes=loaded, if_version=if_version, source=source)
