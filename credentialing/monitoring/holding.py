"""What the hold list asks: which ends of a provider's rights stop billing. One query of the watch, and one of each
capability that knows of more, for any number of providers.

It knows no enrollment, so that enrollment can ask it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, cast, null, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from credentialing.enrollment.rules.lapsing import Ending
from credentialing.monitoring.models import Expirable, Lapse
from infra.db import current_tenant, db

_further: list[Callable[[Collection[UUID]], Mapping[UUID, Sequence[Ending]]]] = []


def add_endings(lookup: Callable[[Collection[UUID]], Mapping[UUID, Sequence[Ending]]]) -> None:
    """Let another capability say what else stops billing for these providers, in one query. Called once, at import."""
    _further.append(lookup)


def endings_of(provider_ids: Collection[UUID], *, before: date) -> dict[UUID | None, list[Ending]]:
    """What ends before a day and may stop billing, by provider; under None what ends for the clinic itself.

    Past lapses are among them when their renewal left a gap: services in that gap stay held.
    """
    found: dict[UUID | None, list[Ending]] = defaultdict(list)
    if not provider_ids:
        return found
    watched = _ends(Expirable, null(), provider_ids, before).where(
        or_(Expirable.holds, Expirable.payer_exceptions != {})
    )
    gaps = _ends(Lapse, Lapse.restored_on, provider_ids, before).where(Lapse.restored_on.is_not(None))
    for row in db().execute(union_all(watched, gaps)):
        found[row.provider_id].append(_ending(row))
    for lookup in _further:
        for provider_id, endings in lookup(provider_ids).items():
            found[provider_id] += [ending for ending in endings if ending.ends_on < before]
    return found


def _ends(
    model: type[Expirable] | type[Lapse],
    restored_on: ColumnElement[Any] | InstrumentedAttribute[date | None],
    provider_ids: Collection[UUID],
    before: date,
) -> Select[Any]:
    return select(
        model.provider_id,
        model.label,
        model.ends_on,
        model.state,
        model.payer_id,
        model.payer_kinds,
        model.holds,
        model.payer_exceptions,
        cast(restored_on, Date).label("restored_on"),
    ).where(
        model.tenant_id == current_tenant(),
        or_(model.provider_id.in_(provider_ids), model.provider_id.is_(None)),
        model.ends_on < before,
    )


def _ending(row: Row[Any]) -> Ending:
    return Ending(
        label=row.label,
        ends_on=row.ends_on,
        state=row.state,
        payer_id=row.payer_id,
        payer_kinds=tuple(row.payer_kinds),
        holds=row.holds,
        exceptions=tuple(sorted((payer_id, bool(holds)) for payer_id, holds in row.payer_exceptions.items())),
        restored_on=row.restored_on,
    )
