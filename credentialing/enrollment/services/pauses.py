"""Days on which a payer's clock stood still because the clinic was asked to act, counted from the history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from credentialing.enrollment.models import Enrollment, EnrollmentEvent
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.states import WITH_PAYER
from infra.db import current_tenant, db


def pauses(enrollment_id: UUID | None = None) -> dict[UUID, int]:
    """Paused days of every case that is with its payer, since it was last submitted, in one statement; of one when it
    is named.

    A pause runs from the step that gave the clinic the turn to the next step, or to today.
    """
    tenant_id = current_tenant()
    next_on = func.lead(EnrollmentEvent.happened_on, 1, clinic_day()).over(
        partition_by=EnrollmentEvent.enrollment_id, order_by=EnrollmentEvent.number
    )
    query = select(
        EnrollmentEvent.enrollment_id.label("enrollment_id"),
        EnrollmentEvent.to_status.label("to_status"),
        EnrollmentEvent.waits_on.label("waits_on"),
        EnrollmentEvent.happened_on.label("from_on"),
        next_on.label("until_on"),
    ).where(EnrollmentEvent.tenant_id == tenant_id)
    if enrollment_id is not None:
        query = query.where(EnrollmentEvent.enrollment_id == enrollment_id)
    spans = query.subquery()
    found = db().execute(
        select(spans.c.enrollment_id, func.sum(func.greatest(spans.c.until_on - spans.c.from_on, 0)))
        .join(Enrollment, (Enrollment.tenant_id == tenant_id) & (Enrollment.id == spans.c.enrollment_id))
        .where(
            spans.c.waits_on == "clinic",
            spans.c.to_status.in_(WITH_PAYER),
            Enrollment.status.in_(WITH_PAYER),
            spans.c.from_on >= Enrollment.submitted_on,
        )
        .group_by(spans.c.enrollment_id)
    )
    return {row[0]: int(row[1]) for row in found}


def paused_days(enrollment_id: UUID) -> int:
    """Paused days of one case since it was last submitted."""
    return pauses(enrollment_id).get(enrollment_id, 0)
