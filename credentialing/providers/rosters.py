"""A roster file in the object store: fetched to a temporary file, opened, looked over, parsed row by row. No transaction may be
open meanwhile, and no more than a batch of rows is held at a time.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, cast

from credentialing.providers.rules.incoming import Statement
from credentialing.providers.rules.rosters import Claims, statements_of
from infra.problems import Invalid, invalid
from infra.storage import storage
from integrations.roster import (
    ColumnCheck,
    ColumnMapping,
    Record,
    Roster,
    RosterRow,
    RowRejected,
    UnreadableFile,
    check_columns,
    guess_from_values,
    mapping_from,
    open_roster,
    parse_row,
    with_memory,
)

MOST_ROWS = 20_000
MOST_COLUMNS = 400
_SPOOL_BYTES = 8 * 1024 * 1024
_SAMPLES = 200


class UnreadableRoster(Invalid):
    """The file holds no table of providers that can be read."""

    code, title = "unreadable-roster", "That file cannot be read as a roster"


class MappingNeeded(Invalid):
    """Nobody has said which column holds what, and it cannot be guessed."""

    code, title = "mapping-needed", "Say what the columns of the roster mean"


@dataclass(frozen=True, slots=True)
class Preview:
    """What was made of a file before it is taken over: its columns, what each is taken for and why, and its first rows.

    `how` says for each field whether the column was told before (`memory`), or guessed from its name or its values.
    """

    headers: tuple[str, ...]
    choice: Mapping[str, str]
    how: Mapping[str, str]
    missing: tuple[str, ...]
    unmapped: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    checks: Mapping[str, ColumnCheck]
    preamble: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of the file: its place, what it says, and where it contradicts an earlier row of the same provider."""

    position: int
    line: int
    parsed: RosterRow | RowRejected
    statements: tuple[Statement, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    is_repeated: bool = False

    @property
    def name(self) -> str:
        """Who the row is about; empty when it cannot be read."""
        return f"{self.parsed.first_name} {self.parsed.last_name}" if isinstance(self.parsed, RosterRow) else ""


@dataclass(frozen=True, slots=True)
class Survey:
    """A first walk through the file: how many rows it has, its mapping, and the NPIs that it names more than once."""

    total: int
    mapping: ColumnMapping
    repeated: frozenset[str] = field(default=frozenset())


@contextmanager
def fetched(object_key: str) -> Iterator[IO[bytes]]:
    """The object as a temporary file, rewound. Raises `NotFound`, `Unavailable`."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as copy:
        for chunk in storage().chunks(object_key):
            copy.write(chunk)
        copy.seek(0)
        yield cast(IO[bytes], copy)


def opened(stream: IO[bytes]) -> Roster:
    """The roster in a file, from its beginning. Raises `UnreadableRoster` saying why not."""
    stream.seek(0)
    try:
        roster = open_roster(stream)
    except UnreadableFile as error:
        raise UnreadableRoster(f"This file cannot be read as a roster: {error}.") from error
    if len(roster.headers) > MOST_COLUMNS:
        raise UnreadableRoster(
            f"A roster may have at most {MOST_COLUMNS} columns; this one has {len(roster.headers):,}."
        )
    return roster


def preview(object_key: str, *, memory: Mapping[str, str], choice: Mapping[str, str] | None, today: date) -> Preview:
    """Read the beginning of a roster. `choice` is `{field: column}` when a person has chosen already, else the guess is shown.

    Raises `UnreadableRoster`, `NotFound`, `Unavailable`, and `Invalid` at `#/mapping` for a choice that cannot be.
    """
    with fetched(object_key) as stream:
        roster = opened(stream)
        records = _first(roster)
    mapping = _guessed(roster, records, memory) if choice is None else chosen_mapping(roster, records, choice, memory)
    sure = {name: "memory" if name in memory.values() else "name" for name in mapping.columns}
    how = {name: "values" if mapping.field_confidence.get(name) == 0.5 else word for name, word in sure.items()}
    return Preview(
        headers=roster.headers,
        choice=mapping.as_choice(),
        how=how,
        missing=mapping.missing,
        unmapped=mapping.unmapped,
        samples=tuple(record.values for record in records[:5]),
        checks=check_columns(records, mapping, today=today),
        preamble=roster.preamble,
    )


def _first(roster: Roster) -> list[Record]:
    try:
        return list(islice(roster.rows, _SAMPLES))
    except UnreadableFile as error:
        raise UnreadableRoster(f"This file cannot be read to its end: {error}.") from error


def _guessed(roster: Roster, records: Sequence[Record], memory: Mapping[str, str]) -> ColumnMapping:
    return with_memory(guess_from_values(roster.mapping, [record.values for record in records]), memory)


def chosen_mapping(
    roster: Roster, records: Sequence[Record], choice: Mapping[str, str], memory: Mapping[str, str]
) -> ColumnMapping:
    """The mapping that a person chose, or the guess when they chose none. Raises `Invalid` at `#/mapping`."""
    if not choice:
        return _guessed(roster, records, memory)
    try:
        return mapping_from(roster.headers, choice)
    except ValueError as error:
        raise invalid("mapping", f"{error}.".capitalize()) from error


def survey(stream: IO[bytes], choice: Mapping[str, str], memory: Mapping[str, str], *, today: date) -> Survey:
    """Walk through the file once. Raises `UnreadableRoster` for a damaged or endless file, and `MappingNeeded` when nobody has
    said which column holds the NPI or the name, or the file has no such column.
    """
    roster = opened(stream)
    try:
        mapping = chosen_mapping(roster, _first(roster) if not choice else (), choice, memory)
    except Invalid as error:
        raise MappingNeeded(error.errors[0].detail) from error
    if mapping.missing:
        wanted = " and ".join("the NPI" if name == "npi" else "the name" for name in mapping.missing)
        raise MappingNeeded(f"Say which column holds {wanted}.")
    npis: Counter[str] = Counter()
    total = 0
    for record in _records(opened(stream)):
        total += 1
        parsed = parse_row(record, mapping, today=today)
        if isinstance(parsed, RosterRow):
            npis[parsed.npi] += 1
    return Survey(total, mapping, frozenset(npi for npi, count in npis.items() if count > 1))


def _records(roster: Roster) -> Iterator[Record]:
    try:
        for number, found in enumerate(roster.rows):
            if number >= MOST_ROWS:
                raise UnreadableRoster(f"A roster may have at most {MOST_ROWS:,} rows. Send it in parts.")
            yield found
    except UnreadableFile as error:
        raise UnreadableRoster(f"This file cannot be read to its end: {error}.") from error


def file_rows(stream: IO[bytes], found: Survey, *, today: date) -> Iterator[FileRow]:
    """Every row of the roster, read or refused, in the file's order. Raises `UnreadableRoster`."""
    claims = Claims()
    for position, record in enumerate(_records(opened(stream))):
        parsed = parse_row(record, found.mapping, today=today)
        if isinstance(parsed, RowRejected):
            yield FileRow(position, record.line_number, parsed)
            continue
        statements = tuple(statements_of(parsed))
        is_repeated = parsed.npi in found.repeated
        wrong = claims.contradictions(parsed.npi, record.line_number, statements) if is_repeated else []
        yield FileRow(position, record.line_number, parsed, statements, tuple(wrong), is_repeated)


def batches(rows: Iterator[FileRow], size: int) -> Iterator[list[FileRow]]:
    """Rows in lists of `size`, the last one shorter."""
    while batch := list(islice(rows, size)):
        yield batch


def original_rows(object_key: str, lines: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
    """The header of a roster and the rows that stand on these lines, cell by cell as they came, each with what is wrong with it:
    a file that can be corrected and sent again. Raises `UnreadableRoster`, `NotFound`, `Unavailable`.
    """
    with fetched(object_key) as stream:
        roster = opened(stream)
        width = len(roster.headers)
        yield (*roster.headers, "What is wrong")
        for record in _records(roster):
            if record.line_number in lines:
                cells = (*record.values[:width], *[""] * (width - len(record.values)))
                yield (*cells, lines[record.line_number])
