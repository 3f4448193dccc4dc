"""How far each section of a file is: what it lacks and for which payers that is needed. Entries are saved in `entries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.rules.history import Gap
from credentialing.providers.rules.sections import (
    Lack,
    disclosure_lacks,
    gap_words,
    malpractice_lacks,
    missing_fields,
    open_gaps,
)
from credentialing.providers.sections import DISCLOSURES, SECTIONS, Section
from credentialing.providers.services.entries import entries_of, get_entry, remove_entry, save_entry, save_facts
from credentialing.providers.services.files import sealed_shown
from credentialing.requirements import services as requirements
from infra import clock
from tenants.clinics.services import get_clinic

__all__ = [
    "FileGap",
    "FileParts",
    "SectionState",
    "entries_of",
    "file_gaps",
    "get_entry",
    "parts_of",
    "remove_entry",
    "save_entry",
    "save_facts",
    "section_states",
    "values_of",
]
_IN_FORCE = frozenset({"unverified", "active"})


@dataclass(frozen=True, slots=True)
class FileGap:
    """One thing that a file lacks: in which section, in which row and field, in words, and the payers that ask for it.

    `row_id` is the entry or credential, None for the section as a whole. Empty `needed_for`: no payer is applied to yet.
    """

    section: str
    text: str
    field: str
    row_id: UUID | None
    needed_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionState:
    """One section of one provider: whether it is asked for, how many rows it has, what it lacks and for whom it is needed."""

    section: Section
    is_asked: bool
    rows: int
    gaps: tuple[FileGap, ...]
    needed_for: tuple[str, ...]
    lines: tuple[requirements.Line, ...]

    @property
    def word(self) -> str:
        """complete, open, empty or not_asked."""
        if self.gaps:
            return "open" if self.rows or self.section.kind == "facts" else "empty"
        return "complete" if self.rows or self.is_asked else "not_asked"


@dataclass(frozen=True, slots=True)
class FileParts:
    """Everything that is kept of one provider: the row, what they hold, the entries by section, and the documents' state."""

    provider: Provider
    held: Sequence[Credential]
    entries: Mapping[str, Sequence[FileEntry]]
    state: requirements.FileState
    today: date


def parts_of(providers: Sequence[Provider]) -> list[FileParts]:
    """The whole files of these providers, a fixed number of queries for any number of them."""
    if not providers:
        return []
    ids = [provider.id for provider in providers]
    clinic = get_clinic()
    held, entries = credentials_of(ids), entries_of(ids)
    states = requirements.files_of(providers, clinic=clinic)
    today = clock.today(clinic.timezone)
    return [FileParts(p, held[p.id], entries[p.id], states[p.id], today) for p in providers]


def file_gaps(provider: Provider, parts: FileParts | None = None) -> list[FileGap]:
    """What this provider's file lacks, section by section, in the order of the file. `parts` saves reading them again."""
    return [gap for state in section_states(parts or parts_of([provider])[0]) for gap in state.gaps]


def section_states(parts: FileParts) -> list[SectionState]:
    """How far each section of a file is, in the order of the file."""
    return [_section_state(section, parts) for section in SECTIONS.values()]


def _section_state(section: Section, parts: FileParts) -> SectionState:
    lines = tuple(line for line in parts.state.lines if line.requirement.code in section.asked_by)
    applying = [line for line in lines if line.requirement.applies]
    is_asked = section.always or bool(applying)
    rows = rows_of(section, parts)
    payers = dict.fromkeys(payer for line in applying or parts.state.lines for payer in line.needed_for)
    needed_for = tuple(payers) if is_asked or rows else ()
    lacks = _lacks(section, rows, parts, is_asked=is_asked)
    gaps = tuple(
        FileGap(section.code, lack.text, lack.field, None if lack.row is None else rows[lack.row].id, needed_for)
        for lack in lacks
    )
    return SectionState(section, is_asked, len(rows), gaps, needed_for, lines)


def rows_of(section: Section, parts: FileParts) -> list[Any]:
    """The rows of a section: credentials, entries, or the provider itself."""
    if section.kind == "facts":
        return [parts.provider]
    if section.kind == "entries":
        return list(parts.entries.get(section.code, ()))
    kinds = {kind for kind, _ in section.kinds}
    return [row for row in parts.held if row.kind in kinds]


def values_of(section: Section, row: Any) -> dict[str, Any]:
    """The values of a row under the names of the section's fields; secrets as they may be shown."""
    if section.kind == "entries":
        return dict(row.values)
    if section.kind == "credentials":
        columns = {spec.name: getattr(row, spec.name) for spec in section.fields if hasattr(Credential, spec.name)}
        return {**row.details, **columns, "number": row.number_shown, "is_primary": row.is_primary or None}
    sealed = sealed_shown(row)
    return {spec.name: sealed[spec.name] if spec.is_secret else getattr(row, spec.name) for spec in section.fields}


def _lacks(section: Section, rows: Sequence[Any], parts: FileParts, *, is_asked: bool) -> list[Lack]:
    values = [values_of(section, row) for row in rows]
    found = _of_the_whole(section, values, parts, is_asked=is_asked)
    for index, row in enumerate(rows):
        if section.kind == "credentials" and row.status not in _IN_FORCE:
            continue
        kind = row.kind if section.kind == "credentials" else ""
        told = {(lack.field, lack.row) for lack in found}
        empty = missing_fields(section.fields_for(kind), values[index], kind, index)
        found += [lack for lack in empty if (lack.field, lack.row) not in told]
        ends = values[index].get("expires_on")
        if section.kind == "credentials" and section.code != "malpractice" and ends and ends < parts.today:
            found.append(Lack("This has expired", "expires_on", index))
    return found


def _of_the_whole(
    section: Section, values: Sequence[Mapping[str, Any]], parts: FileParts, *, is_asked: bool
) -> list[Lack]:
    found = []
    if is_asked and len(values) < section.at_least and section.code != "disclosures":
        have = len(values)
        words = f"{section.at_least - have} more {section.row_word}s" if have else f"No {section.row_word} yet"
        found.append(Lack(words))
    elif is_asked and not values and section.kind == "credentials":
        found += [
            Lack(f"No {line.requirement.label} yet")
            for line in parts.state.lines
            if line.requirement.applies and line.requirement.code in section.asked_by
        ]
    if section.code == "work_history":
        training = [row.values for row in parts.entries.get("training", ())]
        gaps: list[Gap] = (
            open_gaps(values, training, parts.today, licensed_on=licensed_on(parts.held)) if values else []
        )
        found += [Lack(gap_words(gap)) for gap in gaps]
    elif section.code == "disclosures":
        found += disclosure_lacks([code for code, _ in DISCLOSURES], values)
    elif section.code == "malpractice":
        found += malpractice_lacks(values, parts.today)
    return found


def licensed_on(held: Sequence[Credential]) -> date | None:
    """The day of the first license, from which on a work history is asked for; None when no license says when it began."""
    days = [row.issued_on for row in held if row.kind == "state_license" and row.issued_on is not None]
    return min(days, default=None)
