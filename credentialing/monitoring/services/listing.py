"""Reading the watch list: for pages, the API and exports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from credentialing.monitoring.models import Expirable, WatchNote
from credentialing.monitoring.services.noting import notes_of, quiet_now
from credentialing.providers.services import provider_names
from infra import clock
from infra.db import current_tenant, db
from infra.db.find import find
from tenants.clinics.services import get_clinic

MOST = 2000


@dataclass(frozen=True, slots=True)
class WatchedLine:
    """One thing that runs out, whose it is, and what somebody said of it."""

    item: Expirable
    whose: str
    note: WatchNote | None
    is_quiet: bool


def get_expirable(expirable_id: UUID) -> Expirable:
    """One watched thing of this clinic. Raises `NotFound`."""
    return find(Expirable, expirable_id)


def _narrowed(
    until: date | None, since: date | None, kinds: Collection[str], provider_id: UUID | None
) -> Select[Expirable]:
    query = select(Expirable).where(Expirable.tenant_id == current_tenant())
    if until is not None:
        query = query.where(Expirable.ends_on <= until)
    if since is not None:
        query = query.where(Expirable.ends_on >= since)
    if kinds:
        query = query.where(Expirable.kind.in_(kinds))
    if provider_id is not None:
        query = query.where(Expirable.provider_id == provider_id)
    return query


def list_watched(
    *,
    until: date | None = None,
    since: date | None = None,
    kinds: Collection[str] = (),
    provider_id: UUID | None = None,
    limit: int = MOST,
    after: tuple[date, UUID] | None = None,
) -> list[WatchedLine]:
    """What runs out, the soonest first, after the row with that end and id."""
    query = _narrowed(until, since, kinds, provider_id)
    if after is not None:
        query = query.where(tuple_(Expirable.ends_on, Expirable.id) > tuple_(*after))
    items = db().scalars(query.order_by(Expirable.ends_on, Expirable.id).limit(limit)).all()
    return lines_of(items)


def next_ends(provider_ids: Collection[UUID]) -> dict[UUID, Expirable]:
    """What of each provider ends first, in one query; what has expired comes before all. Providers without an end are left out."""
    query = (
        select(Expirable)
        .where(Expirable.tenant_id == current_tenant(), Expirable.provider_id.in_(provider_ids))
        .order_by(Expirable.ends_on.desc(), Expirable.id)
    )
    return {row.provider_id: row for row in db().scalars(query) if row.provider_id is not None}


def lines_of(items: Sequence[Expirable]) -> list[WatchedLine]:
    """These things with whose they are and what was said of them."""
    names = provider_names([item.provider_id for item in items if item.provider_id])
    notes, clinic = notes_of(items), get_clinic()
    today = clock.today(clinic.timezone)
    found = []
    for item in items:
        note = notes.get((item.key, item.ends_on))
        whose = names.get(item.provider_id, "") if item.provider_id else clinic.name
        found.append(WatchedLine(item, whose, note, quiet_now(note, today)))
    return found
