"""Former names: the section of that name has the entries, `Provider.former_names` the last names in them. Kept in step here only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.provenance import FactSource, note_changes
from infra import clock
from infra.db import db
from infra.ids import uuid7

SECTION = "former_names"


def names_to_entries(provider: Provider, source: FactSource, *, is_new: bool = False) -> None:
    """After the list of last names was changed: an entry for each of them, and none for those that are gone."""
    rows = [] if is_new else _entries(provider)
    known = {str(row.values.get("last_name", "")).casefold(): row for row in rows}
    wanted = {name.casefold(): name for name in provider.former_names}
    for key, row in known.items():
        if key not in wanted:
            row.removed_at = clock.now()
            note_changes(provider.id, SECTION, row.id, {"last_name": (str(row.values.get("last_name")), None)}, source)
    for key, name in wanted.items():
        if key in known:
            continue
        row = FileEntry(
            id=uuid7(),
            tenant_id=provider.tenant_id,
            provider_id=provider.id,
            section=SECTION,
            values={"last_name": name},
            position=len(rows),
            source=source.kind,
            source_detail=source.detail[:200],
            document_id=source.document_id,
            changed_at=clock.now(),
        )
        db().add(row)
        note_changes(provider.id, SECTION, row.id, {"last_name": (None, name)}, source)


def _entries(provider: Provider) -> Sequence[FileEntry]:
    query = select(FileEntry).where(
        FileEntry.tenant_id == provider.tenant_id,
        FileEntry.provider_id == provider.id,
        FileEntry.section == SECTION,
        FileEntry.removed_at.is_(None),
    )
    return db().scalars(query.order_by(FileEntry.position, FileEntry.id)).all()


def entries_to_names(provider: Provider, entries: Sequence[FileEntry]) -> None:
    """After an entry was saved or removed: the list of last names that rules and screening read."""
    names = [str(row.values["last_name"]) for row in entries if row.values.get("last_name")]
    provider.former_names = list(dict.fromkeys(names))
