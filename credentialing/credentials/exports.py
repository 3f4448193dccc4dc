"""What providers hold, and what their files lack, as files. Sealed numbers do not leave this way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.credentials.models import SEALED_KINDS, Credential
from credentialing.payers.book import load_book
from credentialing.providers.models import Provider
from credentialing.providers.permissions import PROVIDER_LIST
from credentialing.providers.provenance import SOURCE_WORDS
from credentialing.providers.sections import find_section
from credentialing.providers.services.sections import file_gaps, parts_of
from credentialing.requirements.catalog import load_catalog
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

HELD_COLUMNS = ("Provider", "NPI", "What", "Number", "State", "Issuer", "From", "Until", "Status", "Source")
GAP_COLUMNS = ("Provider", "NPI", "Section", "Missing", "Needed for")


def _held(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = (
        select(Credential, Provider)
        .join(Provider, (Provider.tenant_id == Credential.tenant_id) & (Provider.id == Credential.provider_id))
        .where(Credential.tenant_id == current_tenant(), Credential.status != "removed", Provider.status != "left")
        .order_by(Provider.last_name, Provider.first_name, Provider.id, Credential.kind, Credential.id)
    )
    if filters.get("kind"):
        query = query.where(Credential.kind == filters["kind"])
    documents = load_catalog().documents
    for row, provider in db().execute(query.execution_options(yield_per=500)):
        yield (
            provider.name,
            provider.npi,
            documents[row.kind].label,
            None if row.kind in SEALED_KINDS else row.number,
            row.state,
            row.issuer,
            row.issued_on,
            row.expires_on,
            row.status,
            SOURCE_WORDS[row.source],
        )


def _gaps(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status == "active")
    providers = db().scalars(query.order_by(Provider.last_name, Provider.first_name, Provider.id)).all()
    book = load_book().payers
    for parts in parts_of(providers):
        for gap in file_gaps(parts.provider, parts):
            payers = "; ".join(book[key].short_name for key in gap.needed_for if key in book)
            yield parts.provider.name, parts.provider.npi, find_section(gap.section).title, gap.text, payers


declare_export(Export("credentials", "What providers hold", PROVIDER_LIST, HELD_COLUMNS, _held, filters=("kind",)))
declare_export(Export("file-gaps", "What files lack", PROVIDER_LIST, GAP_COLUMNS, _gaps))
