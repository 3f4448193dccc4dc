"""The provider rows of a roster file, without what stands above and below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.roster.mapping import KNOWN_HEADERS, ColumnMapping, guess_mapping
from integrations.tabular import (
    ByteStream,
    Dialect,
    Record,
    UnreadableFile,
    find_header,
    normalize,
    read_head,
    read_records,
    sniff,
)

_HEADER_SEARCH_ROWS = 60
_FOOTER = re.compile(
    r"(?:grand )?totals?\b.*|page \d+.*|(?:printed|generated|exported|created)\b.*|end of (?:report|file|roster).*"
    r"|\d+ (?:providers?|rows?|records?)\b.*|(?:providers?|rows?|records?)(?: count)?:.*",
    re.IGNORECASE,
)
_NPI_LIKE = re.compile(r"\d{3}[-. ]?\d{3}[-. ]?\d{4}")


@dataclass(frozen=True, slots=True)
class Roster:
    """An opened roster. `rows` streams the provider rows and can be walked once."""

    dialect: Dialect
    headers: tuple[str, ...]
    mapping: ColumnMapping
    preamble: tuple[str, ...]
    rows: Iterator[Record]


def open_roster(stream: ByteStream) -> Roster:
    """Sniff a file, find its header and guess its mapping. The stream is read forward only.

    Raises:
        UnreadableFile: no header row can be found, or the file cannot be read at all.
    """
    head, whole = read_head(stream)
    dialect = sniff(head)
    records = read_records(whole, dialect)
    first: list[Record] = []
    for record in records:
        first.append(record)
        if len(first) >= _HEADER_SEARCH_ROWS:
            break
    position = find_header([record.values for record in first], KNOWN_HEADERS)
    if position is None:
        raise UnreadableFile("no header row was found in the first rows of the file")
    headers = first[position].values
    return Roster(
        dialect=dialect,
        headers=headers,
        mapping=guess_mapping(headers),
        preamble=tuple(record.original_text for record in first[:position]),
        rows=_provider_rows(first[position + 1 :], records, headers),
    )


def _provider_rows(first: list[Record], rest: Iterator[Record], headers: tuple[str, ...]) -> Iterator[Record]:
    names = [normalize(header) for header in headers]
    for source in (first, rest):
        for record in source:
            if [normalize(cell) for cell in record.values] != names and not _is_footer(record.values):
                yield record


def _is_footer(values: tuple[str, ...]) -> bool:
    filled = [cell for cell in values if cell]
    return len(filled) <= 2 and bool(_FOOTER.fullmatch(filled[0])) and not any(map(_NPI_LIKE.search, filled))
