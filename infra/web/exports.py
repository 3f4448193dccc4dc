"""Tables that leave the product as CSV or XLSX, harmless when a spreadsheet opens them.

A table is made whole in a spooled file before its first byte is sent: memory stays small whatever its length, the database is done
before a slow reader begins, and a failure is an error page, never half a table that looks complete.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import IO, Literal

from flask import Response

from infra.problems import TooLarge
from infra.spreadsheets import csv_lines, defused
from infra.workbooks import MAX_ROWS, TooManyRows, write_workbook

Form = Literal["csv", "xlsx"]
FORMS: tuple[Form, ...] = ("csv", "xlsx")
_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_SPOOL_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it leaves: `name` becomes the file's name; cells are texts, whole numbers, days, instants or None."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]


def _note_nothing(name: str, form: str, rows: int) -> None:
    return None


_note: Callable[[str, str, int], None] = _note_nothing


def set_export_note(note: Callable[[str, str, int], None]) -> None:
    """Register who writes down that a table left: its name, form and number of rows. Called once, at import."""
    global _note
    _note = note


def export_table(table: Table, form: Form) -> Response:
    """The table as a download, every text defused, noted in the audit trail of the open unit of work.

    Raises `TooLarge` for more rows than a sheet holds.
    """
    out = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed when the answer is
    try:
        rows = _write_csv(out, table) if form == "csv" else write_workbook(out, table.name, table.columns, table.rows)
    except TooManyRows as error:
        out.close()
        raise TooLarge(f"A workbook holds {MAX_ROWS:,} rows; take the CSV.") from error
    except BaseException:
        out.close()
        raise
    _note(table.name, form, rows)
    size = out.tell()
    out.seek(0)
    response = Response(_pieces(out), mimetype=_TYPES[form])
    response.call_on_close(out.close)
    response.headers.set("Content-Disposition", "attachment", filename=f"{table.name}.{form}")
    response.content_length = size
    return response


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    while piece := out.read(_PIECE_BYTES):
        yield piece


def _write_csv(out: IO[bytes], table: Table) -> int:
    counted = 0
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    # Spreadsheets take a file without this mark for the code page of the machine.
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([defused(label) for label in table.columns])
    for cells in table.rows:
        writer.writerow([_plain(cell) for cell in cells])
        counted += 1
    text.detach()
    return counted


def _plain(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else defused(cell)


def csv_answer(filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file to download, in UTF-8, every cell defused."""
    return csv_download(filename, [csv_lines(chain([header], rows))])


def csv_download(filename: str, pieces: Iterable[str]) -> Response:
    """A CSV file to download whose pieces are made as they are sent."""
    response = Response(pieces, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
