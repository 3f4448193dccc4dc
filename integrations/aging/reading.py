"""The rows of an aging file, each told apart: claim, section, subtotal, grand total, header, footer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from integrations.aging.mapping import KNOWN_HEADERS, ColumnMapping, guess_mapping
from integrations.tabular import (
    ByteStream,
    Dialect,
    Record,
    UnreadableFile,
    find_header,
    normalize,
    parse_cents,
    parse_date,
    read_head,
    read_records,
    sniff,
)

__all__ = ["RawRow", "Report", "RowKind", "open_report", "read_rows", "sniff"]

_HEADER_SEARCH_ROWS = 60
_STRONG_TOTAL = re.compile(r"(?:(?:grand|report|overall|final)\s+totals?|totals?)\s*:?", re.IGNORECASE)
_STRONG_SUBTOTAL = re.compile(r"sub\s*-?\s*totals?\b.*", re.IGNORECASE | re.DOTALL)
_WEAK_TOTAL = re.compile(r"(?:totals?\b.*|.*\btotals?)\s*:?", re.IGNORECASE | re.DOTALL)
_FOOTER = re.compile(
    r"page\s+\d+(?:\s+of\s+\d+)?|(?:printed|generated|run|created|exported|prepared)\s+(?:on|by|at|date|from)\b.*"
    r"|\**\s*end of (?:report|file).*|confidential.*|report (?:date|run|id).*"
    r"|(?:row|record|claim)s?\s*(?:count)?\s*:?\s*\d+"
    r"|\d+\s+(?:row|record|claim)s?",
    re.IGNORECASE,
)
_AS_OF = re.compile(r"\bas of:?\s+(.{6,20})", re.IGNORECASE)


class RowKind(StrEnum):
    """What a row is. Only `CLAIM` rows count as received; `BLANK` rows are never yielded."""

    PREAMBLE = "preamble"
    HEADER = "header"
    CLAIM = "claim"
    SECTION = "section"
    SUBTOTAL = "subtotal"
    GRAND_TOTAL = "grand_total"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file. `section` is the group heading above it, usually a payer's name."""

    line_number: int
    original_text: str
    values: tuple[str, ...]
    kind: RowKind = RowKind.CLAIM
    section: str = ""
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """An opened file. `rows` streams what follows the header and can be walked once."""

    dialect: Dialect
    headers: tuple[str, ...]
    mapping: ColumnMapping
    as_of: date | None
    preamble: tuple[str, ...]
    rows: Iterator[RawRow]


def open_report(stream: ByteStream) -> Report:
    """Sniff a file, find its header and guess its mapping. The stream is read forward only.

    Raises:
        UnreadableFile: no header row can be found, or the file cannot be read at all.
    """
    head, whole = read_head(stream)
    dialect = sniff(head)
    rows = read_rows(whole, dialect)
    preamble: list[RawRow] = []
    for row in rows:
        if row.kind is RowKind.HEADER:
            texts = tuple(before.original_text for before in preamble)
            mapping = guess_mapping(row.values)
            return Report(dialect, row.values, mapping, _as_of(preamble), texts, rows)
        preamble.append(row)
    raise UnreadableFile("no header row was found in the first rows of the file")


def read_rows(stream: ByteStream, dialect: Dialect) -> Iterator[RawRow]:
    """Yield every filled row: first the preamble, then the header, then what follows.

    When no header can be found all rows come as `PREAMBLE`.
    """
    records = read_records(stream, dialect)
    first: list[Record] = []
    for record in records:
        first.append(record)
        if len(first) >= _HEADER_SEARCH_ROWS:
            break
    position = find_header([record.values for record in first], KNOWN_HEADERS)
    if position is None:
        for record in [*first, *records]:
            yield _raw(record, RowKind.PREAMBLE, "")
        return
    for record in first[:position]:
        yield _raw(record, RowKind.PREAMBLE, "")
    yield _raw(first[position], RowKind.HEADER, "")
    header = [normalize(cell) for cell in first[position].values]
    section = ""
    for record in _chain(first[position + 1 :], records):
        kind = _kind(record.values, header)
        if kind is RowKind.SECTION:
            section = next(cell for cell in record.values if cell)
        yield _raw(record, kind, "" if kind is RowKind.SECTION else section)


def _chain(first: list[Record], rest: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from rest


def _raw(record: Record, kind: RowKind, section: str) -> RawRow:
    return RawRow(record.line_number, record.original_text, record.values, kind, section, record.is_damaged)


def _kind(values: tuple[str, ...], header: list[str]) -> RowKind:
    filled = [cell for cell in values if cell]
    label = filled[0]
    # Only a row that begins like the header is compared with all of it: most rows do not.
    named = [name for name in header if name]
    if named and normalize(label) == named[0] and [name for name in map(normalize, values) if name] == named:
        return RowKind.HEADER
    others = filled[1:]
    if _STRONG_SUBTOTAL.fullmatch(label) and not any(map(_is_date, others)):
        return RowKind.SUBTOTAL
    if _STRONG_TOTAL.fullmatch(label) and all(map(_is_amount, others)):
        return RowKind.GRAND_TOTAL
    # "TOTAL CARE" alone is a payer's heading; only with nothing but amounts beside it is it a sum.
    if others and _WEAK_TOTAL.fullmatch(label) and all(map(_is_amount, others)):
        return RowKind.SUBTOTAL
    footers = [bool(_FOOTER.fullmatch(cell)) for cell in filled]
    if any(footers) and all(known or _is_date(cell) for cell, known in zip(filled, footers, strict=True)):
        return RowKind.FOOTER
    # A heading of its own line: words only, so that a claim cut off by a damaged file is not taken for one.
    if len(filled) == 1 and values[0] and len(header) >= 4 and not any(c.isdigit() for c in label):
        return RowKind.SECTION
    return RowKind.CLAIM


def _is_amount(cell: str) -> bool:
    try:
        parse_cents(cell)
    except ValueError:
        return cell in ("-", "$-", "$ -")
    return True


def _is_date(cell: str) -> bool:
    try:
        parse_date(cell)
    except ValueError:
        return False
    return True


def _as_of(preamble: list[RawRow]) -> date | None:
    for row in preamble:
        if found := _AS_OF.search(row.original_text):
            for words in (3, 2, 1):
                candidate = " ".join(found[1].split()[:words]).strip(" ,.;")
                if _is_date(candidate):
                    return parse_date(candidate)
    for row in preamble:
        filled = [cell for cell in row.values if cell]
        if len(filled) == 1 and _is_date(filled[0]):
            return parse_date(filled[0])
    return None
