"""Until when a verification counts, program by program. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Program(StrEnum):
    """By whose rule something ages."""

    NCQA = "ncqa"
    CVO = "cvo"
    MONITORING = "monitoring"
    CAQH = "caqh"
    RECREDENTIALING = "recredentialing"
    MEDICARE_REVALIDATION = "medicare_revalidation"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a program lets something count, in days or in months, for people with its source."""

    label: str
    days: int | None
    months: int | None
    source: str


PROGRAMS: dict[Program, Limit] = {
    Program.NCQA: Limit(
        "NCQA accreditation", 120, None, "NCQA CR 3, files decided from July 1, 2025 (namssgateway.org, 2025-05-21)"
    ),
    Program.CVO: Limit("NCQA CVO certification", 90, None, "NCQA CVO certification, from July 1, 2025 (certifyos.com)"),
    Program.MONITORING: Limit("Monthly monitoring", 30, None, "NCQA CR 5, exclusions and sanctions at least monthly"),
    Program.CAQH: Limit("CAQH attestation", 120, None, "CAQH ProView: every 120 days, 180 in Illinois"),
    Program.RECREDENTIALING: Limit("Recredentialing", None, 36, "NCQA CR 4, at least every 36 months"),
    Program.MEDICARE_REVALIDATION: Limit("Medicare revalidation", None, 60, "42 CFR 424.515, every five years"),
}
CAQH_DAYS_ILLINOIS = 180
_BY_SOURCE: dict[str, tuple[Program, ...]] = {
    "nppes": (Program.NCQA, Program.CVO),
    "leie": (Program.NCQA, Program.CVO, Program.MONITORING),
    "sam": (Program.NCQA, Program.CVO, Program.MONITORING),
    "license": (Program.NCQA, Program.CVO, Program.MONITORING),
    "cms_enrollment": (Program.NCQA, Program.CVO, Program.MEDICARE_REVALIDATION),
    "opt_out": (Program.NCQA, Program.CVO, Program.MONITORING),
    "caqh": (Program.CAQH,),
    "committee": (Program.RECREDENTIALING,),
}


def valid_until(program: Program, verified_on: date, *, state: str = "") -> date:
    """Return the last day on which something of this day counts for a program; `state` matters to CAQH only.

    Source:
        NCQA CR 3 (120 days; 90 for CVO certification), CR 4 (36 months), CR 5 (monthly); CAQH ProView (120 days, Illinois 180 by
        215 ILCS 5); 42 CFR 424.515 (five years). credential_requirements.yaml, psv_rules; domain.md 2.1 to 2.3.
    """
    limit = PROGRAMS[program]
    if limit.months is not None:
        return _months_later(verified_on, limit.months)
    days = CAQH_DAYS_ILLINOIS if program is Program.CAQH and state.upper() == "IL" else limit.days or 0
    return verified_on + timedelta(days=days)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def limits_of(source: str, verified_on: date, *, state: str = "", enrolled_on: date | None = None) -> dict[str, date]:
    """Return the last day by program for a check of this source. Medicare's five years run from the enrollment, where it is known.

    Source:
        As `valid_until`; 42 CFR 424.515 for the five years.
    """
    begins = {Program.MEDICARE_REVALIDATION: enrolled_on}
    return {
        program.value: valid_until(program, begins.get(program) or verified_on, state=state)
        for program in _BY_SOURCE.get(source, ())
        if program not in begins or begins[program] is not None
    }
