"""Where the facts of a file came from: the source of a change, and the append-only note of every field that it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.providers.models import FieldChange
from infra.db import current_scope, current_tenant, db

SourceKind = Literal["person", "provider", "roster", "nppes", "caqh", "document", "source"]
SOURCE_WORDS: Mapping[str, str] = {
    "person": "typed here",
    "provider": "typed by the provider",
    "roster": "from a roster",
    "nppes": "from the NPI registry",
    "caqh": "from CAQH ProView",
    "document": "read from a document",
    "source": "from the primary source",
}
_LONGEST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class FactSource:
    """What a fact rests on. `detail` says which one for people (a file's name, a board); `document_id` where it can be seen."""

    kind: SourceKind
    detail: str = ""
    document_id: UUID | None = None


def typed() -> FactSource:
    """The source of what somebody types into the product now: the provider in their own file, else a person of the clinic."""
    return FactSource("provider" if current_scope().provider_id is not None else "person")


def note_changes(
    provider_id: UUID,
    section: str,
    entry_id: UUID | None,
    changes: Mapping[str, tuple[str | None, str | None]],
    source: FactSource,
) -> None:
    """Note that the current scope's actor changed these fields: `{field: (old as shown, new as shown)}`.

    `entry_id` is the row inside the section (a `FileEntry` or a `Credential`), None for the provider's own columns. Whoever
    calls passes only what really changed and masks secrets first: what is passed here is stored in clear for ever.
    """
    scope = current_scope()
    db().add_all(
        FieldChange(
            provider_id=provider_id,
            section=section,
            entry_id=entry_id,
            field=name,
            old_shown=(old or None) and str(old)[:_LONGEST_SHOWN],
            new_shown=(new or None) and str(new)[:_LONGEST_SHOWN],
            source=source.kind,
            source_detail=source.detail[:200],
            document_id=source.document_id,
            changed_by_id=scope.actor_id,
            changed_by_name=scope.actor_name,
        )
        for name, (old, new) in changes.items()
        if old or new
    )


def shown(value: Any) -> str | None:
    """A value as the history shows it; None for an empty one."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def history_of(
    provider_id: UUID,
    *,
    section: str | None = None,
    entry_id: UUID | None = None,
    field: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> Sequence[FieldChange]:
    """Changes of a file, newest first, older than the change at `before` (instant and id); of one section, row or field when
    named.
    """
    query = select(FieldChange).where(FieldChange.tenant_id == current_tenant(), FieldChange.provider_id == provider_id)
    if section is not None:
        query = query.where(FieldChange.section == section)
    if entry_id is not None:
        query = query.where(FieldChange.entry_id == entry_id)
    if field is not None:
        query = query.where(FieldChange.field == field)
    if before is not None:
        query = query.where(tuple_(FieldChange.created_at, FieldChange.id) < tuple_(*before))
    return db().scalars(query.order_by(FieldChange.created_at.desc(), FieldChange.id.desc()).limit(limit)).all()


def latest_changes(provider_id: UUID, section: str) -> dict[tuple[UUID | None, str], FieldChange]:
    """The last change of each field of a section, by row and field, in one query."""
    rows = db().scalars(
        select(FieldChange)
        .ext(distinct_on(FieldChange.entry_id, FieldChange.field))
        .where(
            FieldChange.tenant_id == current_tenant(),
            FieldChange.provider_id == provider_id,
            FieldChange.section == section,
        )
        .order_by(FieldChange.entry_id, FieldChange.field, FieldChange.created_at.desc(), FieldChange.id.desc())
    )
    return {(row.entry_id, row.field): row for row in rows}
