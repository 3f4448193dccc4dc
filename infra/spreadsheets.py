"""CSV text that a spreadsheet may open without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@")
_CONTROL = ("\t", "\r")


def defused(cell: object) -> str:
    """The cell as text; what a spreadsheet would run as a formula gets an apostrophe in front.

    Source: OWASP, CSV injection: cells that begin with =, +, -, @, tab or carriage return.
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """The rows as lines of CSV (RFC 4180, ended by CR LF), every cell defused."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([defused(cell) for cell in row] for row in rows)
    return out.getvalue()
