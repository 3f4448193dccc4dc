"""What providers hold, as a file. Sealed numbers leave masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.credentials.models import Credential
from credentialing.providers.models import Provider
from credentialing.providers.permissions import PROVIDER_LIST
from credentialing.requirements.catalog import load_catalog
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "What",
    "Code",
    "Number",
    "State",
    "Issuer",
    "Issued on",
    "Ends on",
    "Status",
    "From",
    "Changed at (UTC)",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    labels = load_catalog().documents
    query = (
        select(Credential, Provider)
        .join(Provider, (Provider.tenant_id == Credential.tenant_id) & (Provider.id == Credential.provider_id))
        .where(Credential.tenant_id == current_tenant(), Credential.status != "removed")
        .order_by(Provider.last_name, Provider.first_name, Provider.id, Credential.kind, Credential.id)
    )
    for held, each in db().execute(query.execution_options(yield_per=500)):
        yield (
            each.name,
            each.npi,
            labels[held.kind].label if held.kind in labels else held.kind,
            held.kind,
            held.number_shown,
            held.state,
            held.issuer,
            held.issued_on,
            held.expires_on,
            held.status,
            held.source_detail or held.source,
            held.changed_at,
        )


declare_export(Export("credentials", "Credentials", PROVIDER_LIST, COLUMNS, _rows))
