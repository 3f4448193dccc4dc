"""What the hold list asks: which ends of a provider's rights stop billing. A query for each kind of end, for any number of providers.

It knows no enrollment, so that enrollment can ask it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

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
    watched = select(Expirable).where(
        Expirable.tenant_id == current_tenant(),
        or_(Expirable.provider_id.in_(provider_ids), Expirable.provider_id.is_(None)),
        Expirable.ends_on < before,
        or_(Expirable.holds, Expirable.payer_exceptions != {}),
    )
    gaps = select(Lapse).where(
        Lapse.tenant_id == current_tenant(),
        or_(Lapse.provider_id.in_(provider_ids), Lapse.provider_id.is_(None)),
        Lapse.ends_on < before,
        Lapse.restored_on.is_not(None),
    )
    for item in db().scalars(watched):
        found[item.provider_id].append(_ending(item, None))
    for lapse in db().scalars(gaps):
        found[lapse.provider_id].append(_ending(lapse, lapse.restored_on))
    for lookup in _further:
        for provider_id, endings in lookup(provider_ids).items():
            found[provider_id] += [ending for ending in endings if ending.ends_on < before]
    return found


def _ending(row: Expirable | Lapse, restored_on: date | None) -> Ending:
    return Ending(
        label=row.label,
        ends_on=row.ends_on,
        state=row.state,
        payer_id=row.payer_id,
        payer_kinds=tuple(row.payer_kinds),
        holds=row.holds,
        exceptions=tuple(sorted((payer_id, bool(holds)) for payer_id, holds in row.payer_exceptions.items())),
        restored_on=restored_on,
    )
