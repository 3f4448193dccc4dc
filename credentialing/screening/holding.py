"""What the hold list learns from screening: a confirmed exclusion stops billing to everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.rules.lapsing import Ending
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.states import MatchState
from infra.db import current_tenant, db

_NAMES = {"leie": "Excluded from federal health programs (OIG LEIE)", "sam": "Excluded by a federal agency (SAM)"}

_RELEASE = "The list reinstates the provider, or the match is cleared on the screening page."


def exclusions_of(provider_ids: Collection[UUID]) -> dict[UUID, list[Ending]]:
    """The confirmed exclusions of these providers as the end of their right to be billed, from the day the list gives.

    Source:
        42 U.S.C. 1320a-7b(f) and 42 CFR 1001.1901: no federal program pays for what an excluded person furnishes, orders or prescribes
        from the effective date on; commercial contracts follow it, so all payers are held.
    """
    query = select(ScreeningMatch).where(
        ScreeningMatch.tenant_id == current_tenant(),
        ScreeningMatch.provider_id.in_(provider_ids),
        ScreeningMatch.state == MatchState.CONFIRMED.value,
    )
    found: dict[UUID, list[Ending]] = {}
    for match in db().scalars(query):
        since = match.entry.get("since_on")
        begins = date.fromisoformat(since) if since else (match.decided_at or match.created_at).date()
        label = _NAMES[match.source]
        words = f"{label}; confirmed by {match.decided_by_name}."
        found.setdefault(match.provider_id, []).append(
            Ending(label, begins - timedelta(days=1), words=words, release=_RELEASE)
        )
    return found
