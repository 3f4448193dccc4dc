"""Money as people write it in exports, read exactly into integer cents."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_CENTS = 10**13
"""100 billion dollars. A longer number in a clinic's file is an id, not money."""

_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?")
_UNIFIED_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " "})


def parse_cents(text: str) -> int:
    """Read an amount such as `$1,234.56`, `(1,234.56)`, `-5`, `5.00-` or `5.00 CR` into cents.

    Parentheses, a minus on either side and a trailing `CR` mean a credit, which stays negative.

    Raises:
        ValueError: not an amount, more than two decimals, or grouped in another country's way.
    """
    value, is_negative = _strip_signs(text)
    if not value or not _PLAIN.fullmatch(value) or not any(c.isdigit() for c in value):
        raise ValueError(f"{text.strip()[:40]!r} is not an amount")
    if not value.isascii():
        raise ValueError(f"{text.strip()[:40]!r} is not an amount")
    cents = Decimal(value.replace(",", "")).scaleb(2)
    if cents != cents.to_integral_value():
        raise ValueError(f"{text.strip()[:40]!r} has more than two decimals")
    if cents > MAX_CENTS:
        raise ValueError(f"{text.strip()[:40]!r} is too large to be an amount")
    return -int(cents) if is_negative else int(cents)


def _strip_signs(text: str) -> tuple[str, bool]:
    value = text.translate(_UNIFIED_MINUS).strip()
    negatives = 0
    if value.startswith("-") and value[1:].lstrip().startswith(("(", "$")):
        value, negatives = value[1:].strip(), negatives + 1
    if value.startswith(("$(", "$ (")):
        value = value[1:].strip()
    if value.startswith("(") and value.endswith(")"):
        value, negatives = value[1:-1].strip(), negatives + 1
    if value.upper().endswith("CR"):
        value, negatives = value[:-2].strip(), negatives + 1
    elif value.upper().endswith("DR"):
        value = value[:-2].strip()
    if value.upper().startswith("USD"):
        value = value[3:].strip()
    if value.startswith("$"):
        value = value[1:].strip()
    if value.startswith("-"):
        value, negatives = value[1:].strip(), negatives + 1
    elif value.endswith("-"):
        value, negatives = value[:-1].strip(), negatives + 1
    if value.startswith("$"):
        value = value[1:].strip()
    if negatives > 1:
        return "", False
    return value, negatives == 1
