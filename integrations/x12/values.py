"""Amounts and dates as X12 writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

_AMOUNT = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_MAX_DIGITS = 18


def read_cents(text: str) -> int:
    """Read a decimal number (X12 type R) exactly into cents.

    Raises:
        ValueError: not a number, more than two decimals, or more than the 18 digits that the standard allows.
    """
    whole, _, decimals = text.partition(".")
    # Nearly every amount is of this shape, and integers are exact and many times faster than decimals.
    if len(decimals) == 2 and len(whole) <= _MAX_DIGITS and whole.isdigit() and decimals.isdigit() and text.isascii():
        return int(whole) * 100 + int(decimals)
    if not _AMOUNT.fullmatch(text) or len(text) > _MAX_DIGITS + 2:
        raise ValueError(f"{text[:40]!r} is not an amount")
    cents = Decimal(text).scaleb(2)
    if int(cents) != cents:
        raise ValueError(f"{text!r} has more than two decimals")
    return int(cents)


def read_quantity(text: str) -> Decimal:
    """Read a count such as units of service.

    Raises:
        ValueError: not a number.
    """
    if not _AMOUNT.fullmatch(text) or len(text) > _MAX_DIGITS + 2:
        raise ValueError(f"{text[:40]!r} is not a number")
    return Decimal(text)


@lru_cache(maxsize=4096)
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
