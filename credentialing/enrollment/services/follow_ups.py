"""Contacts about a case, and the date that an open case never lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import CHANNELS, Enrollment, EnrollmentTouch
from credentialing.enrollment.rules import capped_follow_up, next_follow_up
from credentialing.enrollment.services.cases import (
    FOLLOW_UP_DEFAULT_DAYS,
    clinic_day,
    get_enrollment,
    payer_name,
    vendor_staff,
)
from credentialing.enrollment.services.steps import follow_up_days
from credentialing.payers.book import payer
from infra.calendar import federal_calendar
from infra.db import current_scope, current_tenant, db
from infra.problems import Conflict, invalid
from tenants.audit import record


def log_touch(
    enrollment_id: UUID,
    *,
    channel: str,
    note: str,
    contact: str | None = None,
    reference: str | None = None,
    next_follow_up_on: date | None = None,
) -> EnrollmentTouch:
    """Note a contact and set the next follow-up: the day that was wished for, moved earlier onto a business day and
    into the payer's cadence; without a wish the last business day within it.

    Raises `NotFound`, `Conflict` for a case that has ended, `Invalid` for a channel that there is not.
    """
    if channel not in CHANNELS:
        raise invalid("channel", f"Give one of: {', '.join(CHANNELS)}.")
    case = get_enrollment(enrollment_id, lock=True)
    if case.is_final:
        raise Conflict(f"This case is {case.status}; nothing is followed up any more.")
    today, was_due = clinic_day(), case.next_follow_up_on
    case.last_touch_on = today
    case.next_follow_up_on = _next(case, today, next_follow_up_on)
    case.reference = reference or case.reference
    scope = current_scope()
    touch = EnrollmentTouch(
        enrollment_id=case.id,
        touched_on=today,
        channel=channel,
        contact=contact,
        reference=reference,
        note=note,
        next_follow_up_on=case.next_follow_up_on,
        was_due_on=was_due,
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
    )
    db().add(touch)
    db().flush()
    record(
        "enrollment.followed_up",
        f"followed up with {payer_name(case.payer_id)} by {channel}",
        subject_kind="enrollment",
        subject_id=case.id,
    )
    return touch


def _next(case: Enrollment, today: date, wished: date | None) -> date | None:
    days = follow_up_days(case)
    if days is None:
        # A loaded provider is followed only while the recredentialing is being prepared.
        return federal_calendar().next_business_day(wished) if wished and wished > today else None
    if wished is None:
        return next_follow_up(today, days, federal_calendar())
    return capped_follow_up(wished, today, days, federal_calendar())


def possible_owners() -> list[tuple[UUID, str]]:
    """Who may look after cases of this clinic: id and name, by name."""
    return sorted(((person.person_id, person.name) for person in vendor_staff()), key=lambda pair: pair[1])


def hand_over(enrollment_id: UUID, *, owner_id: UUID, if_version: int | None = None) -> Enrollment:
    """Give a case to another person of the billing vendor.

    Raises `NotFound`, `StaleVersion`, and `Invalid` when the person does not work for the vendor in this clinic.
    """
    case = get_enrollment(enrollment_id, lock=True, if_version=if_version)
    name = dict(possible_owners()).get(owner_id)
    if name is None:
        raise invalid("owner_id", "Choose somebody of the billing vendor who works in this clinic.")
    if owner_id != case.owner_id:
        case.owner_id, case.owner_name = owner_id, name
        db().flush()
        record(
            "enrollment.handed_over",
            f"handed the enrollment with {payer_name(case.payer_id)} to {name}",
            subject_kind="enrollment",
            subject_id=case.id,
        )
    return case


def proposed_follow_up(case: Enrollment) -> date | None:
    """The next follow-up when somebody touches this case today."""
    days = follow_up_days(case)
    if days is None:
        return None
    return next_follow_up(clinic_day(), days, federal_calendar())


def cadence_of(case: Enrollment) -> int:
    """The payer's follow-up cadence in calendar days, for words on a page."""
    known = payer(case.payer_id)
    return follow_up_days(case) or (known.follow_up_days if known else FOLLOW_UP_DEFAULT_DAYS)


def due_follow_ups(*, by: date | None = None, owner_id: UUID | None = None, limit: int = 200) -> Sequence[Enrollment]:
    """Cases by their next follow-up, the longest overdue first."""
    query = select(Enrollment).where(
        Enrollment.tenant_id == current_tenant(),
        Enrollment.next_follow_up_on.is_not(None),
        Enrollment.status.not_in(("withdrawn", "terminated")),
    )
    if by is not None:
        query = query.where(Enrollment.next_follow_up_on <= by)
    if owner_id is not None:
        query = query.where(Enrollment.owner_id == owner_id)
    return db().scalars(query.order_by(Enrollment.next_follow_up_on, Enrollment.id).limit(limit)).all()
