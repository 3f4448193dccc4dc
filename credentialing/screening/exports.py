"""Possible matches with exclusion lists as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.permissions import SCREENING_READ
from credentialing.screening.words import LIST_NAMES
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "List",
    "Name on the list",
    "Rests on",
    "Evidence",
    "State",
    "Reason",
    "Decided by",
    "Decided at (UTC)",
    "Found at (UTC)",
    "No longer found since (UTC)",
    "Number",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = (
        select(ScreeningMatch, Provider)
        .join(Provider, (Provider.tenant_id == ScreeningMatch.tenant_id) & (Provider.id == ScreeningMatch.provider_id))
        .where(ScreeningMatch.tenant_id == current_tenant())
        .order_by(Provider.last_name, Provider.first_name, ScreeningMatch.id)
    )
    for match, each in db().execute(query.execution_options(yield_per=500)):
        entry = match.entry
        yield (
            each.name,
            each.npi,
            LIST_NAMES[match.source],
            " ".join(part for part in (entry["first_name"], entry["middle_name"], entry["last_name"]) if part),
            match.basis,
            "; ".join(match.why),
            match.state,
            match.reason,
            match.decided_by_name,
            match.decided_at,
            match.created_at,
            match.ended_at,
            str(match.id),
        )


declare_export(Export("screening", "Screening", SCREENING_READ, COLUMNS, _rows))
