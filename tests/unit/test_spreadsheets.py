"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.spreadsheets import csv_lines, defused


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\rx"])
def test_what_would_run_gets_an_apostrophe(cell):
    assert defused(cell) == "'" + cell


def test_what_is_harmless_stays():
    assert [defused(cell) for cell in (None, 12, "a-b", "(12.00)", "")] == ["", "12", "a-b", "(12.00)", ""]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1)))
def test_what_is_written_is_read_again_and_nothing_runs(rows):
    found = list(csv.reader(io.StringIO(csv_lines(rows), newline="")))
    assert [row or [""] for row in found] == [[defused(cell) for cell in row] for row in rows]
    assert not [cell for row in found for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
