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
    "FileProgress",
    "SectionState",
    "entries_of",
    "file_gaps",
    "get_entry",
    "parts_of",
    "progress_of",
    "remove_entry",
    "rows_of",
    "save_entry",
    "save_facts",
    "section_states",
    "steps_of",
    "values_of",
    "work_gaps_of",
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
class FileProgress:
    """How far a file is, counted in sections that are asked for or begun; `next_section` is the first that lacks something."""

    done: int
    total: int
    next_section: Section | None


def progress_of(states: Sequence[SectionState]) -> FileProgress:
    """How far a file is as a whole."""
    steps = steps_of(states)
    open_ones = [state for state in steps if state.gaps]
    return FileProgress(len(steps) - len(open_ones), len(steps), open_ones[0].section if open_ones else None)


def steps_of(states: Sequence[SectionState]) -> list[SectionState]:
    """The sections that a person goes through: those that are asked for, and those that have something in them."""
    return [state for state in states if state.is_asked or state.rows]


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
    needed_for = tuple(payers) if is_asked else ()
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
            found.append(Lack(f"Expired on {ends:%b} {ends.day}, {ends.year}", "expires_on", index))
    return found


def _of_the_whole(
    section: Section, values: Sequence[Mapping[str, Any]], parts: FileParts, *, is_asked: bool
) -> list[Lack]:
    found = _too_few(section, len(values), parts) if is_asked else []
    if section.code == "work_history":
        found += [Lack(gap_words(gap)) for gap in work_gaps_of(parts)]
    elif section.code == "disclosures":
        found += disclosure_lacks([code for code, _ in DISCLOSURES], values)
    elif section.code == "malpractice":
        found += malpractice_lacks(values, parts.today)
    elif section.code == "malpractice_history" and not values and _has_claims(parts):
        found.append(Lack("Malpractice claims were answered yes: add each of them"))
    return found


def _too_few(section: Section, have: int, parts: FileParts) -> list[Lack]:
    """What is asked for and not there: kinds of credentials that nobody holds, or more entries."""
    if section.kind == "credentials":
        kinds = {kind for kind, _ in section.kinds}
        held = {row.kind for row in parts.held if row.status in _IN_FORCE}
        missing = [
            line.requirement.label
            for line in parts.state.lines
            if line.requirement.applies and line.requirement.code in section.asked_by
            and line.requirement.code in kinds - held
        ]  # fmt: skip
        return [Lack(f"No {label if label[:2].isupper() else label[0].lower() + label[1:]} yet") for label in missing]
    if have >= section.at_least or section.code == "disclosures":
        return []
    more = section.at_least - have
    return [Lack(f"{more} more {section.row_word}{'s' if more > 1 else ''}" if have else f"No {section.row_word} yet")]


def _has_claims(parts: FileParts) -> bool:
    answers = (row.values for row in parts.entries.get("disclosures", ()))
    return any(row.get("question") == "malpractice_claim" and row.get("answer") is True for row in answers)


def work_gaps_of(parts: FileParts) -> list[Gap]:
    """The gaps of a work history that still need a reason; none while there is no entry at all."""
    work = [row.values for row in parts.entries.get("work_history", ())]
    training = [row.values for row in parts.entries.get("training", ())]
    return open_gaps(work, training, parts.today, licensed_on=licensed_on(parts.held)) if work else []


def licensed_on(held: Sequence[Credential]) -> date | None:
    """The day of the first license, from which on a work history is asked for; None when no license says when it began."""
    days = [row.issued_on for row in held if row.kind == "state_license" and row.issued_on is not None]
    return min(days, default=None)
