"""The check digit of a Drug Enforcement Administration registration number."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z][A-Z9][0-9]{7}", re.ASCII)


def dea_is_valid(number: str) -> bool:
    """Tell whether a text has the form and the check digit of a DEA number.

    Two letters (the second may be 9 for a business) and seven digits, of which the last is the last digit of
    (1st + 3rd + 5th) + 2 * (2nd + 4th + 6th). It says nothing about whether the number was ever issued.

    Source:
        DEA Diversion Control Division, practitioner registration number format, as pharmacies verify it
        (no regulation states it).
    """
    if not _SHAPE.fullmatch(number):
        return False
    digits = [int(character) for character in number[2:]]
    total = digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])
    return total % 10 == digits[6]


def dea_matches_name(number: str, last_name: str) -> bool:
    """Tell whether the second letter is the first of the last name, or 9.

    A mismatch is a reason to look, not an error: people marry and keep their number.
    """
    initial = next((character for character in last_name.upper() if character.isalpha()), "")
    return len(number) > 1 and number[1] in (initial, "9")
