"""Rows of an XLSX workbook, after making sure that the archive is no bomb."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import python_calamine

MAX_FILE_BYTES = 25 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ROWS = 250_000
MAX_COLUMNS = 512

_CELL = re.compile(rb"<c\b[^>]{0,200}?\br=\"([A-Z]{1,3})(\d{1,7})\"")


class UnreadableFile(ValueError):
    """The file cannot be read as a table at all; the message says why, in words for the sender."""


def read_workbook(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield `(row number, cells)` of the sheet with the most rows, empty rows left out.

    Numbers come as plain decimals, dates as `YYYY-MM-DD`. A formula gives its stored value, if any.

    Raises:
        UnreadableFile: not a workbook, password-protected, damaged, or larger inside than the limits allow.
    """
    _check_archive(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_index(index) for index in range(len(book.sheet_names))]
    except Exception as failure:
        raise UnreadableFile(f"the workbook cannot be opened: {failure}") from failure
    if not sheets:
        raise UnreadableFile("the workbook has no sheet")
    sheet = max(sheets, key=lambda candidate: candidate.height * candidate.width)
    first_row = sheet.start[0] if sheet.start else 0
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=first_row + 1):
        cells = tuple(_text(cell) for cell in row)
        if any(cells):
            yield number, cells


def _check_archive(content: bytes) -> None:
    """Refuse what would unpack into more than the limits, before the parser allocates anything.

    Every entry is really unpacked and its checksum compared, so a declared size cannot lie. Cell references
    are read because a parser reserves the whole rectangle up to the farthest cell.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(f"the workbook is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
                raise UnreadableFile("the workbook unpacks to more than the limit")
            if unpacked > 1024 * 1024 and unpacked > MAX_RATIO * len(content):
                raise UnreadableFile("the workbook is packed too tightly to be a real one")
            if any(entry.filename.lower().endswith((".zip", ".xlsx", ".docx")) for entry in entries):
                raise UnreadableFile("the workbook holds another archive")
            if not any(entry.filename == "xl/workbook.xml" for entry in entries):
                raise UnreadableFile("this is an archive, not an Excel workbook")
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as failure:
        raise UnreadableFile(f"the workbook is damaged or protected: {failure}") from failure


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/")
    overlap = b""
    with archive.open(entry) as unpacked:
        while chunk := unpacked.read(1024 * 1024):
            if not is_sheet:
                continue
            for column, row in _CELL.findall(overlap + chunk):
                if int(row) > MAX_ROWS or _column_number(column) > MAX_COLUMNS:
                    raise UnreadableFile(
                        f"the sheet reaches to cell {column.decode()}{int(row)}; "
                        f"at most {MAX_ROWS:,} rows and {MAX_COLUMNS} columns are read"
                    )
            overlap = chunk[-256:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return " ".join(str(cell).replace("\x00", "").split())


def _number(cell: float) -> str:
    exact = Decimal(repr(cell))
    if not exact.is_finite():
        return str(cell)
    rounded = exact.quantize(Decimal("0.01")) if abs(exact) < Decimal(10) ** 15 else exact
    # A sum made in the sheet may read 0.30000000000000004; the sheet itself shows 0.30.
    if abs(exact - rounded) < Decimal("0.000001"):
        exact = rounded
    if exact == exact.to_integral_value():
        return f"{exact.to_integral_value():f}"
    return f"{exact:f}"
