"""The list of providers as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.providers.models import PROVIDER_STATUSES, Provider
from credentialing.providers.permissions import PROVIDER_LIST
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Last name",
    "First name",
    "NPI",
    "License type",
    "License number",
    "License state",
    "License ends on",
    "Taxonomy",
    "CAQH id",
    "CAQH attested on",
    "E-mail",
    "Phone",
    "Status",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = select(Provider).where(Provider.tenant_id == current_tenant())
    if filters.get("status") in PROVIDER_STATUSES:
        query = query.where(Provider.status == filters["status"])
    query = query.order_by(Provider.last_name, Provider.first_name, Provider.id)
    for each in db().scalars(query.execution_options(yield_per=500)):
        yield (
            each.last_name,
            each.first_name,
            each.npi,
            each.license_type,
            each.license_number,
            each.license_state,
            each.license_expires_on,
            each.taxonomy,
            each.caqh_id,
            each.caqh_attested_on,
            each.email,
            each.phone,
            each.status,
        )


declare_export(Export("providers", "Providers", PROVIDER_LIST, COLUMNS, _rows, filters=("status",)))
