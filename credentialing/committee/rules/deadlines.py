"""The days that a decision sets."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

NOTICE_DAYS = 30
NOTICE_DAYS_BEFORE = 60
RECREDENTIAL_MONTHS = 36
CHANGED_ON = date(2025, 7, 1)
"""Files decided from this day on are judged by the newer limits."""


def notice_due_on(decided_on: date) -> date:
    """Return the last day on which the provider may be told: 30 calendar days after the decision.

    Source:
        NCQA credentialing standards, notification of decisions: 30 days for files decided from July 1, 2025, 60 days before
        (namssgateway.org, 2025-05-21; confidence A).
    """
    return decided_on + timedelta(days=NOTICE_DAYS if decided_on >= CHANGED_ON else NOTICE_DAYS_BEFORE)


def recredential_due_on(decided_on: date, months: int = RECREDENTIAL_MONTHS) -> date:
    """Return the day by which the committee must decide again: 36 months later, the month's last day where it is shorter.

    Source:
        NCQA credentialing standards, recredentialing cycle length of 36 months (confidence A).
    """
    at = decided_on.year * 12 + decided_on.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(decided_on.day, calendar.monthrange(year, month + 1)[1]))
