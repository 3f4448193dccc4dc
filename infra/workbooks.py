"""Tables as XLSX workbooks, written row by row: a table of any length needs the memory of one row.

Only what a list needs: one sheet with a header that stays in sight and a filter. Texts are stored as texts, so that nothing in them
is ever calculated, and get the same apostrophe as in CSV, because a workbook is often saved as CSV and opened again.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import IO
from xml.sax.saxutils import escape

from infra.spreadsheets import defused

MAX_ROWS = 1_048_575
"""How many rows a sheet holds below its header."""
_MAX_CELL = 32_767
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the day from which spreadsheets count
# What XML 1.0 cannot hold.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
_BOLD, _DAY, _INSTANT = 1, 2, 3


class TooManyRows(ValueError):
    """More rows than a sheet holds."""


def write_workbook(out: IO[bytes], sheet: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write one sheet into `out` and return how many rows it has below its header.

    Whole numbers, days and instants (shown in UTC) stay what they are; everything else is text. Raises `TooManyRows`.
    """
    counted = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, _HEAD + content)
        archive.writestr("xl/workbook.xml", _HEAD + _workbook(sheet))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write((_HEAD + _sheet_head(header)).encode())
            part.write(_row(1, header, style=_BOLD))
            for counted, cells in enumerate(rows, start=1):
                if counted > MAX_ROWS:
                    raise TooManyRows
                part.write(_row(counted + 1, cells))
            reach = f"A1:{_letters(max(1, len(header)))}{counted + 1}"
            part.write(f'</sheetData><autoFilter ref="{reach}"/></worksheet>'.encode())
    return counted


def _workbook(sheet: str) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31].strip() or "List"
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _sheet_head(header: Sequence[str]) -> str:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{min(40, max(14, len(label) + 4))}" customWidth="1"/>'
        for at, label in enumerate(header, start=1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        + (f"<cols>{widths}</cols>" if widths else "")
        + "<sheetData>"
    )


def _row(number: int, cells: Iterable[object], *, style: int = 0) -> bytes:
    return f'<row r="{number}">{"".join(_cells(number, cells, style))}</row>'.encode()


def _cells(number: int, cells: Iterable[object], style: int) -> Iterator[str]:
    for at, value in enumerate(cells, start=1):
        if value is None or value == "":
            continue
        place = f"{_letters(at)}{number}"
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, int):
            yield f'<c r="{place}"><v>{value}</v></c>'
        elif isinstance(value, date):
            yield f'<c r="{place}" s="{_INSTANT if isinstance(value, datetime) else _DAY}"><v>{_serial(value)}</v></c>'
        else:
            words = escape(_UNSPEAKABLE.sub("", defused(value))[:_MAX_CELL])
            styled = f' s="{style}"' if style else ""
            yield f'<c r="{place}"{styled} t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _serial(value: date) -> str:
    """The number by which a spreadsheet knows a day: days since 1899-12-30, the time of day as a fraction."""
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        passed = plain - _EPOCH
        return f"{passed.days + passed.seconds / 86400:.9f}"
    return str((value - _EPOCH.date()).days)
