"""How dates, money and counts are written, the same way on every page, in every mail and in every reason."""

from __future__ import annotations

from datetime import date

from infra.calendar import BusinessCalendar

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def human_date(day: date, today: date) -> str:
    """Return `Tue, Dec 1`, with the year only when it is not this year's: `Fri, Jan 8, 2027`."""
    year = "" if day.year == today.year else f", {day.year}"
    return f"{WEEKDAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}{year}"


def short_date(day: date, today: date) -> str:
    """Return `Dec 1` for running text, with the year only when it is not this year's: `Jan 8, 2027`."""
    year = "" if day.year == today.year else f", {day.year}"
    return f"{MONTHS[day.month - 1]} {day.day}{year}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 claim`, `1,204 claims`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def in_business_days(day: date, today: date, calendar: BusinessCalendar) -> str:
    """Return how far away `day` is: `today`, `in 3 business days`, `2 business days ago`.

    A day that no business day separates from today (a Saturday seen on Friday) is counted in plain days.
    """
    if day == today:
        return "today"
    count = calendar.business_days_until(today, day)
    if count > 0:
        return f"in {counted(count, 'business day')}"
    if count < 0:
        return f"{counted(-count, 'business day')} ago"
    days = (day - today).days
    return f"in {counted(days, 'day')}" if days > 0 else f"{counted(-days, 'day')} ago"


def date_and_distance(day: date, today: date, calendar: BusinessCalendar) -> str:
    """Return both: `Tue, Dec 1, in 3 business days`."""
    return f"{human_date(day, today)}, {in_business_days(day, today, calendar)}"


def money(cents: int, *, exact: bool = False) -> str:
    """Return an amount of integer cents: `$41,200`, with cents when `exact`: `$41,199.50`, `($12.00)`.

    Without `exact` the amount is rounded to whole dollars, half away from zero; less than a dollar keeps its
    cents.
    """
    size = abs(cents)
    text = f"${size // 100:,}.{size % 100:02d}" if exact or 0 < size < 100 else f"${(size + 50) // 100:,}"
    return f"({text})" if cents < 0 else text


def age(days: int) -> str:
    """Return a short age for a table cell: `34 d`."""
    return f"{days} d"


def file_size(count_bytes: int) -> str:
    """Return a size as people read it: `812 bytes`, `44 KB`, `1.3 MB`."""
    if count_bytes < 1000:
        return counted(count_bytes, "byte")
    if count_bytes < 1_000_000:
        return f"{count_bytes / 1000:.0f} KB"
    if count_bytes < 1_000_000_000:
        return f"{count_bytes / 1_000_000:.1f} MB"
    return f"{count_bytes / 1_000_000_000:.1f} GB"


def listed(names: list[str], *, last: str = "and") -> str:
    """Return names as a sentence lists them: `Aetna, Cigna and Optum`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
