"""How far the documents of providers are, as an application needs them: two statements for any number of providers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.rules import PacketItem
from credentialing.enrollment.services.cases import clinic_day
from credentialing.payers.book import Payer
from credentialing.providers.models import Provider
from credentialing.requirements.rules import DocumentFacts, requirement_status, requirements_for
from infra.db import current_tenant, db
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus

LACKING = frozenset({"missing", "rejected", "expired"})


@dataclass(frozen=True, slots=True)
class Papers:
    """Required documents of each provider, with the kinds of payers that ask for each; no kinds means every payer."""

    rows: dict[UUID, list[tuple[PacketItem, frozenset[str]]]] = field(default_factory=dict)

    def items(self, provider_id: UUID, payer: Payer | None) -> list[PacketItem]:
        """What this payer asks of this provider."""
        rows = self.rows.get(provider_id, [])
        return [item for item, kinds in rows if not kinds or payer is None or payer.kind in kinds]

    def missing(self, provider_id: UUID, payer: Payer | None) -> int:
        """How many of them are not there, or no longer good."""
        return sum(item.status in LACKING for item in self.items(provider_id, payer))


def _documents(provider_ids: Collection[UUID]) -> dict[UUID, list[DocumentFacts]]:
    rows = db().scalars(
        select(Document).where(
            Document.tenant_id == current_tenant(),
            Document.provider_id.in_(provider_ids),
            Document.status == DocumentStatus.AVAILABLE,
            Document.kind.is_not(None),
        )
    )
    found: dict[UUID, list[DocumentFacts]] = {}
    for row in rows:
        review = {"pending": "uploaded"}.get(row.review_status, row.review_status)
        facts = DocumentFacts(str(row.id), row.kind or "", review, row.created_at.date(), row.expires_on)
        if row.provider_id is not None:
            found.setdefault(row.provider_id, []).append(facts)
    return found


def papers_of(provider_ids: Collection[UUID]) -> Papers:
    """The required documents of these providers and how far each is."""
    if not provider_ids:
        return Papers()
    tenant_id, clinic, today = current_tenant(), get_clinic(), clinic_day()
    providers = db().scalars(select(Provider).where(Provider.tenant_id == tenant_id, Provider.id.in_(provider_ids)))
    documents = _documents(provider_ids)
    traits = [name for name, holds in clinic.traits.items() if holds]
    found = Papers()
    for provider in providers:
        if provider.license_type is None:
            continue
        checks = ("registry",) if provider.registry_status == "found" else ()
        rows = []
        for need in requirements_for(provider.license_type, provider.license_state or clinic.state, traits=traits):
            if need.applies:
                status = requirement_status(need, documents.get(provider.id, ()), today, checks=checks)
                rows.append((PacketItem(need.code, need.label, status.status, status.expires_on), need.payer_kinds))
        found.rows[provider.id] = rows
    return found
