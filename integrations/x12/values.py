"""Amounts and dates as X12 writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_AMOUNT = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_MAX_DIGITS = 18


def read_cents(text: str) -> int:
    """Read a decimal number (X12 type R) exactly into cents.

    Raises:
        ValueError: not a number, more than two decimals, or more than the 18 digits that the standard allows.
    """
    if not _AMOUNT.fullmatch(text) or len(text) > _MAX_DIGITS + 2:
        raise ValueError(f"{text[:40]!r} is not an amount")
    cents = Decimal(text).scaleb(2)
    whole = int(cents)
    if whole != cents:
        raise ValueError(f"{text!r} has more than two decimals")
    return whole


def read_quantity(text: str) -> Decimal:
    """Read a count such as units of service.

    Raises:
        ValueError: not a number.
    """
    if not _AMOUNT.fullmatch(text) or len(text) > _MAX_DIGITS + 2:
        raise ValueError(f"{text[:40]!r} is not a number")
    return Decimal(text)


def read_date(text: str) -> date:
    """Read a date written CCYYMMDD (X12 type DT).

    Raises:
        ValueError: not a day of the calendar.
    """
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        raise ValueError(f"{text[:40]!r} is not a date (CCYYMMDD)")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None
