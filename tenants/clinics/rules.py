"""What can be true of a clinic."""

from __future__ import annotations

from datetime import date, timedelta

YEAR = timedelta(days=366)


def contract_days(today: date) -> tuple[date, date]:
    """The first and the last day on which a contract that is entered today can have been signed.

    Source:
        Product rule: a plan of two to four weeks counts from this day, so a date further away is a slip of the keyboard.
    """
    return today - 3 * YEAR, today + YEAR
