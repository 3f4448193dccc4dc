"""The page of results of a board's license look-up, as its web site serves it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from integrations.licensing.rows import LicenseRow
from integrations.sourcefile import BrokenFile

_COLUMNS = {
    "licensee name": "name",
    "name": "name",
    "license number": "number",
    "license no": "number",
    "license level": "license_type",
    "license type": "license_type",
    "city": "city",
    "county": "county",
    "license status": "status",
    "status": "status",
    "expiration date": "expires_on",
}
_NEEDED = frozenset({"name", "number", "status"})
_MATCHES = re.compile(r"resulted in ([\d,]+) match", re.I)


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page's licenses. `matches` is how many the board says it found, which may be more than one page holds; None: it does not say."""

    rows: tuple[LicenseRow, ...]
    matches: int | None

    @property
    def is_partial(self) -> bool:
        """True when the board found more than this page shows."""
        return self.matches is not None and self.matches > len(self.rows)


@dataclass
class _Tables(HTMLParser):
    """Collects every table row as its cells' texts. Cells of nested tables belong to the innermost row."""

    rows: list[list[str]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    _open: list[list[str]] = field(default_factory=list)
    _in_cell: list[bool] = field(default_factory=list)
    _skipped: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._skipped += 1
        elif tag == "tr":
            self._open.append([])
            self._in_cell.append(False)
        elif tag in {"td", "th"} and self._open:
            self._open[-1].append("")
            self._in_cell[-1] = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._skipped = max(0, self._skipped - 1)
        elif tag == "tr" and self._open:
            self.rows.append([" ".join(cell.split()) for cell in self._open.pop()])
            self._in_cell.pop()
        elif tag in {"td", "th"} and self._open:
            self._in_cell[-1] = False

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        self.text.append(data)
        if self._open and self._in_cell[-1]:
            self._open[-1][-1] += data


def read_board_page(content: bytes, *, state: str, board: str = "") -> PageResult:
    """Return the licenses in a saved page of results.

    Raises:
        BrokenFile: the page has no table with the columns for name, number and status: the site was changed, or it is another page.
    """
    parser = _Tables()
    try:
        page = content.decode("utf-8")
    except UnicodeDecodeError:
        page = content.decode("cp1252", errors="replace")
    parser.feed(page)
    parser.close()
    at = next((n for n, row in enumerate(parser.rows) if set(_named(row)) >= _NEEDED), None)
    if at is None:
        raise BrokenFile(
            "The board's page has no table of licenses with name, number and status; the site has changed."
        )
    names = _named(parser.rows[at])
    width = len(names)
    rows = [
        _row(dict(zip(names, row, strict=True)), state, board) for row in parser.rows[at + 1 :] if len(row) == width
    ]
    found = _MATCHES.search(" ".join(parser.text))
    return PageResult(tuple(row for row in rows if row.number), int(found.group(1).replace(",", "")) if found else None)


def _named(cells: list[str]) -> list[str]:
    return [_COLUMNS.get(cell.lower().strip(" .:#"), "") for cell in cells]


def _row(values: dict[str, str], state: str, board: str) -> LicenseRow:
    last, _, given = values["name"].partition(",")
    first, _, middle = given.strip().partition(" ")
    return LicenseRow(
        state=state,
        board=board,
        number=values["number"],
        license_type=values.get("license_type", ""),
        last_name=last.strip(),
        first_name=first,
        middle_name=middle.strip(),
        status=values["status"],
        expires_on=values.get("expires_on", ""),
        city=values.get("city", ""),
        county=values.get("county", ""),
    )
