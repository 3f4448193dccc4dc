from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.calendar import BusinessCalendar, federal_calendar, federal_holidays, observed_on

DAYS = st.dates(date(1975, 1, 1), date(2150, 12, 31))
CLOSURES = st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=30)


def test_the_federal_holidays_of_2026_are_the_published_ones():
    # Source: OPM, Federal Holidays 2026 (Independence Day falls on a Saturday).
    published = ("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25")
    assert list(federal_holidays(2026)) == [date.fromisoformat(f"2026-{day}") for day in published]


def test_a_saturday_new_year_is_observed_in_the_old_year():
    assert federal_holidays(2021)[date(2021, 12, 31)] == "New Year's Day"
    assert date(2022, 1, 1) not in federal_holidays(2022)
    assert min(federal_holidays(2022)) == date(2022, 1, 17)


def test_a_sunday_holiday_is_observed_on_monday():
    assert observed_on(date(2027, 7, 4)) == date(2027, 7, 5)
    assert federal_holidays(2022)[date(2022, 6, 20)].startswith("Juneteenth")


def test_holidays_begin_with_their_law():
    assert date(1985, 1, 21) not in federal_holidays(1985)
    assert date(1986, 1, 20) in federal_holidays(1986)
    assert date(2020, 6, 19) not in federal_holidays(2020)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 24), 2, date(2026, 11, 27)),  # over Thanksgiving
        (date(2026, 11, 24), 3, date(2026, 11, 30)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),  # Saturday is worth Monday
        (date(2026, 11, 28), 1, date(2026, 12, 1)),
        (date(2026, 11, 28), -1, date(2026, 11, 27)),
        (date(2026, 12, 28), -1, date(2026, 12, 24)),
        (date(2026, 7, 2), 1, date(2026, 7, 6)),  # July 4, 2026 is observed on Friday
    ],
)
def test_business_days_are_added(start, count, end):
    assert federal_calendar().add_business_days(start, count) == end


def test_closures_of_the_clinic_are_days_off():
    calendar = BusinessCalendar([date(2026, 11, 27), date(2026, 11, 28)])
    assert not calendar.is_business_day(date(2026, 11, 27))
    assert calendar.next_business_day(date(2026, 11, 26)) == date(2026, 11, 30)
    assert calendar.previous_business_day(date(2026, 11, 29)) == date(2026, 11, 25)
    assert calendar.business_days_between(date(2026, 11, 25), date(2026, 11, 30)) == 1


@given(DAYS, st.integers(-600, 600), CLOSURES)
def test_what_was_added_can_be_counted(day, count, closures):
    calendar = BusinessCalendar(closures)
    end = calendar.add_business_days(day, count)
    assert calendar.is_business_day(end)
    assert calendar.business_days_between(day, end) == count


@given(DAYS, st.integers(0, 60), CLOSURES)
def test_the_count_is_what_counting_on_fingers_gives(day, length, closures):
    calendar = BusinessCalendar(closures)
    holidays = set(federal_holidays(day.year)) | set(federal_holidays(day.year + 1)) | closures
    walked = [day + timedelta(days=n) for n in range(length)]
    worked = [d for d in walked if d.weekday() < 5 and d not in holidays]
    assert calendar.business_days_between(day, day + timedelta(days=length)) == len(worked)
    assert all(calendar.is_business_day(d) for d in worked)


@given(DAYS, CLOSURES)
def test_next_and_previous_enclose_the_day(day, closures):
    calendar = BusinessCalendar(closures)
    before, after = calendar.previous_business_day(day), calendar.next_business_day(day)
    assert before <= day <= after
    assert (before == day) == (after == day) == calendar.is_business_day(day)


@given(DAYS, st.integers(-300, 300), st.integers(-300, 300))
def test_counts_add_up(day, first, second):
    calendar = federal_calendar()
    middle, end = day + timedelta(days=first), day + timedelta(days=second)
    whole = calendar.business_days_between(day, end)
    assert calendar.business_days_between(day, middle) + calendar.business_days_between(middle, end) == whole
