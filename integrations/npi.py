"""The check digit of a National Provider Identifier."""

from __future__ import annotations

# The sum that the prefix 80840 adds (80 = health, 840 = United States), so the prefix need not be spelled out.
_PREFIX_SUM = 24


def npi_is_valid(npi: str) -> bool:
    """Tell whether a text is ten digits, begins with 1 or 2, and ends in the right check digit.

    It says nothing about whether the number was ever issued.

    Source:
        45 CFR 162.406 (ten digits, check digit last); CMS, "Requirements for National Provider Identifier (NPI) and
        NPI Check Digit": Luhn over 80840 and the first nine digits.
    """
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit() or npi[0] not in "12":
        return False
    return npi_check_digit(npi[:9]) == npi[9]


def npi_check_digit(first_nine: str) -> str:
    """Return the tenth digit that belongs to the first nine.

    Raises:
        ValueError: not nine digits.
    """
    if len(first_nine) != 9 or not first_nine.isascii() or not first_nine.isdigit():
        raise ValueError("nine digits are needed")
    total = _PREFIX_SUM
    for position, character in enumerate(reversed(first_nine)):
        digit = int(character)
        if position % 2 == 0:
            digit *= 2
            digit -= 9 if digit > 9 else 0
        total += digit
    # Without the outer modulo every NPI that ends in 0 would be refused.
    return str((10 - total % 10) % 10)
