"""Is a row of an exclusion list this provider: what speaks for it, what against it, and whether a person must look. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credentialing.screening.names import first_name_forms, fold, last_name_forms
from integrations.leie import EXCLUSION_BASES, LeieRow
from integrations.sam import SamRow


class Basis(StrEnum):
    """On what a possible match rests, the strongest first."""

    NPI = "npi"
    NAME_AND_BIRTH = "name_and_birth"
    NAME_AND_NEAR_BIRTH = "name_and_near_birth"
    NAME_ONLY = "name_only"


@dataclass(frozen=True, slots=True)
class Person:
    """A provider as far as lists are concerned. `born_on` None: the file does not say. `states` are where they are licensed."""

    npi: str
    first_name: str
    middle_name: str
    last_name: str
    former_names: tuple[str, ...] = ()
    born_on: date | None = None
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list, whichever list. `ended_on` is the day from which it no longer counts; `fingerprint` names its facts."""

    source: str
    first_name: str
    middle_name: str
    last_name: str
    npi: str | None
    born_on: date | None
    state: str
    since_on: date | None
    ended_on: date | None
    is_active: bool
    waiver_state: str
    what: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What comparing came to. `basis` None: no person needs to look, and `why` says why not."""

    entry: Entry
    basis: Basis | None
    why: tuple[str, ...]


def fingerprint(fields: Sequence[str]) -> str:
    """Return what names the facts of a list's row: any change of any field changes it.

    Source:
        Product rule (issue 3): a cleared pair stays cleared until a fact on either side changes.
    """
    return hashlib.blake2b("\x1f".join(fields).encode(), digest_size=16).hexdigest()


def leie_entry(row: LeieRow, fields: Sequence[str]) -> Entry:
    """Return a row of the LEIE as an entry. A reinstatement before the exclusion is an older one and does not end it.

    Source:
        OIG LEIE record layout: REINDATE, WAIVERDATE, WVRSTATE (oig.hhs.gov/exclusions).
    """
    ended = row.reinstated_on
    if ended is not None and row.excluded_on is not None and ended < row.excluded_on:
        ended = None
    words = EXCLUSION_BASES.get(row.basis)
    return Entry(
        source="leie",
        first_name=row.first_name,
        middle_name=row.middle_name,
        last_name=row.last_name,
        npi=row.npi,
        born_on=row.born_on,
        state=row.state,
        since_on=row.excluded_on,
        ended_on=ended,
        is_active=True,
        waiver_state=row.waiver_state.upper() if row.waived_on else "",
        what=f"section {row.basis}" + (f", {words}" if words else ""),
        fingerprint=fingerprint(fields),
    )


def sam_entry(row: SamRow, fields: Sequence[str]) -> Entry:
    """Return a row of the SAM extract as an entry; it counts while its record is active and its termination lies ahead.

    Source:
        reference.yaml, sam_exclusions_csv (keep Record Status Active; Termination Date may be Indefinite).
    """
    return Entry(
        source="sam",
        first_name=row.first_name,
        middle_name=row.middle_name,
        last_name=row.last_name,
        npi=row.npi,
        born_on=None,
        state=row.state,
        since_on=row.active_on,
        ended_on=row.ends_on,
        is_active=row.status.lower() in {"active", ""},
        waiver_state="",
        what=", ".join(part for part in (row.kind, row.program, row.agency) if part),
        fingerprint=fingerprint(fields),
    )


def compare(person: Person, entry: Entry, today: date, nicknames: Mapping[str, tuple[str, ...]]) -> Finding:
    """Compare a provider with a row that shares an NPI or a name with them.

    The NPI decides first. A name is never proof: with the same date of birth it asks for a person, with another date of birth or
    another NPI it is somebody else, and with neither it asks for a person as a name only. An exclusion that has ended, or that is
    waived in every state in which the provider works, is not in effect.

    Source:
        reference.yaml, leie_csv match policy (a name match is never proof; search former and hyphenated names); OIG Special
        Advisory Bulletin on the effect of exclusion (2013); 42 CFR 1001.3002 (reinstatement), 1001.1801 (waivers).
    """
    over = not_in_effect(person, entry, today)
    if over is not None:
        return Finding(entry, None, (over,))
    notes = (f"waived in {entry.waiver_state}",) if entry.waiver_state else ()
    if entry.npi is not None and entry.npi == person.npi:
        birth = (
            ""
            if entry.born_on is None or person.born_on is None or entry.born_on == person.born_on
            else "; born on another day"
        )
        return Finding(entry, Basis.NPI, (f"same NPI {entry.npi}{birth}", *notes))
    named = name_evidence(person, entry, nicknames)
    if entry.born_on is not None and person.born_on is not None:
        near = how_near(entry.born_on, person.born_on)
        if near == "same":
            return Finding(
                entry, Basis.NAME_AND_BIRTH, (named, "same date of birth", *_npi_note(person, entry), *notes)
            )
        if near == "near" and entry.npi is None:
            return Finding(entry, Basis.NAME_AND_NEAR_BIRTH, (named, "dates of birth differ in one place", *notes))
        return Finding(entry, None, (named, "born on another day"))
    if entry.npi is not None:
        return Finding(entry, None, (named, f"another NPI ({entry.npi})"))
    return Finding(entry, Basis.NAME_ONLY, (named, "no date of birth to compare", *_middle_note(person, entry), *notes))


def not_in_effect(person: Person, entry: Entry, today: date) -> str | None:
    """Return why a row does not exclude this provider today, or None when it does.

    Source:
        42 CFR 1001.3002 (reinstatement), 42 CFR 1001.1801 (waivers hold in the state that asked for them).
    """
    if entry.ended_on is not None and entry.ended_on <= today:
        return ("reinstated on " if entry.source == "leie" else "ended on ") + entry.ended_on.isoformat()
    if not entry.is_active:
        return "the record is no longer active"
    if entry.since_on is not None and entry.since_on > today:
        return f"begins on {entry.since_on.isoformat()}"
    waived = frozenset(entry.waiver_state.replace(",", " ").split())
    if waived and person.states and person.states <= waived:
        return f"waived in {', '.join(sorted(waived))}"
    return None


def how_near(one: date, other: date) -> str:
    """Say how two dates of birth compare: same, near (one digit, or day and month exchanged) or different.

    Source:
        Product rule: typing mistakes in dates of birth must not hide an exclusion.
    """
    if one == other:
        return "same"
    digits, others = one.strftime("%Y%m%d"), other.strftime("%Y%m%d")
    if sum(first != second for first, second in zip(digits, others, strict=True)) == 1:
        return "near"
    exchanged = one.year == other.year and (one.month, one.day) == (other.day, other.month)
    return "near" if exchanged else "different"


def name_evidence(person: Person, entry: Entry, nicknames: Mapping[str, tuple[str, ...]]) -> str:
    """Say in words how the names came together.

    Source:
        OIG search advice for the LEIE: former and maiden names, each half of a hyphenated name (oig.hhs.gov/exclusions, tips).
    """
    theirs, ours = last_name_forms(entry.last_name), last_name_forms(person.last_name)
    if ours and theirs and ours[0] == theirs[0]:
        last = "same last name"
    elif set(ours) & set(theirs):
        last = f"half of a double last name ({sorted(set(ours) & set(theirs))[0]})"
    else:
        former = next((name for name in person.former_names if set(last_name_forms(name)) & set(theirs)), None)
        last = f"former name {former}" if former else "another last name"
    first, listed = fold(person.first_name), fold(entry.first_name)
    if first == listed:
        return f"{last}, same first name"
    if set(first_name_forms(person.first_name, nicknames)) & set(first_name_forms(entry.first_name, {})):
        return f"{last}, {entry.first_name.title()} for {person.first_name.title()}"
    return f"{last}, another first name"


def _npi_note(person: Person, entry: Entry) -> tuple[str, ...]:
    return (f"the list has another NPI ({entry.npi})",) if entry.npi and entry.npi != person.npi else ()


def _middle_note(person: Person, entry: Entry) -> tuple[str, ...]:
    ours, theirs = fold(person.middle_name)[:1], fold(entry.middle_name)[:1]
    if not ours or not theirs:
        return ()
    return ("same middle initial",) if ours == theirs else ("another middle initial",)
