"""Rows of the LEIE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from integrations.sourcefile import Layout, read_rows

LEIE = Layout(
    "the LEIE",
    tuple(
        "LASTNAME FIRSTNAME MIDNAME BUSNAME GENERAL SPECIALTY UPIN NPI DOB ADDRESS CITY STATE ZIP"
        " EXCLTYPE EXCLDATE REINDATE WAIVERDATE WVRSTATE".split()
    ),
    "cp1252",
)
"""The file at oig.hhs.gov/exclusions/downloadables/UPDATED.csv."""

NO_NPI = "0000000000"
NO_DATE = "00000000"

EXCLUSION_BASES: Mapping[str, str] = MappingProxyType(
    {
        "1128a1": "conviction of a program-related crime",
        "1128a2": "conviction for patient abuse or neglect",
        "1128a3": "felony conviction for health care fraud",
        "1128a4": "felony conviction about controlled substances",
        "1128b1": "misdemeanor conviction for health care fraud",
        "1128b2": "conviction for obstructing an investigation",
        "1128b3": "misdemeanor conviction about controlled substances",
        "1128b4": "license revoked, suspended or surrendered",
        "1128b5": "exclusion or suspension under another health care program",
        "1128b6": "excessive charges or unnecessary services",
        "1128b7": "fraud, kickbacks and other prohibited activities",
        "1128b8": "entity controlled by an excluded person",
        "1128b14": "default on a health education loan",
        "1128b15": "control of an excluded entity",
        "1128b16": "false statements in an application",
    }
)
"""The paragraph of the Social Security Act in a row's EXCLTYPE, in words. Source: 42 U.S.C. 1320a-7 (section 1128)."""


@dataclass(frozen=True, slots=True)
class LeieRow:
    """One exclusion. What the file does not say is empty or None."""

    last_name: str
    first_name: str
    middle_name: str
    business_name: str
    general: str
    specialty: str
    upin: str
    npi: str | None
    born_on: date | None
    address: str
    city: str
    state: str
    postal_code: str
    basis: str
    excluded_on: date | None
    reinstated_on: date | None
    waived_on: date | None
    waiver_state: str


def read_row(fields: Sequence[str]) -> LeieRow:
    """Return one row of the file in our terms. Raises `ValueError` for a row of another width."""
    last, first, middle, business, general, specialty, upin, npi, born, *rest = fields
    address, city, state, postal_code, basis, excluded, reinstated, waived, waiver_state = rest
    return LeieRow(
        last_name=last.strip(),
        first_name=first.strip(),
        middle_name=middle.strip(),
        business_name=business.strip(),
        general=general.strip(),
        specialty=specialty.strip(),
        upin=upin.strip(),
        npi=npi.strip() if npi.strip() not in {"", NO_NPI} else None,
        born_on=_day(born),
        address=address.strip(),
        city=city.strip(),
        state=state.strip(),
        postal_code=postal_code.strip(),
        basis=basis.strip(),
        excluded_on=_day(excluded),
        reinstated_on=_day(reinstated),
        waived_on=_day(waived),
        waiver_state=waiver_state.strip(),
    )


def _day(text: str) -> date | None:
    text = text.strip()
    if len(text) != 8 or not text.isdigit() or text == NO_DATE:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def read_exclusions(path: Path) -> Iterator[LeieRow]:
    """Yield every row of a downloaded file.

    Raises:
        HeaderChanged, BrokenFile
    """
    return (read_row(row) for row in read_rows(path, LEIE))
