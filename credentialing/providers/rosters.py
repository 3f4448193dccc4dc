"""A roster file in the object store: fetched to a temporary file, opened, previewed, parsed. No transaction may be open meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, cast

from infra.problems import Invalid, invalid
from infra.storage import storage
from integrations.roster import (
    ColumnMapping,
    Roster,
    RosterRow,
    RowRejected,
    UnreadableFile,
    mapping_from,
    open_roster,
    parse_row,
)

MOST_ROWS = 20_000
_SPOOL_BYTES = 8 * 1024 * 1024
_SAMPLES = 5


class UnreadableRoster(Invalid):
    """The file holds no table of providers that can be read."""

    code, title = "unreadable-roster", "That file cannot be read as a roster"


@dataclass(frozen=True, slots=True)
class Preview:
    """What was made of a file before it is taken over: its columns, the guess for each, and its first rows."""

    headers: tuple[str, ...]
    choice: Mapping[str, str]
    missing: tuple[str, ...]
    unmapped: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    preamble: tuple[str, ...]


@contextmanager
def fetched(object_key: str) -> Iterator[IO[bytes]]:
    """The object as a temporary file, rewound. Raises `NotFound`, `Unavailable`."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as copy:
        for chunk in storage().chunks(object_key):
            copy.write(chunk)
        copy.seek(0)
        yield cast(IO[bytes], copy)


def opened(stream: IO[bytes]) -> Roster:
    """The roster in a file. Raises `UnreadableRoster` saying why not."""
    try:
        return open_roster(stream)
    except UnreadableFile as error:
        raise UnreadableRoster(f"This file cannot be read as a roster: {error}.") from error


def preview(object_key: str) -> Preview:
    """Read the beginning of a roster. Raises `UnreadableRoster`, `NotFound`, `Unavailable`."""
    with fetched(object_key) as stream:
        roster = opened(stream)
        samples = tuple(record.values for record in islice(roster.rows, _SAMPLES))
    mapping = roster.mapping
    return Preview(roster.headers, mapping.as_choice(), mapping.missing, mapping.unmapped, samples, roster.preamble)


def chosen_mapping(roster: Roster, choice: Mapping[str, str]) -> ColumnMapping:
    """The mapping that a person chose, or the guess when they chose none. Raises `Invalid` at `#/mapping`."""
    if not choice:
        return roster.mapping
    try:
        return mapping_from(roster.headers, choice)
    except ValueError as error:
        raise invalid("mapping", f"{error}.".capitalize()) from error


def parsed_rows(roster: Roster, mapping: ColumnMapping, *, today: date) -> Iterator[RosterRow | RowRejected]:
    """Every row of the roster, read or refused, in the file's order. Raises `UnreadableRoster` for a damaged or endless file."""
    try:
        for number, found in enumerate(roster.rows):
            if number >= MOST_ROWS:
                raise UnreadableRoster(f"A roster may have at most {MOST_ROWS:,} rows. Send it in parts.")
            yield parse_row(found, mapping, today=today)
    except UnreadableFile as error:
        raise UnreadableRoster(f"This file cannot be read to its end: {error}.") from error
