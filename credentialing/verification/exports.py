"""What was checked at which source, as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.verification.models import Verification
from credentialing.verification.permissions import VERIFICATION_RUN
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "Source",
    "Result",
    "Match",
    "Verified at (UTC)",
    "Valid until",
    "Method",
    "Verified by",
    "Number",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = (
        select(Verification, Provider)
        .join(Provider, (Provider.tenant_id == Verification.tenant_id) & (Provider.id == Verification.provider_id))
        .where(Verification.tenant_id == current_tenant())
        .order_by(Provider.last_name, Provider.first_name, Provider.id, Verification.verified_at.desc())
    )
    for check, each in db().execute(query.execution_options(yield_per=500)):
        yield (
            each.name,
            each.npi,
            check.source,
            check.result,
            check.matched,
            check.verified_at,
            check.valid_until,
            check.method,
            check.verified_by_name,
            str(check.id),
        )


declare_export(Export("verifications", "Verifications", VERIFICATION_RUN, COLUMNS, _rows))
