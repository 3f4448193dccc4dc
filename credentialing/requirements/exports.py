"""What is asked of providers and how far each document is, as a file; by default only what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.payers.book import load_book
from credentialing.providers.models import Provider
from credentialing.providers.permissions import PROVIDER_LIST
from credentialing.requirements.catalog import PARTIES
from credentialing.requirements.missing import missing_for_all
from credentialing.requirements.rules import PARTY_WORDS
from credentialing.requirements.services import files_of
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = ("Provider", "NPI", "License type", "Document", "Code", "Status", "Ends on", "Needed for", "Why")


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    providers = db().scalars(query.order_by(Provider.last_name, Provider.first_name, Provider.id)).all()
    files, book = files_of(providers), load_book().payers
    for each in providers:
        state = files[each.id]
        for line in state.lines if filters.get("show") == "all" else state.missing:
            payers = "; ".join(book[payer_id].short_name for payer_id in line.needed_for if payer_id in book)
            asked = line.requirement
            yield (
                each.name,
                each.npi,
                each.license_type,
                asked.label,
                asked.code,
                line.status,
                line.state.expires_on,
                payers,
                asked.why,
            )


declare_export(Export("requirements", "Requirements missing", PROVIDER_LIST, COLUMNS, _rows, filters=("show",)))

MISSING_COLUMNS = (
    "Provider",
    "Document",
    "Code",
    "State",
    "Status",
    "Who owes it",
    "What comes next",
    "Waiting for it",
    "Ended on",
)


def _missing(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    book, owes = load_book().payers, filters.get("owes", "")
    for item in missing_for_all(payer_id=filters.get("payer_id") or None, owes=owes if owes in PARTIES else None):
        yield (
            item.name,
            item.label,
            item.code,
            item.state,
            item.status,
            PARTY_WORDS[item.owes],
            item.next_step,
            "; ".join(book[payer_id].short_name for payer_id in item.payer_ids if payer_id in book),
            item.expires_on,
        )


declare_export(
    Export(
        "missing",
        "What is missing, who owes it",
        PROVIDER_LIST,
        MISSING_COLUMNS,
        _missing,
        filters=("owes", "payer_id"),
    )
)
