"""Telling what came onto the hold list and what left it: the list of now against what was told last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from credentialing.panel.models import HoldMark
from credentialing.panel.services import Hold, holds, today
from infra import clock
from infra.db import current_tenant, db
from infra.ids import uuid7
from infra.outbox import publish


def tell_holds() -> tuple[int, int]:
    """Publish `hold.added` and `hold.removed` for every difference; returns how many of each.

    The marks themselves decide who tells: of two runs at the same time each difference is told by one.
    """
    day = today()
    held = {hold.outlook.case.id: hold for hold in holds(day)}
    told = set(db().scalars(select(HoldMark.enrollment_id).where(HoldMark.tenant_id == current_tenant())))
    added = _mark([hold for case_id, hold in held.items() if case_id not in told], day)
    removed = _unmark(told - held.keys())
    for row in added:
        publish("hold.added", **_facts(row, day))
    for row in removed:
        publish("hold.removed", **_facts(row, day))
    return len(added), len(removed)


def _mark(new: Sequence[Hold], day: date) -> Sequence[Any]:
    if not new:
        return []
    rows = [
        {
            "tenant_id": current_tenant(),
            "id": uuid7(),
            "created_at": clock.now(),
            "enrollment_id": hold.outlook.case.id,
            "provider_id": hold.provider.id,
            "payer_id": hold.outlook.case.payer_id,
            "held_since_on": day,
        }
        for hold in new
    ]
    statement = (
        insert(HoldMark)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(HoldMark.enrollment_id, HoldMark.provider_id, HoldMark.payer_id)
    )
    return db().execute(statement).all()


def _unmark(gone: Collection[UUID]) -> Sequence[Any]:
    if not gone:
        return []
    statement = (
        delete(HoldMark)
        .where(HoldMark.tenant_id == current_tenant(), HoldMark.enrollment_id.in_(gone))
        .returning(HoldMark.enrollment_id, HoldMark.provider_id, HoldMark.payer_id)
        .execution_options(synchronize_session=False)
    )
    return db().execute(statement).all()


def _facts(row: Any, day: date) -> dict[str, str]:
    return {
        "enrollment_id": str(row.enrollment_id),
        "provider_id": str(row.provider_id),
        "payer_id": row.payer_id,
        "on": day.isoformat(),
    }
