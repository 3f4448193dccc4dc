"""When an open enrollment must be looked at again, and the deadline that the law sets the payer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from credentialing.enrollment.states import FOLLOWED, EnrollmentState
from credentialing.payers.book import StatutoryClock
from infra.calendar import BusinessCalendar

# A closed panel reopens in months, not weeks; a denial leaves a month to appeal or apply again.
DENIED_DAYS = 30
CLOSED_PANEL_DAYS = 90


@dataclass(frozen=True, slots=True)
class StatutoryDeadline:
    """The days by which the payer must name defects and must decide, and what the provider gets when it does not."""

    notice_by: date
    complete_by: date
    days_left: int
    remedy: str
    source: str


def cadence_days(state: EnrollmentState, payer_follow_up_days: int) -> int | None:
    """Return after how many days at most somebody looks again; None where nothing is open.

    Source:
        Invariant of the enrollment machine (reference.yaml): an open enrollment always has its next follow-up date. The
        longer cadence of denials and closed panels is a product rule (confidence C).
    """
    if state not in FOLLOWED:
        return None
    if state is EnrollmentState.DENIED:
        return max(payer_follow_up_days, DENIED_DAYS)
    if state is EnrollmentState.CLOSED_PANEL:
        return max(payer_follow_up_days, CLOSED_PANEL_DAYS)
    return payer_follow_up_days


def next_follow_up(last_touch_on: date, follow_up_days: int, calendar: BusinessCalendar) -> date:
    """Return the day of the next follow-up: the last business day within the cadence.

    Moved earlier over weekends and holidays, so it is never later than the cadence. Only when no business day at all
    lies within the cadence (shorter than a long weekend) it is the first business day after the touch.

    Source:
        Invariant of the enrollment machine (reference.yaml): next_followup_date <= last_touch + payer.followup_days.
    """
    day = calendar.previous_business_day(last_touch_on + timedelta(days=follow_up_days))
    return day if day > last_touch_on else calendar.next_business_day(last_touch_on + timedelta(days=1))


def capped_follow_up(wished_on: date, last_touch_on: date, follow_up_days: int, calendar: BusinessCalendar) -> date:
    """Return the day that a person wished for, moved earlier onto a business day and into the cadence.

    Source:
        Invariant of the enrollment machine (reference.yaml): next_followup_date <= last_touch + payer.followup_days.
    """
    latest = next_follow_up(last_touch_on, follow_up_days, calendar)
    wished = calendar.previous_business_day(wished_on)
    return min(wished, latest) if wished > last_touch_on else latest


def statutory_deadline(clock: StatutoryClock | None, complete_on: date | None, today: date) -> StatutoryDeadline | None:
    """Return the deadline that the law sets the payer, or None when no clock runs.

    Args:
        complete_on: The day on which the complete application was submitted.
    Source:
        Ohio Revised Code 3963.06: notice of defects within 21 days, decision within 90 days, $500 a day from day 91.
    """
    if clock is None or complete_on is None:
        return None
    decide_by = complete_on + timedelta(days=clock.complete_days)
    return StatutoryDeadline(
        notice_by=complete_on + timedelta(days=clock.deficiency_notice_days),
        complete_by=decide_by,
        days_left=(decide_by - today).days,
        remedy=clock.remedy,
        source=clock.source,
    )
