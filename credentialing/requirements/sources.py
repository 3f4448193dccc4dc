"""What the requirements of providers rest on: their documents, what credentials say of them, and the clinic's overrides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from sqlalchemy import and_, or_, select

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.providers.models import FileEntry
from credentialing.requirements.models import RequirementOverride
from credentialing.requirements.rules import DocumentFacts, Override
from infra.db import current_tenant, db
from infra.db.once import once
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus

PAPERS_OF_THE_CLINIC = ("w9", "irs_letter", "eft_bank_letter", "agency_certification", "clia")
"""Kinds of which the clinic has one that serves every provider: they speak of the tax ID or the site."""


@dataclass(frozen=True, slots=True)
class Said:
    """What credentials say: of each document that one rests on its state and its end, and what they prove by themselves.

    `disclosed` are the providers who answered a disclosure question with yes: each yes is explained in writing.
    """

    by_document: Mapping[UUID, tuple[str | None, date | None]]
    proven: Mapping[UUID, Sequence[DocumentFacts]]
    disclosed: frozenset[UUID] = frozenset()

    def of(self, document_id: UUID) -> tuple[str | None, date | None]:
        """State and end of a document, as far as a credential says them."""
        return self.by_document.get(document_id, (None, None))


def documents_of(provider_ids: Sequence[UUID]) -> dict[UUID, list[Document]]:
    """The available documents of these providers that somebody has sorted, in one query. The clinic's own W-9 and letters count for
    each of them, the provider's own last."""
    found: dict[UUID, list[Document]] = {provider_id: [] for provider_id in provider_ids}
    asked = frozenset(provider_ids)
    for document in once(("documents", asked), lambda: _documents(asked)):
        if document.provider_id is not None:
            found[document.provider_id].append(document)
        else:
            for papers in found.values():
                papers.append(document)
    return found


def _documents(provider_ids: frozenset[UUID]) -> Sequence[Document]:
    query = select(Document).where(
        Document.tenant_id == current_tenant(),
        or_(
            Document.provider_id.in_(provider_ids),
            and_(Document.provider_id.is_(None), Document.kind.in_(PAPERS_OF_THE_CLINIC)),
        ),
        Document.status == DocumentStatus.AVAILABLE,
        Document.kind.is_not(None),
    )
    return db().scalars(query.order_by(Document.provider_id.is_not(None), Document.id)).all()


def said_by_credentials(provider_ids: Sequence[UUID]) -> Said:
    """What the credentials of these providers say of their documents, which need none, and who disclosed something; two queries."""
    by_document: dict[UUID, tuple[str | None, date | None]] = {}
    proven: dict[UUID, list[DocumentFacts]] = defaultdict(list)
    held = sorted(chain.from_iterable(credentials_of(provider_ids).values()), key=lambda row: row.id)
    for row in held:
        if row.status == "superseded":
            continue
        if row.document_id is not None:
            by_document[row.document_id] = (row.state, row.expires_on)
        if _proves_itself(row):
            day = row.issued_on or row.changed_at.date()
            proven[row.provider_id].append(DocumentFacts("", row.kind, "accepted", day, row.expires_on, row.state))
    return Said(by_document, proven, _disclosed(frozenset(provider_ids)))


def _disclosed(provider_ids: frozenset[UUID]) -> frozenset[UUID]:
    return once(("disclosed", provider_ids), lambda: _read_disclosed(provider_ids))


def _read_disclosed(provider_ids: frozenset[UUID]) -> frozenset[UUID]:
    query = select(FileEntry.provider_id).where(
        FileEntry.tenant_id == current_tenant(),
        FileEntry.provider_id.in_(provider_ids),
        FileEntry.section == "disclosures",
        FileEntry.removed_at.is_(None),
        FileEntry.values["answer"].as_boolean(),
    )
    return frozenset(db().scalars(query.distinct()))


def _proves_itself(row: Credential) -> bool:
    """The CAQH attestation is a day, not a paper; the board's own look-up of a license counts as proof (NCQA CR 3)."""
    if row.kind == "caqh_profile":
        return row.issued_on is not None
    return row.kind == "state_license" and row.source == "source" and row.status in ("active", "expired")


def load_overrides() -> list[Override]:
    """Every override of this clinic with its history, in the order in which they were made."""
    return list(once("overrides", _read_overrides))


def _read_overrides() -> list[Override]:
    query = select(RequirementOverride).where(RequirementOverride.tenant_id == current_tenant())
    return [override_of(row) for row in db().scalars(query.order_by(RequirementOverride.id))]


def override_of(row: RequirementOverride) -> Override:
    """A stored override as the rules see it."""
    return Override(
        id=str(row.id),
        code=row.code,
        effective_on=row.effective_on,
        payer_id=row.payer_id,
        license_type=row.license_type,
        state=row.state,
        level=row.level,
        validity_days=row.validity_days,
        kinds=tuple(row.kinds) if row.kinds else None,
        on_lapse=row.on_lapse,
        reason=row.reason,
        undoes=str(row.undoes_id) if row.undoes_id else None,
    )


def facts_of(document: Document, said: tuple[str | None, date | None] = (None, None)) -> DocumentFacts:
    """A stored document as the rules see it, with what a credential says that rests on it."""
    review = "uploaded" if document.review_status == "pending" else document.review_status
    ends = document.expires_on or said[1]
    return DocumentFacts(str(document.id), document.kind or "", review, document.created_at.date(), ends, state=said[0])
