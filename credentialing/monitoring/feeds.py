"""Each person's own calendar address: an unguessable token, hashed at rest, revocable, good for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from credentialing.monitoring.models import Expirable
from credentialing.providers.services import provider_names
from infra import clock
from infra.db import current_tenant, db, system_transaction, unit_of_work
from infra.ids import secret_token, uuid7
from infra.problems import Conflict, NotFound
from tenants.access.identity import Identity, hashed

MOST_FEEDS = 10
PAST, AHEAD = timedelta(days=60), timedelta(days=800)
MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One end in a person's calendar: what and whose, in which clinic. No number of a license, policy or person is in it."""

    uid: str
    clinic_id: UUID
    clinic_name: str
    label: str
    state: str | None
    whose: str
    kind: str
    ends_on: date
    expirable_id: UUID


def issue_feed(person_id: UUID, *, label: str) -> tuple[UUID, str]:
    """A new calendar address of a person: its id and its token, which is never shown again. Raises `Conflict` at ten."""
    if len(list_feeds(person_id)) >= MOST_FEEDS:
        raise Conflict(f"You have {MOST_FEEDS} calendar addresses. Revoke one that you no longer use.")
    token, feed_id = secret_token(), uuid7()
    with system_transaction() as connection:
        connection.execute(
            text("SELECT sec.issue_feed(:hash, :id, :who, :label)"),
            {"hash": hashed(token), "id": feed_id, "who": person_id, "label": label.strip()[:100] or "Calendar"},
        )
    return feed_id, token


def list_feeds(person_id: UUID) -> Sequence[Any]:
    """The person's calendar addresses that still work: id, label, created_at, seen_at."""
    with system_transaction() as connection:
        return connection.execute(text("SELECT * FROM sec.feeds_of(:who)"), {"who": person_id}).all()


def revoke_feed(person_id: UUID, feed_id: UUID) -> None:
    """Let one of the person's own addresses stop working at once. Raises `NotFound`."""
    with system_transaction() as connection:
        found = connection.execute(
            text("SELECT sec.revoke_feed(:who, :id)"), {"who": person_id, "id": feed_id}
        ).scalar()
    if not found:
        raise NotFound


def entries_for(identity: Identity) -> list[Entry]:
    """What runs out in every clinic of a person, as far as they may see it: one short unit of work for each membership."""
    found: list[Entry] = []
    for membership in identity.memberships:
        with unit_of_work(identity.scope_in(membership)):
            found += _entries_here(membership.clinic_name, clock.today(membership.timezone))
    return sorted(found, key=lambda entry: (entry.ends_on, entry.uid))[:MOST_ENTRIES]


def _entries_here(clinic_name: str, today: date) -> list[Entry]:
    query = (
        select(Expirable)
        .where(
            Expirable.tenant_id == current_tenant(),
            Expirable.ends_on.between(today - PAST, today + AHEAD),
        )
        .order_by(Expirable.ends_on, Expirable.id)
        .limit(MOST_ENTRIES)
    )
    items = db().scalars(query).all()
    names = provider_names([item.provider_id for item in items if item.provider_id])
    return [
        Entry(
            uid=f"{item.key}@{item.tenant_id}",
            clinic_id=item.tenant_id,
            clinic_name=clinic_name,
            label=item.label,
            state=item.state,
            whose=names.get(item.provider_id, "") if item.provider_id else clinic_name,
            kind=item.kind,
            ends_on=item.ends_on,
            expirable_id=item.id,
        )
        for item in items
    ]
