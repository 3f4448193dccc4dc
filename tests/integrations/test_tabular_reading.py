from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.tabular import (
    MAX_CENTS,
    UnreadableFile,
    find_header,
    normalize,
    parse_cents,
    parse_date,
    read_head,
    read_records,
    sniff,
)


def _rows(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    head, whole = read_head(io.BytesIO(content))
    return [(record.line_number, record.values) for record in read_records(whole, sniff(head))]


def _written(cents: int, style: str) -> str:
    dollars = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    negative = {"paren": f"(${dollars})", "minus": f"-${dollars}", "trailing": f"{dollars}-", "cr": f"{dollars} CR"}
    return negative[style] if cents < 0 else f"${dollars}"


@given(st.integers(-MAX_CENTS, MAX_CENTS), st.sampled_from(["paren", "minus", "trailing", "cr"]))
def test_every_way_of_writing_an_amount_reads_back_to_the_cent(cents: int, style: str) -> None:
    assert parse_cents(_written(cents, style)) == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        (".5", 50),
        ("12.", 1200),
        ("1234.5600", 123456),
        ("$ (46.62)", -4662),
        ("($46.62)", -4662),
        ("-$46.62", -4662),
        ("$-46.62", -4662),
        ("\u221246.62", -4662),
        ("USD 1,000", 100000),
        (" 5.00 DR ", 500),
    ],
)
def test_an_amount_is_read(text: str, cents: int) -> None:
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", "-", "$", "abc", "1.234", "1,23", "1.234,56", "--5", "(-5)", "1e5", "12 34", "NaN", "٣", "99999999999999999"],
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        parse_cents(text)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y"]))
def test_every_usual_shape_of_a_date_reads_back(day: date, shape: str) -> None:
    if shape == "%Y%m%d" and not 1900 <= day.year < 2100:
        return
    assert parse_date(day.strftime(shape)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7/6/26", date(2026, 7, 6)),
        ("07-06-2026", date(2026, 7, 6)),
        ("Jul 6, 2026", date(2026, 7, 6)),
        ("July 6 2026", date(2026, 7, 6)),
        ("6-Jul-26", date(2026, 7, 6)),
        ("2026-07-06T00:00:00Z", date(2026, 7, 6)),
        ("2026-07-06 00:00:00", date(2026, 7, 6)),
        ("7/6/2026 8:15 AM", date(2026, 7, 6)),
        ("1/14/67", date(2067, 1, 14)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert parse_date(text) == day


def test_two_digit_years_of_birth_lie_in_the_past() -> None:
    assert parse_date("1/14/67", not_after=date(2026, 11, 23)) == date(1967, 1, 14)
    assert parse_date("11/23/26", not_after=date(2026, 11, 23)) == date(2026, 11, 23)
    assert parse_date("11/24/26", not_after=date(2026, 11, 23)) == date(1926, 11, 24)


def test_a_spreadsheets_day_number_is_read_only_where_asked() -> None:
    assert parse_date("46249", allow_serial=True) == date(2026, 8, 15)
    with pytest.raises(ValueError, match="not a date"):
        parse_date("46249")


@pytest.mark.parametrize("text", ["", "13/45/2026", "2026-02-30", "02/29/2025", "yesterday", "2026", "1/2", "5/5/0026"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|years"):
        parse_date(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_table_reads_the_same_however_it_is_written(encoding: str, delimiter: str, line_end: str) -> None:
    lines = [["Name", "NPI", "Balance"], ["Peña", "1234567893", "5.00"], ["O'Neil", "1528060837", "7.25"]]
    text = line_end.join(delimiter.join(line) for line in lines) + line_end
    assert _rows(text.encode(encoding)) == [(number, tuple(line)) for number, line in enumerate(lines, start=1)]


def test_a_latin_character_late_in_an_otherwise_utf8_file_is_still_read() -> None:
    content = b"a,b,c\n" + b"x,1,2\n" * 20_000 + "Peña,1,2\n".encode("latin-1")
    assert _rows(content)[-1] == (20_002, ("Peña", "1", "2"))


def test_quoted_cells_hold_delimiters_line_breaks_and_marks() -> None:
    content = b'name,note,n\n"Last, First","two\nlines ""here""",3\nplain,5" pipe,4\n'
    assert _rows(content) == [
        (1, ("name", "note", "n")),
        (2, ("Last, First", 'two lines "here"', "3")),
        (4, ("plain", '5" pipe', "4")),
    ]


def test_a_mark_that_is_never_closed_costs_one_row_and_not_the_file() -> None:
    content = b'a,b,c\n"broken,1,2\n' + b"".join(b"x%d,1,2\n" % n for n in range(50))
    head, whole = read_head(io.BytesIO(content))
    records = list(read_records(whole, sniff(head)))
    assert len(records) == 52
    assert [record.line_number for record in records if record.is_damaged] == [2]
    assert records[-1].values == ("x49", "1", "2")


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6), min_size=2, max_size=4),
        max_size=30,
    )
)
def test_reading_never_loses_a_filled_line(table: list[list[str]]) -> None:
    cells = [
        ["".join(c for c in cell if c not in '",\r\n\0\ufeff' and not c.isspace()) for cell in row] for row in table
    ]
    content = "".join(",".join(row) + "\n" for row in cells).encode()
    expected = [tuple(row) for row in cells if any(row)]
    records = read_records(io.BytesIO(content), sniff(b"a,b\n"))
    assert [record.values for record in records] == expected


def test_a_line_without_end_is_refused_instead_of_filling_memory() -> None:
    with pytest.raises(UnreadableFile, match="longer than"):
        _rows(b"a,b,c\n" + b"x" * 2_000_000)


def test_the_header_is_found_below_a_preamble() -> None:
    rows = [["Aging report"], ["As of", "11/23/2026"], ["Payer", "Claim", "Balance"], ["AETNA", "1", "5.00"]]
    assert find_header(rows, {"payer", "claim", "balance"}) == 2
    assert find_header([["Zahler", "Fall", "Saldo"], ["AETNA", "1", "5.00"]], {"payer"}) == 0
    assert find_header([["AETNA", "1", "5.00"]], {"payer", "claim"}) is None
    assert normalize("\ufeffNPI #") == "npi number"


def _archive(entries: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"\0" * 60_000_000}, "too tightly"),
        ({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b'<c r="XFD1048576"><v>1</v></c>'}, "XFD1048576"),
        ({"xl/workbook.xml": b"<x/>", "xl/inner.zip": b"PK"}, "another archive"),
        ({"word/document.xml": b"<x/>"}, "not an Excel workbook"),
        ({"xl/workbook.xml": b"<x/>"}, "cannot be opened"),
    ],
)
def test_a_workbook_that_is_a_bomb_or_none_is_refused(entries: dict[str, bytes], words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        _rows(_archive(entries))


def test_a_damaged_workbook_is_refused(samples) -> None:
    whole = (samples / "aging" / "ar_detail_C_DEV.xlsx").read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:2000] + b"\xff" * 500 + whole[2500:]):
        with pytest.raises(UnreadableFile):
            _rows(broken)


def test_a_workbook_is_read_no_further_than_its_limit() -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return b"PK\x03\x04" + b"x" * (size - 4)

    stream = Endless()
    with pytest.raises(UnreadableFile, match="25 MiB"):
        list(read_records(stream, sniff(b"PK\x03\x04")))
    assert stream.given < 30 * 1024 * 1024
