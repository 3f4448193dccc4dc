"""What keeps the watch going: changes of files, the passing of hours, and the day's digest."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from credentialing.monitoring import services
from credentialing.monitoring.digest import Line, compose
from infra.jobs.work import Work
from infra.mail import Mail, send
from infra.outbox import every, job, on
from infra.settings import settings
from tenants.clinics.services import get_clinic

HOUR_S = 3600


@on("clinic.created")
@job("credentialing.begin_expiry_watch")
def begin_expiry_watch(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Look every hour for what ends, from the day the clinic is there: the clinic's day begins in its own time zone."""
    with work.finish():
        every("credentialing.watch_expiries", seconds=HOUR_S)


@job("credentialing.watch_expiries")
def watch_expiries(work: Work) -> None:
    """See what has ended, ask for the checks that are due, and tell people when it is their working day."""
    with work.finish():
        services.refresh_watch()
        services.ask_for_checks()
        if services.is_time_to_remind():
            services.remind()


@on(
    "credential.changed",
    "document.accepted",
    "document.rejected",
    "document.sorted",
    "provider.changed",
    "provider.created",
    "requirement.changed",
    "clinic.changed",
    "enrollment.loaded",
    "enrollment.terminated",
    "committee.decided",
)
@job("credentialing.refresh_watch")
def refresh_after_change(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """See what a change of a file, of what is asked for, or of an enrollment means for what is watched.

    Of many changes in a row only the last is looked at.
    """
    with work.finish():
        if not services.is_refreshed_again(work.id):
            services.refresh_watch()


@job("credentialing.send_digest")
def send_digest(work: Work, *, person_id: str, day: str) -> None:
    """Mail a person what they were reminded of and nobody has acted on since; nothing when all of it is done."""
    who = UUID(person_id)
    with work.transaction():
        found = services.open_reminders(who, only_unmailed=True)
        member, clinic = services.address_of(who), get_clinic()
        lines = [
            Line(row.item.label, row.item.state, row.whose, row.item.ends_on, row.item.holds, row.reminder.level)
            for row in found
        ]
        place = f"{settings().public_url}/c/{clinic.id}/providers/calendar"
        clinic_name = clinic.name
    if found and member is not None:
        subject, body = compose(lines, name=member[0], clinic=clinic_name, link=place, today=date.fromisoformat(day))
        send(Mail(to=member[1], subject=subject, body=body, key=work.key))
    with work.finish({"reminders": len(found)}):
        services.mark_mailed(who, found)
