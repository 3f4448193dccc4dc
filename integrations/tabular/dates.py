"""Dates as United States exports write them: month first, two- or four-digit years, names, ISO."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME, re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _TIME, re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_DAY_NAME = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?[-, ]+(\d{4}|\d{2})" + _TIME, re.ASCII)
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? +(\d{4}|\d{2})" + _TIME, re.ASCII)
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?", re.ASCII)
_SERIAL_EPOCH = date(1899, 12, 30)


def parse_date(text: str, *, not_after: date | None = None, allow_serial: bool = False) -> date:
    """Read a date.

    Args:
        not_after: For two-digit years: the last day the date can be, so that a birth date `1/14/67` is 1967.
            Without it 00-68 are 2000-2068 and 69-99 are 1969-1999, as POSIX has it.
        allow_serial: Also take a spreadsheet's day number (46249 is 2026-08-15).
    Raises:
        ValueError: not a date, or a day that does not exist.
    """
    value = " ".join(text.replace("\u00a0", " ").split())
    if found := _YEAR_FIRST.fullmatch(value):
        return _make(value, int(found[1]), int(found[3]), int(found[4]))
    if found := _MONTH_FIRST.fullmatch(value):
        return _with_century(value, found[4], int(found[1]), int(found[3]), not_after)
    if found := _COMPACT.fullmatch(value):
        return _make(value, int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_NAME.fullmatch(value):
        return _with_century(value, found[3], _month(value, found[2]), int(found[1]), not_after)
    if found := _NAME_DAY.fullmatch(value):
        return _with_century(value, found[3], _month(value, found[1]), int(found[2]), not_after)
    if allow_serial and (found := _SERIAL.fullmatch(value)):
        return _SERIAL_EPOCH + timedelta(days=int(found[1]))
    raise ValueError(f"{value[:40]!r} is not a date")


def _month(value: str, name: str) -> int:
    number = _MONTHS.get(name[:3].lower())
    if number is None:
        raise ValueError(f"{value[:40]!r} is not a date")
    return number


def _with_century(value: str, year: str, month: int, day: int, not_after: date | None) -> date:
    if len(year) == 4:
        return _make(value, int(year), month, day)
    short = int(year)
    if not_after is None:
        return _make(value, (2000 if short < 69 else 1900) + short, month, day)
    century = not_after.year // 100 * 100
    if (century + short, month, day) > (not_after.year, not_after.month, not_after.day):
        century -= 100
    return _make(value, century + short, month, day)


def _make(value: str, year: int, month: int, day: int) -> date:
    try:
        made = date(year, month, day)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not a day of the calendar") from None
    if not 1900 <= made.year <= 2199:
        raise ValueError(f"{value[:40]!r} lies outside the years 1900-2199")
    return made
