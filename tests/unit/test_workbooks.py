"""Workbooks that are written row by row are read again as they were meant."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from infra import workbooks
from infra.workbooks import TooManyRows, write_workbook


def read(header, rows, sheet="Providers"):
    out = io.BytesIO()
    assert write_workbook(out, sheet, header, rows) == len(rows)
    out.seek(0)
    book = CalamineWorkbook.from_filelike(out)
    return book.sheet_names, book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_every_kind_of_cell_is_read_as_it_was_written():
    names, rows = read(
        ("Name", "NPI", "Ends on", "At", "Count", "Match"),
        [("Zoë <b> & Söhne", "0123456789", date(2027, 2, 28), datetime(2026, 11, 24, 18, 30, tzinfo=UTC), 7, True)],
        sheet="a/b[c]: very long name of a list that no sheet may have",
    )
    assert names == ["a b c   very long name of a list"[:31].strip()]
    assert rows[0] == ["Name", "NPI", "Ends on", "At", "Count", "Match"]
    name, npi, ends, at, count, match = rows[1]
    assert (name, npi, count, match) == ("Zoë <b> & Söhne", "0123456789", 7.0, "yes")
    assert ends == date(2027, 2, 28)
    assert at == datetime(2026, 11, 24, 18, 30)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1))
def test_no_text_becomes_a_formula(text):
    _, rows = read(("A",), [(text, 1)])
    shown = rows[1][0]
    assert shown in {text, "'" + text}
    assert not shown.lstrip().startswith(("=", "+", "-", "@"))


def test_what_xml_cannot_hold_is_left_out_and_empty_cells_stay_empty():
    _, rows = read(("A", "B", "C"), [("a\x00b\x1bc", None, "end")])
    assert rows[1] == ["abc", "", "end"]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 2)
    with pytest.raises(TooManyRows):
        write_workbook(io.BytesIO(), "x", ("A",), [("1",)] * 3)
