"""How far the documents of providers are, as an application needs them: two statements for any number of providers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import EnrollmentEvent
from credentialing.enrollment.rules import PacketItem
from credentialing.payers.book import Payer
from credentialing.providers.models import Provider
from credentialing.requirements.services import FileState, Line, files_of
from infra.db import current_tenant, db
from tenants.documents.models import Document

LACKING = frozenset({"missing", "rejected", "expired"})


@dataclass(frozen=True, slots=True)
class Papers:
    """The files of some providers, asked payer by payer."""

    files: dict[UUID, FileState] = field(default_factory=dict)

    def items(self, provider_id: UUID, payer: Payer | None) -> list[PacketItem]:
        """What this payer asks of this provider, with its own overrides; without a payer, what any of them asks."""
        file = self.files.get(provider_id)
        return [
            PacketItem(
                line.requirement.code,
                line.requirement.label,
                line.status,
                line.state.expires_on,
                str(line.document.id) if line.document else "",
            )
            for line in self._lines(file, payer)
        ]

    @staticmethod
    def _lines(file: FileState | None, payer: Payer | None) -> Sequence[Line]:
        if file is None:
            return ()
        return file.needed if payer is None else file.lines_for(payer)

    def missing(self, provider_id: UUID, payer: Payer | None) -> int:
        """How many of them are not there, or no longer good."""
        return sum(item.status in LACKING for item in self.items(provider_id, payer))


def papers_of(provider_ids: Collection[UUID], *, providers: Sequence[Provider] | None = None) -> Papers:
    """The files of these providers; `providers` saves reading them."""
    if not provider_ids:
        return Papers()
    if providers is not None:
        return Papers(files_of(providers, payers_by_provider={}))
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.id.in_(provider_ids))
    return Papers(files_of(db().scalars(query).all(), payers_by_provider={}))


def unreviewed_proofs(events: Sequence[EnrollmentEvent]) -> set[UUID]:
    """Which of the documents that prove these steps nobody has accepted yet."""
    ids = {event.proof_document_id for event in events if event.proof_document_id is not None}
    if not ids:
        return set()
    query = select(Document.id).where(
        Document.tenant_id == current_tenant(), Document.id.in_(ids), Document.review_status == "pending"
    )
    return set(db().scalars(query))
