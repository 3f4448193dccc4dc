"""Days that are counted from another day: attestations, recredentialing, revalidation, monthly checks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from credentialing.requirements.rules import months_later

CAQH_DAYS = 120
CAQH_DAYS_BY_STATE: Mapping[str, int] = {"IL": 180}
RECREDENTIAL_MONTHS = 36
REVALIDATION_MONTHS = 60
REVALIDATION_WINDOW_MONTHS = 7
CHECK_DAYS = 30
CHECK_SOURCES: Mapping[str, str] = {
    "leie": "OIG exclusion list (LEIE)",
    "sam": "SAM.gov exclusions",
    "license": "License at the state board",
}


def caqh_due_on(attested_on: date, state: str) -> date:
    """Return the last day of a CAQH attestation; the profile shows as expired from the next day on.

    Source:
        caqh.org, ProView resources: attest again every 120 days, in Illinois every 180.
    """
    return attested_on + timedelta(days=CAQH_DAYS_BY_STATE.get(state.upper(), CAQH_DAYS))


def recredential_due_on(decided_on: date, months: int = RECREDENTIAL_MONTHS) -> date:
    """Return the day by which a payer must have credentialed a provider again.

    Source:
        NCQA CR 4: recredentialing at least every 36 months; a payer's own shorter cycle stands in the payer book.
    """
    return months_later(decided_on, months)


def end_of_month(day: date) -> date:
    """Return the last day of the month of `day`.

    Source:
        Calendar arithmetic.
    """
    return date(day.year, day.month, monthrange(day.year, day.month)[1])


def revalidation_due_on(enrolled_on: date) -> date:
    """Return the day by which a Medicare enrollment must be revalidated when CMS has not published another: the last day of the
    month five years later.

    Source:
        42 CFR 424.515(a) (every 5 years); CMS, Revalidations: due dates are set to the last day of a month.
    """
    return end_of_month(months_later(enrolled_on, REVALIDATION_MONTHS))


def revalidation_window(due_on: date) -> date:
    """Return the first day on which a revalidation may be filed; earlier ones are sent back.

    Source:
        CMS posts due dates seven months ahead and returns unsolicited applications (domain research 2.3).
    """
    return months_later(due_on, -REVALIDATION_WINDOW_MONTHS)


def check_due_on(checked_on: date | None, begins_on: date) -> date:
    """Return the day on which a provider must be checked against a list or board again.

    Args:
        checked_on: When it was last done; None before the first time.
        begins_on: When the provider joined: the first check is due at once.
    Source:
        NCQA CR 5 (from July 2025): sanctions, exclusions and license expirations are monitored at least every 30 days; OIG
        Special Advisory Bulletin (May 2013): screen at hire and monthly.
    """
    return begins_on if checked_on is None else checked_on + timedelta(days=CHECK_DAYS)
