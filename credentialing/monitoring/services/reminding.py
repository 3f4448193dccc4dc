"""Telling people what runs out: once for each step and person, in their list at once and by one mail a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from credentialing.monitoring.models import Expirable, Reminder
from credentialing.monitoring.rules import Person, Stage, recipients, stage_due, untold
from credentialing.monitoring.services.noting import notes_of, quiet_now
from credentialing.providers.services import provider_names
from infra import clock
from infra.calendar import federal_calendar
from infra.db import current_tenant, db
from infra.ids import uuid7
from infra.outbox import later, publish
from tenants.clinics.services import get_clinic
from tenants.people.models import Membership

DIGEST_TOPIC = "credentialing.send_digest"
FIRST_HOUR = 7
FARTHEST = timedelta(days=220)
_OPEN_ITEM = and_(
    Expirable.tenant_id == Reminder.tenant_id,
    Expirable.key == Reminder.item_key,
    Expirable.ends_on == Reminder.ends_on,
)


@dataclass(frozen=True, slots=True)
class OpenReminder:
    """A reminder whose thing is still to be renewed, with the thing and whose it is."""

    reminder: Reminder
    item: Expirable
    whose: str


def is_time_to_remind() -> bool:
    """True on a business day from seven in the morning on, where the clinic is."""
    local = clock.now().astimezone(ZoneInfo(get_clinic().timezone))
    return local.hour >= FIRST_HOUR and federal_calendar().is_business_day(local.date())


def remind() -> int:
    """Note who is to be told of which step today, and ask for the day's digests. Returns how many reminders are new.

    Nobody is told of a step twice, whatever the number of runs. Publishes `credential.expiring` once for each step of a thing.
    """
    today = clock.today(get_clinic().timezone)
    query = select(Expirable).where(Expirable.tenant_id == current_tenant(), Expirable.ends_on <= today + FARTHEST)
    items = db().scalars(query.order_by(Expirable.ends_on, Expirable.key)).all()
    notes, people, told = notes_of(items), _people(), _told(items)
    rows: list[dict[str, Any]] = []
    for item in items:
        stage = stage_due(item.kind, item.ends_on, today, holds=item.holds, calendar=federal_calendar())
        if stage is None or quiet_now(notes.get((item.key, item.ends_on)), today):
            continue
        already = told.get((item.key, item.ends_on, stage.days_before), set())
        wanted = recipients(item.owes, stage.level, people, provider_id=item.provider_id)
        rows += [_row(item, stage, person, level, today) for person, level in untold(wanted, already)]
        if wanted and not already:
            _publish(item, stage)
    made = _insert(rows)
    _ask_for_digests(today)
    return made


def _people() -> list[Person]:
    rows = db().scalars(
        select(Membership)
        .where(Membership.tenant_id == current_tenant(), Membership.status == "active")
        .order_by(Membership.id)
    )
    return [Person(row.person_id, row.name, row.role, row.provider_id) for row in rows]


def _told(items: Sequence[Expirable]) -> dict[tuple[str, date, int], set[UUID]]:
    found: dict[tuple[str, date, int], set[UUID]] = {}
    if not items:
        return found
    rows = db().execute(
        select(Reminder.item_key, Reminder.ends_on, Reminder.days_before, Reminder.person_id)
        .join(Expirable, _OPEN_ITEM)
        .where(Reminder.tenant_id == current_tenant())
    )
    for row in rows:
        found.setdefault((row.item_key, row.ends_on, row.days_before), set()).add(row.person_id)
    return found


def _row(item: Expirable, stage: Stage, person: Person, level: str, today: date) -> dict[str, Any]:
    return {
        "tenant_id": current_tenant(),
        "id": uuid7(),
        "created_at": clock.now(),
        "item_key": item.key,
        "provider_id": item.provider_id,
        "label": item.label,
        "ends_on": item.ends_on,
        "days_before": stage.days_before,
        "level": level,
        "person_id": person.id,
        "person_name": person.name,
        "day_on": today,
    }


def _insert(rows: Sequence[dict[str, Any]]) -> int:
    if not rows:
        return 0
    statement = insert(Reminder).on_conflict_do_nothing(constraint="uq_reminder_tenant_id_stage").returning(Reminder.id)
    return len(db().execute(statement, list(rows)).all())


def _publish(item: Expirable, stage: Stage) -> None:
    publish(
        "credential.expiring",
        expirable_id=str(item.id),
        provider_id=str(item.provider_id) if item.provider_id else None,
        kind=item.kind,
        state=item.state,
        ends_on=item.ends_on.isoformat(),
        days_before=stage.days_before,
    )


def _ask_for_digests(today: date) -> None:
    people = db().scalars(
        select(Reminder.person_id)
        .join(Expirable, _OPEN_ITEM)
        .where(Reminder.tenant_id == current_tenant(), Reminder.mailed_at.is_(None))
        .distinct()
    )
    for person_id in people.all():
        payload = {"person_id": str(person_id), "day": today.isoformat()}
        later(DIGEST_TOPIC, payload, dedupe_key=f"{person_id}:{today.isoformat()}")


def address_of(person_id: UUID) -> tuple[str, str] | None:
    """Name and mail address of an active member; None for whoever has left."""
    row = (
        db()
        .execute(
            select(Membership.name, Membership.email).where(
                Membership.tenant_id == current_tenant(),
                Membership.person_id == person_id,
                Membership.status == "active",
            )
        )
        .one_or_none()
    )
    return (row.name, row.email) if row else None


def open_reminders(person_id: UUID, *, only_unmailed: bool = False, limit: int = 500) -> list[OpenReminder]:
    """What a person was reminded of and is still open, the soonest end first, each thing once at its latest step."""
    query = (
        select(Reminder, Expirable)
        .join(Expirable, _OPEN_ITEM)
        .where(Reminder.tenant_id == current_tenant(), Reminder.person_id == person_id)
        .order_by(Expirable.ends_on, Expirable.key, Reminder.days_before)
        .limit(limit)
    )
    if only_unmailed:
        query = query.where(Reminder.mailed_at.is_(None))
    rows = db().execute(query).all()
    notes = notes_of([row[1] for row in rows])
    today = clock.today(get_clinic().timezone)
    names = provider_names([row[1].provider_id for row in rows if row[1].provider_id])
    clinic_name = get_clinic().name
    found: dict[UUID, OpenReminder] = {}
    for reminder, item in rows:
        if not quiet_now(notes.get((item.key, item.ends_on)), today):
            whose = names.get(item.provider_id, "") if item.provider_id else clinic_name
            found.setdefault(item.id, OpenReminder(reminder, item, whose))
    return list(found.values())


def mark_mailed(person_id: UUID, carried: Sequence[OpenReminder]) -> None:
    """Note that a digest carried these things: all that the person was told of them at their present end counts as mailed."""
    if not carried:
        return
    db().execute(
        update(Reminder)
        .where(
            Reminder.tenant_id == current_tenant(),
            Reminder.person_id == person_id,
            tuple_(Reminder.item_key, Reminder.ends_on).in_([(row.item.key, row.item.ends_on) for row in carried]),
            Reminder.mailed_at.is_(None),
        )
        .values(mailed_at=clock.now())
    )


def reminders_of(item: Expirable) -> Sequence[Reminder]:
    """Who was told of a thing at its present end, newest first."""
    query = select(Reminder).where(
        Reminder.tenant_id == current_tenant(), Reminder.item_key == item.key, Reminder.ends_on == item.ends_on
    )
    return db().scalars(query.order_by(Reminder.id.desc()).limit(100)).all()
