"""Keeping the watch list in step with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from credentialing.monitoring.models import Expirable
from credentialing.monitoring.rules import Watched
from credentialing.monitoring.services.collecting import Sources, collect, load_sources
from credentialing.monitoring.services.lapses import settle_lapses
from infra.db import current_tenant, db
from infra.outbox import OutboxRow

REFRESH_TOPIC = "credentialing.refresh_watch"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh came to: how many things are watched, how many lapses it opened and closed."""

    watched: int
    lapsed: int
    restored: int


def refresh_watch() -> Refreshed:
    """Work the watch list of this clinic out anew, open and close lapses. May run any number of times with the same result.

    Publishes `credential.lapsed`, `credential.restored` and `hold_list.changed` for what is new.
    """
    _one_at_a_time()
    sources = load_sources()
    items = {item.key: item for item in collect(sources)}
    _store(items)
    opened, closed = settle_lapses(sources, items)
    return Refreshed(len(items), opened, closed)


def _one_at_a_time() -> None:
    db().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": f"watch:{current_tenant()}"}
    )


def _store(items: Mapping[str, Watched]) -> None:
    rows = {row.key: row for row in db().scalars(select(Expirable).where(Expirable.tenant_id == current_tenant()))}
    for key, row in rows.items():
        if key not in items:
            db().delete(row)
    for key, item in items.items():
        values = _values(item)
        if key not in rows:
            db().add(Expirable(key=key, provider_id=item.provider_id, kind=item.kind, **values))
            continue
        row = rows[key]
        if item.ends_on > row.ends_on:
            values["renewed_from"] = row.ends_on
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    db().flush()


def _values(item: Watched) -> dict[str, Any]:
    return {
        "label": item.label,
        "state": item.state,
        "payer_id": item.payer_id,
        "payer_kinds": list(item.payer_kinds),
        "ends_on": item.ends_on,
        "holds": item.holds,
        "payer_exceptions": dict(item.payer_exceptions),
        "owes": item.owes,
        "source_kind": item.source_kind,
        "source_id": item.source_id,
    }


def is_refreshed_again(job_id: UUID) -> bool:
    """True when a later refresh waits already, so that this one need not look."""
    later_ones = select(OutboxRow.id).where(
        OutboxRow.tenant_id == current_tenant(),
        OutboxRow.topic == REFRESH_TOPIC,
        OutboxRow.id > job_id,
        OutboxRow.attempts == 0,
        OutboxRow.done_at.is_(None),
        OutboxRow.dead_at.is_(None),
    )
    return db().execute(later_ones.limit(1)).first() is not None


__all__ = ["REFRESH_TOPIC", "Refreshed", "Sources", "is_refreshed_again", "refresh_watch"]
