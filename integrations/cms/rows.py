"""Layouts and rows of Medicare's enrollment files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.sourcefile import Layout

ENROLLMENT = Layout(
    "the Medicare enrollment file",
    tuple(
        "NPI MULTIPLE_NPI_FLAG PECOS_ASCT_CNTL_ID ENRLMT_ID PROVIDER_TYPE_CD PROVIDER_TYPE_DESC STATE_CD"
        " FIRST_NAME MDL_NAME LAST_NAME ORG_NAME".split()
    ),
)
"""Medicare Fee-For-Service Public Provider Enrollment, quarterly."""

REASSIGNMENT = Layout("the Medicare reassignment file", ("REASGN_BNFT_ENRLMT_ID", "RCV_BNFT_ENRLMT_ID"))
"""Its sub-file of reassignments: a practitioner's enrollment id, and the id of who receives the payments."""

OPT_OUT = Layout(
    "the Medicare opt-out file",
    (
        "First Name",
        "Last Name",
        "NPI",
        "Specialty",
        "Optout Effective Date",
        "Optout End Date",
        "First Line Street Address",
        "Second Line Street Address",
        "City Name",
        "State Code",
        "Zip code",
        "Eligible to Order and Refer",
        "Last updated",
    ),
)
"""Opt-out affidavits, monthly."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One approved Medicare enrollment."""

    npi: str
    enrollment_id: str
    type_code: str
    type_words: str
    state: str
    first_name: str
    last_name: str
    organization: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """One opt-out affidavit."""

    npi: str
    first_name: str
    last_name: str
    specialty: str
    from_on: date | None
    until_on: date | None
    may_order_and_refer: bool
    updated_on: date | None


def read_enrolled(fields: Sequence[str]) -> Enrolled:
    """Return one row of the enrollment file. Raises `ValueError` for a row of another width."""
    npi, _, _, enrollment_id, code, words, state, first, _, last, organization = (field.strip() for field in fields)
    return Enrolled(npi, enrollment_id, code, words, state, first, last, organization)


def read_opted_out(fields: Sequence[str]) -> OptedOut:
    """Return one row of the opt-out file. Raises `ValueError` for a row of another width."""
    first, last, npi, specialty, since, until, _, _, _, _, _, orders, updated = (field.strip() for field in fields)
    return OptedOut(npi, first, last, specialty, _day(since), _day(until), orders.upper() == "Y", _day(updated))


def _day(text: str) -> date | None:
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    try:
        return date(int(parts[2]), int(parts[0]), int(parts[1]))
    except ValueError:
        return None
