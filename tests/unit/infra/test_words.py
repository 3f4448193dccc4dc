from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.calendar import federal_calendar
from infra.words import (
    counted,
    date_and_distance,
    file_size,
    human_date,
    in_business_days,
    listed,
    money,
    short_date,
)

TODAY = date(2026, 11, 24)


def test_the_year_is_written_only_when_it_is_another():
    assert human_date(date(2026, 12, 1), TODAY) == "Tue, Dec 1"
    assert human_date(date(2027, 1, 8), TODAY) == "Fri, Jan 8, 2027"
    assert short_date(date(2026, 10, 3), TODAY) == "Oct 3"
    assert short_date(date(2025, 10, 3), TODAY) == "Oct 3, 2025"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 11, 25), "in 1 business day"),
        (date(2026, 11, 30), "in 3 business days"),  # Thanksgiving is in between
        (date(2026, 11, 23), "1 business day ago"),
        (date(2026, 11, 20), "2 business days ago"),
    ],
)
def test_distance_is_told_in_business_days(day, words):
    assert in_business_days(day, TODAY, federal_calendar()) == words


def test_a_weekend_without_business_days_is_told_in_days():
    friday, saturday, sunday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
    assert in_business_days(sunday, friday, federal_calendar()) == "in 2 days"
    assert in_business_days(saturday, sunday, federal_calendar()) == "1 day ago"


def test_a_date_and_its_distance_stand_together():
    assert date_and_distance(date(2026, 12, 1), TODAY, federal_calendar()) == "Tue, Dec 1, in 4 business days"


@pytest.mark.parametrize(
    ("cents", "exact", "text"),
    [
        (4_120_000, False, "$41,200"),
        (4_119_950, False, "$41,200"),
        (4_119_949, False, "$41,199"),
        (-1200, True, "($12.00)"),
        (-1200, False, "($12)"),
        (30, False, "$0.30"),
        (0, False, "$0"),
        (0, True, "$0.00"),
        (123_456_705, True, "$1,234,567.05"),
    ],
)
def test_money(cents, exact, text):
    assert money(cents, exact=exact) == text


@given(st.integers(-(10**13), 10**13))
def test_exact_money_loses_no_cent(cents):
    text = money(cents, exact=True)
    digits = int("".join(c for c in text if c.isdigit()))
    assert digits == abs(cents)
    assert text.startswith("(") == (cents < 0)


def test_counts_lists_and_sizes():
    assert [counted(n, "claim") for n in (1, 1204)] == ["1 claim", "1,204 claims"]
    assert counted(2, "person", "people") == "2 people"
    assert listed(["Aetna", "Cigna", "Optum"]) == "Aetna, Cigna and Optum"
    assert listed(["Aetna"]) == "Aetna"
    assert [file_size(n) for n in (1, 44_100, 1_340_000)] == ["1 byte", "44 KB", "1.3 MB"]
