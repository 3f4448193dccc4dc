"""What the hold list asks: which ends of a provider's rights stop billing. Two queries for any number of providers.

It knows no enrollment, so that enrollment can ask it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from credentialing.enrollment.rules.lapsing import Ending
from credentialing.monitoring.models import Expirable, Lapse
from infra.db import current_tenant, db


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
