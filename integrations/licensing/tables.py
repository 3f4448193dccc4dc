"""Boards' exports in CSV, and the one table that they are put into."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from integrations.licensing.pages import read_board_page
from integrations.licensing.rows import LICENSES, LicenseRow
from integrations.sourcefile import BrokenFile

_MAX_PAGE_BYTES = 16 * 1024 * 1024
_HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("license number", "license no", "credential number", "lic no", "licensenumber", "license", "number"),
    "license_type": ("license type", "credential type", "license level", "profession", "type", "license description"),
    "last_name": ("last name", "lastname", "last", "surname"),
    "first_name": ("first name", "firstname", "first"),
    "middle_name": ("middle name", "middlename", "middle", "mi"),
    "name": ("licensee name", "full name", "name"),
    "status": ("license status", "credential status", "status", "status description"),
    "issued_on": ("issue date", "issued on", "original issue date", "date issued", "first issuance date"),
    "expires_on": ("expiration date", "expires on", "expiry date", "expiration", "exp date"),
    "city": ("city", "addr city", "address city"),
    "county": ("county",),
    "state": ("state", "license state", "board state"),
    "board": ("board", "agency", "board name"),
    "discipline": ("discipline", "board action", "action", "disciplinary action", "public action"),
}
_NEEDED = ("number", "status")


def read_board_csv(path: Path, *, state: str, board: str = "", encoding: str = "utf-8-sig") -> Iterator[LicenseRow]:
    """Yield the licenses of a board's export. `state` counts where the file has no column for it.

    Raises:
        BrokenFile: a column that must be there has no heading that we know, or a row is not as wide as the header.
    """
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header = next(reader, [])
            at = _columns(header)
            for row in reader:
                if not any(row):
                    continue
                if len(row) != len(header):
                    raise BrokenFile(
                        f"Line {reader.line_num} of the board's file has {len(row)} fields instead of {len(header)}.",
                        reader.line_num,
                    )
                yield _license({name: row[column].strip() for name, column in at.items()}, state, board)
        except (csv.Error, UnicodeDecodeError) as error:
            raise BrokenFile(
                f"Near line {reader.line_num}, the board's file cannot be read.", reader.line_num
            ) from error


def _columns(header: list[str]) -> dict[str, int]:
    known = {re.sub(r"[^a-z]+", " ", heading.lower()).strip(): column for column, heading in enumerate(header)}
    at = {
        name: known[next(word for word in words if word in known)]
        for name, words in _HEADINGS.items()
        if any(word in known for word in words)
    }
    missing = [name.replace("_", " ") for name in _NEEDED if name not in at]
    if "name" not in at and not {"last_name", "first_name"} <= at.keys():
        missing.append("name")
    if missing:
        raise BrokenFile(
            f"The board's file has no column for {', '.join(missing)}. Its columns: {', '.join(header) or 'none'}.", 1
        )
    return at


def _license(values: dict[str, str], state: str, board: str) -> LicenseRow:
    last, first, middle = values.get("last_name", ""), values.get("first_name", ""), values.get("middle_name", "")
    if "name" in values and not (last or first):
        last, _, given = values["name"].partition(",")
        first, _, middle = given.strip().partition(" ")
    return LicenseRow(
        state=(values.get("state") or state).upper(),
        board=values.get("board") or board,
        number=values["number"],
        license_type=values.get("license_type", ""),
        last_name=last.strip(),
        first_name=first.strip(),
        middle_name=middle.strip(),
        status=values["status"],
        issued_on=_iso(values.get("issued_on", "")),
        expires_on=_iso(values.get("expires_on", "")),
        city=values.get("city", ""),
        county=values.get("county", ""),
        discipline=values.get("discipline", ""),
    )


def _iso(text: str) -> str:
    found = re.match(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text)
    if found:
        return f"{found.group(3)}-{int(found.group(1)):02}-{int(found.group(2)):02}"
    return text[:10] if re.match(r"^\d{4}-\d{2}-\d{2}", text) else ""


def as_table(path: Path, target: Path, *, state: str, board: str = "") -> Path:
    """Write a board's file, be it CSV or a saved page of results, in the layout `LICENSES` to `target` and return it.

    Raises:
        BrokenFile
    """
    with path.open("rb") as stream:
        head = stream.read(512).lstrip().lower()
    if not head.startswith((b"<!doctype", b"<html", b"<")):
        return _write(target, read_board_csv(path, state=state, board=board))
    if path.stat().st_size > _MAX_PAGE_BYTES:
        raise BrokenFile("The board's page is too large to be one page.")
    page = read_board_page(path.read_bytes(), state=state, board=board)
    if page.is_partial:
        raise BrokenFile(
            f"The board found {page.matches} licenses and its page shows {len(page.rows)}; ask for all of them."
        )
    return _write(target, page.rows)


def _write(target: Path, rows: Iterable[LicenseRow]) -> Path:
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(LICENSES.columns)
        writer.writerows(row.fields() for row in rows)
    return target
