"""The daily look at the follow-ups and recredentialings of a clinic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.services.cases import clinic_day, ids_of
from credentialing.enrollment.services.follow_ups import due_follow_ups
from credentialing.enrollment.services.lapses import RECREDENTIAL_AHEAD, follow_lapsed_cases
from infra.calendar import federal_calendar
from infra.db import current_tenant, db
from infra.jobs.work import Work
from infra.outbox import every, job, on, publish
from infra.words import counted
from tenants.audit import record

DAY_S = 86_400
MOST_IN_ONE_REMINDER = 200


@on("clinic.created")
@job("credentialing.schedule_follow_ups")
def schedule_follow_ups(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Look at this clinic's follow-ups each day from now on."""
    with work.finish():
        every("credentialing.check_follow_ups", seconds=DAY_S)


@on("credential.lapsed", "credential.restored")
@job("credentialing.follow_lapse")
def follow_lapse(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Bring the loaded cases that a lapse holds into the follow-ups, and take them out when it is over."""
    with work.finish({"event": event}):
        if facts.get("payer_ids"):
            follow_lapsed_cases(
                UUID(str(facts["provider_id"])) if facts.get("provider_id") else None,
                payer_ids=[str(payer_id) for payer_id in facts["payer_ids"]],
                is_over=event == "credential.restored",
            )


@job("credentialing.check_follow_ups")
def check_follow_ups(work: Work) -> None:
    """Note the follow-ups that are overdue.

    And put loaded providers whose recredentialing comes near into the queue.
    """
    with work.finish():
        today = clinic_day()
        overdue = due_follow_ups(by=today - timedelta(days=1), limit=MOST_IN_ONE_REMINDER)
        if overdue:
            ids = [str(case.id) for case in overdue]
            record(
                "enrollment.follow_ups_overdue",
                f"noted {counted(len(ids), 'overdue follow-up')}",
                subject_kind="clinic",
                subject_id=current_tenant(),
                facts={"enrollment_ids": ids},
            )
            publish("enrollment.follow_ups_overdue", clinic_id=str(current_tenant()), enrollment_ids=ids)
        for case in _recredential_soon():
            case.next_follow_up_on = federal_calendar().next_business_day(today)
            record(
                "enrollment.recredential_due",
                f"put a recredentialing that is due on {case.recredential_due_on} into the follow-ups",
                subject_kind="enrollment",
                subject_id=case.id,
            )
            publish("enrollment.recredential_due", **ids_of(case))


def _recredential_soon() -> list[Enrollment]:
    query = select(Enrollment).where(
        Enrollment.tenant_id == current_tenant(),
        Enrollment.status == "loaded_verified",
        Enrollment.next_follow_up_on.is_(None),
        Enrollment.recredential_due_on <= clinic_day() + RECREDENTIAL_AHEAD,
    )
    return list(db().scalars(query.order_by(Enrollment.recredential_due_on, Enrollment.id)))
