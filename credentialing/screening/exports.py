"""Possible matches with exclusion lists and what was decided, as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.permissions import SCREENING_READ
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "List",
    "Basis",
    "State",
    "Why",
    "Seen at (UTC)",
    "Decided by",
    "Decided at (UTC)",
    "Reason",
    "No longer found since (UTC)",
)
STATES = ("new", "cleared", "escalated", "confirmed")


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = (
        select(ScreeningMatch, Provider)
        .join(Provider, (Provider.tenant_id == ScreeningMatch.tenant_id) & (Provider.id == ScreeningMatch.provider_id))
        .where(ScreeningMatch.tenant_id == current_tenant())
    )
    if filters.get("state") in STATES:
        query = query.where(ScreeningMatch.state == filters["state"])
    for match, each in db().execute(query.order_by(ScreeningMatch.id.desc()).execution_options(yield_per=500)):
        yield (
            each.name,
            each.npi,
            match.source.upper(),
            match.basis,
            match.state,
            "; ".join(match.why),
            match.seen_at,
            match.decided_by_name,
            match.decided_at,
            match.reason,
            match.ended_at,
        )


declare_export(Export("screening", "Screening queue", SCREENING_READ, COLUMNS, _rows, filters=("state",)))
