"""One pass of providers over one exclusion list: candidates by equality, then a comparison of each. Pure.

The same pass serves one provider (the few rows that the database found for them) and a hundred thousand (the whole list in memory).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from credentialing.screening.index import ListIndex, Row, Wanted
from credentialing.screening.names import alias_keys, search_keys
from credentialing.screening.rules import Entry, Finding, Person, compare, leie_entry, sam_entry
from integrations.leie import LEIE
from integrations.leie import read_row as read_leie
from integrations.sam import SAM
from integrations.sam import read_row as read_sam

_LAST, _FIRST, _NPI = LEIE.columns.index("LASTNAME"), LEIE.columns.index("FIRSTNAME"), LEIE.columns.index("NPI")
_SAM_LAST, _SAM_FIRST, _SAM_NPI = SAM.columns.index("Last"), SAM.columns.index("First"), SAM.columns.index("NPI")


def read_entry(source: str, fields: Row) -> Entry:
    """A published row of either list as an entry.

    Source:
        Record layouts of the LEIE and the SAM public extract (reference.yaml, formats).
    """
    if source == "leie":
        return leie_entry(read_leie(fields), fields)
    return sam_entry(read_sam(fields), fields)


def index_of(source: str, rows: Sequence[Row]) -> ListIndex:
    """A few rows of a list, as the database found them, to be looked up like a whole one.

    Source:
        Keys as in names.py; an NPI of 0000000000 is none (OIG LEIE record layout).
    """
    last, first, npi = (_LAST, _FIRST, _NPI) if source == "leie" else (_SAM_LAST, _SAM_FIRST, _SAM_NPI)
    keys = [f"{row[last].upper()}|{row[first].upper()}" for row in rows]
    index = ListIndex(keys, ("" if row[npi] == "0000000000" else row[npi] for row in rows))
    names = {key: (row[first], row[last]) for key, row in zip(keys, rows, strict=True)}
    index.add_aliases(
        (alias, key) for key, (one, other) in names.items() for alias in alias_keys(one, other) if alias != key
    )
    return index


def searched(people: Sequence[Person], nicknames: Mapping[str, tuple[str, ...]]) -> Wanted:
    """NPIs and keys under which the providers are looked up.

    Source:
        reference.yaml, leie_csv match policy.
    """
    wanted = Wanted()
    for place, person in enumerate(people):
        keys = search_keys(person.first_name, person.last_name, person.former_names, nicknames)
        wanted.add(place, person.npi, keys)
    return wanted


def screen(
    people: Sequence[Person],
    candidates: Sequence[tuple[int, int]],
    row_at: Callable[[int], Row],
    source: str,
    today: date,
    nicknames: Mapping[str, tuple[str, ...]],
    born_on: Callable[[int], date | None] | None = None,
) -> dict[int, list[Finding]]:
    """Compare providers with the rows that share an NPI or a key with them; findings by the provider's place, others have none.

    `candidates` are pairs of a provider's and a row's place, as an index of the list found them. `born_on` is asked for the date of
    birth of those who have a candidate only, so that the sealed ones of all others stay sealed.

    Source:
        reference.yaml, leie_csv match policy: NPI first, a name is never proof.
    """
    entries: dict[int, Entry] = {}
    found: dict[int, list[Finding]] = {}
    known: dict[int, Person] = {}
    for place, row in candidates:
        entry = entries.get(row)
        if entry is None:
            entry = entries[row] = read_entry(source, row_at(row))
        person = known.get(place)
        if person is None:
            person = people[place]
            if born_on is not None:
                person = replace(person, born_on=born_on(place))
            known[place] = person
        found.setdefault(place, []).append(compare(person, entry, today, nicknames))
    return found
