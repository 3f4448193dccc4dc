"""Opening and closing lapses, and telling the house of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.rules.lapsing import Ending, concerns
from credentialing.enrollment.services.lapses import states_of
from credentialing.monitoring.models import Lapse
from credentialing.monitoring.rules import Watched, restored_on
from credentialing.monitoring.services.collecting import Sources
from credentialing.payers.book import payer
from credentialing.requirements.catalog import load_catalog
from infra import clock
from infra.db import current_tenant, db
from infra.db.find import find
from infra.outbox import publish
from infra.words import counted
from tenants.audit import record


def settle_lapses(sources: Sources, items: Mapping[str, Watched]) -> tuple[int, int]:
    """Open a lapse for each thing that has ended, close those whose thing was renewed, corrected or withdrawn.

    Returns how many were opened and closed. What is settled already is left alone, so a second run changes nothing.
    """
    known = {
        (row.item_key, row.ends_on): row
        for row in db().scalars(select(Lapse).where(Lapse.tenant_id == current_tenant()))
    }
    names = {provider.id: provider.name for provider in sources.providers}
    states = states_of(sources.cases)
    closed = [row for row in known.values() if row.closed_at is None and _close(sources, row, items.get(row.item_key))]
    opened = []
    for item in items.values():
        if item.ends_on < sources.today:
            row = known.get((item.key, item.ends_on))
            if row is None:
                opened.append(_open(item))
            elif row.closed_at is not None:
                row.closed_at = row.closed_how = row.restored_on = None
                opened.append(row)
    db().flush()
    for row in closed:
        _tell(row, sources, names, states, "restored")
    for row in opened:
        _tell(row, sources, names, states, "lapsed")
    if any(row.holds or row.payer_exceptions for row in (*opened, *closed)):
        publish("hold_list.changed", clinic_id=str(current_tenant()))
    return len(opened), len(closed)


def _open(item: Watched) -> Lapse:
    row = Lapse(
        item_key=item.key,
        provider_id=item.provider_id,
        kind=item.kind,
        label=item.label,
        state=item.state,
        payer_id=item.payer_id,
        payer_kinds=list(item.payer_kinds),
        holds=item.holds,
        payer_exceptions=dict(item.payer_exceptions),
        ends_on=item.ends_on,
    )
    db().add(row)
    return row


def _close(sources: Sources, row: Lapse, item: Watched | None) -> bool:
    """Close an open lapse when its thing no longer ends where it did; True when it was closed."""
    if item is None:
        row.closed_at, row.closed_how = clock.now(), "withdrawn"
    elif item.ends_on == row.ends_on:
        row.holds, row.payer_exceptions = item.holds, dict(item.payer_exceptions)
        if item.ends_on < sources.today:
            return False
        row.closed_at, row.closed_how = clock.now(), "corrected"
    elif item.ends_on > row.ends_on:
        row.closed_at, row.closed_how = clock.now(), "renewed"
        row.restored_on = restored_on(row.ends_on, sources.begun.get(item.key))
    else:
        row.closed_at, row.closed_how = clock.now(), "corrected"
    return True


def _affected(row: Lapse, sources: Sources, states: Mapping[UUID, str]) -> list[str]:
    """The payers of the open cases that a lapse concerns."""
    ending = Ending(
        label=row.label,
        ends_on=row.ends_on,
        state=row.state,
        payer_id=row.payer_id,
        payer_kinds=tuple(row.payer_kinds),
        holds=row.holds,
        exceptions=tuple(row.payer_exceptions.items()),
    )
    found = []
    for case in sources.cases:
        known = payer(case.payer_id)
        mine = row.provider_id in (None, case.provider_id)
        if mine and concerns(
            ending, payer_id=case.payer_id, payer_kind=known.kind if known else "", state=states[case.id]
        ):
            found.append(case.payer_id)
    return sorted(set(found))


def _tell(row: Lapse, sources: Sources, names: Mapping[UUID, str], states: Mapping[UUID, str], happened: str) -> None:
    payer_ids = _affected(row, sources, states)
    whose = names.get(row.provider_id, "a provider who left") if row.provider_id else "the clinic"
    what = f"{row.label.lower() if row.label[1:2].islower() else row.label}{f' ({row.state})' if row.state else ''}"
    held = f"; {counted(len(payer_ids), 'payer')} {'held' if happened == 'lapsed' else 'released'}" if payer_ids else ""
    verb = {"renewed": "noticed the renewal of", "withdrawn": "stopped watching"}.get(
        row.closed_how or "", "noticed a corrected date of" if row.closed_how else "noticed the end of"
    )
    record(
        f"credential.{happened}",
        f"{verb} the {what} of {whose}, expired on {row.ends_on.isoformat()}{held}",
        subject_kind="provider" if row.provider_id else "clinic",
        subject_id=row.provider_id or current_tenant(),
        facts={"lapse_id": str(row.id), "kind": row.kind, "payer_ids": payer_ids, "how": row.closed_how},
    )
    publish(
        f"credential.{happened}",
        lapse_id=str(row.id),
        provider_id=str(row.provider_id) if row.provider_id else None,
        kind=row.kind,
        state=row.state,
        ends_on=row.ends_on.isoformat(),
        payer_ids=payer_ids,
        holds=row.holds,
        owes=owes_of(row.kind),
    )


def owes_of(kind: str) -> str:
    """Who has to renew a thing of this kind: provider, clinic or vendor."""
    document = load_catalog().documents.get(kind)
    return document.owes if document is not None and document.owes in {"provider", "clinic"} else "vendor"


def get_lapse(lapse_id: UUID) -> Lapse:
    """One lapse of this clinic. Raises `NotFound`."""
    return find(Lapse, lapse_id)


def list_lapses(*, is_open: bool | None = None, limit: int = 200, after: UUID | None = None) -> Sequence[Lapse]:
    """Lapses, newest first, older than the one with id `after`; only open or only closed ones when asked."""
    query = select(Lapse).where(Lapse.tenant_id == current_tenant())
    if is_open is not None:
        query = query.where(Lapse.closed_at.is_(None) if is_open else Lapse.closed_at.is_not(None))
    if after is not None:
        query = query.where(Lapse.id < after)
    return db().scalars(query.order_by(Lapse.id.desc()).limit(limit)).all()


def days_open(row: Lapse, today: date) -> int:
    """For how many days a lapse has been open, or was."""
    end = row.closed_at.date() if row.closed_at else today
    return max(0, (end - row.ends_on).days)
