"""Rows of the public extract."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from integrations.sourcefile import BrokenFile, FileTooLarge, Layout, only_member, read_rows

SAM = Layout(
    "the SAM exclusions extract",
    (
        "Classification",
        "Name",
        "Prefix",
        "First",
        "Middle",
        "Last",
        "Suffix",
        "Address 1",
        "Address 2",
        "Address 3",
        "Address 4",
        "City",
        "State / Province",
        "Country",
        "Zip Code",
        "Open Data Flag",
        "Blank (Deprecated)",
        "Unique Entity ID",
        "Exclusion Program",
        "Excluding Agency",
        "CT Code",
        "Exclusion Type",
        "Additional Comments",
        "Active Date",
        "Termination Date",
        "Record Status",
        "Cross-Reference",
        "SAM Number",
        "CAGE",
        "NPI",
        "Creation_Date",
    ),
)
"""The public exclusions extract, version 2, of sam.gov."""

MAX_BYTES = 512 * 1024 * 1024
_MAX_JSON_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SamRow:
    """One exclusion. `ends_on` None: indefinite, or the file does not say."""

    classification: str
    name: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    city: str
    state: str
    country: str
    uei: str
    program: str
    agency: str
    ct_code: str
    kind: str
    comments: str
    active_on: date | None
    ends_on: date | None
    is_indefinite: bool
    status: str
    cross_reference: str
    sam_number: str
    npi: str | None


def read_row(fields: Sequence[str]) -> SamRow:
    """Return one row of the extract in our terms. Raises `ValueError` for a row of another width."""
    values = dict(zip(SAM.columns, (field.strip() for field in fields), strict=True))
    npi = values["NPI"]
    return SamRow(
        classification=values["Classification"],
        name=values["Name"],
        first_name=values["First"],
        middle_name=values["Middle"],
        last_name=values["Last"],
        suffix=values["Suffix"],
        city=values["City"],
        state=values["State / Province"],
        country=values["Country"],
        uei=values["Unique Entity ID"],
        program=values["Exclusion Program"],
        agency=values["Excluding Agency"],
        ct_code=values["CT Code"],
        kind=values["Exclusion Type"],
        comments=values["Additional Comments"],
        active_on=day(values["Active Date"]),
        ends_on=day(values["Termination Date"]),
        is_indefinite=values["Termination Date"].lower() == "indefinite",
        status=values["Record Status"],
        cross_reference=values["Cross-Reference"],
        sam_number=values["SAM Number"],
        npi=npi if len(npi) == 10 and npi.isdigit() and npi != "0000000000" else None,
    )


def day(text: str) -> date | None:
    """Return a date as SAM writes it (MM/DD/YYYY, MM-DD-YYYY or YYYY-MM-DD); None for words such as Indefinite."""
    parts = text.strip().replace("/", "-").split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    year, month, number = parts if len(parts[0]) == 4 else (parts[2], parts[0], parts[1])
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def as_extract(path: Path, target: Path) -> Path:
    """Return the extract's CSV of a downloaded file: the file itself, what its ZIP holds, or an answer of the API turned into it.

    Raises:
        BrokenFile, FileTooLarge
    """
    from integrations.sam.api import read_page

    unpacked = only_member(path, target, suffix=".csv", max_bytes=MAX_BYTES)
    with unpacked.open("rb") as stream:
        looks_like_json = stream.read(64).lstrip().startswith(b"{")
    if not looks_like_json:
        return unpacked
    if unpacked.stat().st_size > _MAX_JSON_BYTES:
        raise FileTooLarge("The answer of the SAM API is too large for one page.")
    try:
        answer = json.loads(unpacked.read_bytes())
    except ValueError as error:
        raise BrokenFile("The answer of the SAM API is no JSON.") from error
    return write_extract(target, read_page(answer))


def write_extract(target: Path, rows: Iterable[Sequence[str]]) -> Path:
    """Write rows as the extract writes them, with its header; return `target`."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(SAM.columns)
        writer.writerows(rows)
    return target


def read_exclusions(path: Path) -> Iterator[SamRow]:
    """Yield every row of an extract (see `as_extract`).

    Raises:
        HeaderChanged, BrokenFile
    """
    return (read_row(row) for row in read_rows(path, SAM))
