"""Business days: Monday to Friday without US federal holidays and without the days a clinic is closed.

Every count is taken from one number: how many business days lie before a date. So adding and counting can
never disagree: `business_days_between(d, add_business_days(d, n)) == n` for every date and every n.
Holidays are known from 1971 (the year of the Uniform Monday Holiday Act) to 2200; outside of that only
weekends count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

FIRST_YEAR, LAST_YEAR = 1971, 2200
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    end = date(year, 5, 31)
    return end - timedelta(days=end.weekday())


def observed_on(holiday: date) -> date:
    """Return the day on which a federal holiday is observed: Friday for a Saturday, Monday for a Sunday.

    Source:
        5 U.S.C. 6103(b)(1) (Saturday); Executive Order 11582 (Sunday).
    """
    if holiday.weekday() == SATURDAY:
        return holiday - timedelta(days=1)
    if holiday.weekday() == SUNDAY:
        return holiday + timedelta(days=1)
    return holiday


def _named_in(year: int) -> dict[date, str]:
    named = {
        date(year, 1, 1): "New Year's Day",
        _nth_weekday(year, 2, MONDAY, 3): "Washington's Birthday",
        _last_monday_of_may(year): "Memorial Day",
        date(year, 7, 4): "Independence Day",
        _nth_weekday(year, 9, MONDAY, 1): "Labor Day",
        _nth_weekday(year, 10, MONDAY, 2): "Columbus Day",
        date(year, 11, 11): "Veterans Day",
        _nth_weekday(year, 11, THURSDAY, 4): "Thanksgiving Day",
        date(year, 12, 25): "Christmas Day",
    }
    if year >= 1986:
        named[_nth_weekday(year, 1, MONDAY, 3)] = "Birthday of Martin Luther King, Jr."
    if year >= 2021:
        named[date(year, 6, 19)] = "Juneteenth National Independence Day"
    return named


def federal_holidays(year: int) -> dict[date, str]:
    """Return the days of `year` on which a federal holiday is observed, with its name, in order.

    New Year's Day of the next year is among them when it is observed on December 31. Inauguration Day
    (Washington area only) and days off by executive order are left out: a clinic that closes on them says so
    among its own closures.

    Source:
        5 U.S.C. 6103(a), (b); Pub. L. 117-17 (Juneteenth, from 2021); Pub. L. 98-144 (King, from 1986).
    """
    days = {observed_on(day): name for y in (year, year + 1) for day, name in _named_in(y).items()}
    return {day: days[day] for day in sorted(days) if day.year == year}


@cache
def _all_holidays() -> frozenset[int]:
    return frozenset(day.toordinal() for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in federal_holidays(year))


def _weekdays_before(ordinal: int) -> int:
    # 0001-01-01 (ordinal 1) is a Monday.
    weeks, rest = divmod(ordinal - 1, 7)
    return weeks * 5 + min(rest, 5)


def _weekday_at(position: int) -> int:
    weeks, rest = divmod(position, 5)
    return weeks * 7 + rest + 1


class BusinessCalendar:
    """The business days of one clinic: federal holidays and `closures` are off. Immutable, cheap to share."""

    __slots__ = ("_off", "_positions", "_skips", "closures")

    def __init__(self, closures: Iterable[date] = ()) -> None:
        self.closures = frozenset(closures)
        off = set(_all_holidays())
        off.update(day.toordinal() for day in self.closures if day.weekday() < SATURDAY)
        self._off = off
        # Where each day off stands among all weekdays, and after how many real business days it comes.
        self._positions = [_weekdays_before(ordinal) for ordinal in sorted(off)]
        self._skips = [position - nth for nth, position in enumerate(self._positions)]

    def is_business_day(self, day: date) -> bool:
        """Say whether work is done on `day`."""
        return day.weekday() < SATURDAY and day.toordinal() not in self._off

    def _index(self, ordinal: int) -> int:
        before = _weekdays_before(ordinal)
        return before - bisect_left(self._positions, before)

    def _day(self, index: int) -> date:
        return date.fromordinal(_weekday_at(index + bisect_right(self._skips, index)))

    def next_business_day(self, day: date) -> date:
        """Return `day` itself when it is a business day, else the first one after it."""
        return self._day(self._index(day.toordinal()))

    def previous_business_day(self, day: date) -> date:
        """Return `day` itself when it is a business day, else the last one before it."""
        return day if self.is_business_day(day) else self._day(self._index(day.toordinal()) - 1)

    def add_business_days(self, day: date, count: int) -> date:
        """Return the business day `count` business days after `day` (before it, when negative).

        A day off counts as the next business day: Saturday plus 0 is Monday, Saturday plus 1 is Tuesday.
        """
        return self._day(self._index(day.toordinal()) + count)

    def business_days_between(self, start: date, end: date) -> int:
        """Count the business days from `start` (included) to `end` (excluded); negative when `end` is
        earlier.
        """
        return self._index(end.toordinal()) - self._index(start.toordinal())

    def business_days_until(self, today: date, day: date) -> int:
        """Count the business days after `today` up to and with `day`: what "in 3 business days" means."""
        return self._index(day.toordinal() + 1) - self._index(today.toordinal() + 1)


@cache
def federal_calendar() -> BusinessCalendar:
    """Return the calendar without any clinic's own closures."""
    return BusinessCalendar()
