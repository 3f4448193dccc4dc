"""How far the files of providers are: computed from documents, a fixed number of queries for any number of providers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from credentialing.payers.book import Payer, load_book
from credentialing.providers.models import Provider
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.models import ExpiryNotice
from credentialing.requirements.rules import (
    DocumentFacts,
    Requirement,
    RequirementStatus,
    all_accepted,
    all_uploaded,
    appears,
    needed_for,
    requirement_status,
    requirements_for,
)
from infra import clock
from infra.db import current_tenant, db
from infra.ids import uuid7
from infra.outbox import OutboxRow, publish
from tenants.audit import record
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus

CHECK_TOPIC = "credentialing.check_files"
PayersByProvider = Mapping[UUID, Sequence[str]]
_OPEN = frozenset({"missing", "rejected", "expired"})
_VALID = frozenset({"accepted", "expiring"})
_RUNNING_OUT = frozenset({"expiring", "expired"})


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of one provider: what is asked, how far it is, and the ids of the payers that ask for it."""

    requirement: Requirement
    state: RequirementStatus
    needed_for: tuple[str, ...]
    document: Document | None

    @property
    def status(self) -> str:
        """missing, uploaded, accepted, rejected, expiring or expired."""
        return self.state.status


@dataclass(frozen=True, slots=True)
class FileState:
    """All requirements of one provider. Counts are over what applies; what is optional never holds a file up."""

    provider_id: UUID
    lines: tuple[Line, ...]
    has_license_type: bool

    @property
    def needed(self) -> tuple[Line, ...]:
        """The requirements that apply."""
        return tuple(line for line in self.lines if line.requirement.applies)

    @property
    def done(self) -> int:
        """How many of them are accepted and still valid."""
        return sum(line.status in _VALID for line in self.needed)

    @property
    def missing(self) -> tuple[Line, ...]:
        """What applies and is not there, was rejected, or has run out."""
        return tuple(line for line in self.needed if line.status in _OPEN)

    @property
    def in_review(self) -> int:
        """How many wait for a person to look at them."""
        return sum(line.status == "uploaded" for line in self.needed)

    @property
    def expiring(self) -> tuple[Line, ...]:
        """What runs out within 30 days or has run out, whether it applies or not."""
        return tuple(line for line in self.lines if line.status in _RUNNING_OUT)

    @property
    def next_expiry(self) -> date | None:
        """The first day on which something accepted ends."""
        ends = [line.state.expires_on for line in self.lines if line.status in _VALID and line.state.expires_on]
        return min(ends, default=None)

    @property
    def is_accepted(self) -> bool:
        """True when everything that applies is accepted; a file without a license type never is."""
        return self.has_license_type and all_accepted([(line.requirement, line.state) for line in self.lines])

    @property
    def is_uploaded(self) -> bool:
        """True when everything that applies is there, reviewed or not."""
        return self.has_license_type and all_uploaded([(line.requirement, line.state) for line in self.lines])


def _no_payers(provider_ids: Sequence[UUID]) -> PayersByProvider:
    return {}


_payers_lookup: Callable[[Sequence[UUID]], PayersByProvider] = _no_payers


def set_payers_lookup(lookup: Callable[[Sequence[UUID]], PayersByProvider]) -> None:
    """Register who knows to which payers a provider applies: provider ids to payer ids, one query. Called once, at import."""
    global _payers_lookup
    _payers_lookup = lookup


def files_of(
    providers: Sequence[Provider], *, payers_by_provider: PayersByProvider | None = None, clinic: Clinic | None = None
) -> dict[UUID, FileState]:
    """How far the files of these providers are. `payers_by_provider` saves asking the registered look-up."""
    if not providers:
        return {}
    ids = [provider.id for provider in providers]
    payers = payers_by_provider if payers_by_provider is not None else _payers_lookup(ids)
    place = clinic or get_clinic()
    documents = _documents_of(ids)
    today = clock.today(place.timezone)
    return {
        provider.id: _file_state(provider, place, documents.get(provider.id, []), payers.get(provider.id, ()), today)
        for provider in providers
    }


def _documents_of(provider_ids: Sequence[UUID]) -> dict[UUID, list[Document]]:
    found: dict[UUID, list[Document]] = defaultdict(list)
    query = select(Document).where(
        Document.tenant_id == current_tenant(),
        Document.provider_id.in_(provider_ids),
        Document.status == DocumentStatus.AVAILABLE,
        Document.kind.is_not(None),
    )
    for document in db().scalars(query.order_by(Document.id)):
        if document.provider_id is not None:
            found[document.provider_id].append(document)
    return found


def facts_of(document: Document) -> DocumentFacts:
    """A stored document as the rules see it."""
    review = "uploaded" if document.review_status == "pending" else document.review_status
    return DocumentFacts(str(document.id), document.kind or "", review, document.created_at.date(), document.expires_on)


def _file_state(
    provider: Provider, clinic: Clinic, documents: Sequence[Document], payer_ids: Sequence[str], today: date
) -> FileState:
    if provider.license_type not in load_catalog().license_types:
        return FileState(provider.id, (), False)
    traits = [name for name, holds in clinic.traits.items() if holds]
    asked = requirements_for(str(provider.license_type), clinic.state, traits=traits)
    checks = {"registry"} if provider.registry_status == "found" else set()
    facts = [facts_of(document) for document in documents]
    by_id = {str(document.id): document for document in documents}
    payers = _payers(payer_ids)
    lines = []
    for requirement in asked:
        if not appears(requirement, facts):
            continue
        state = requirement_status(requirement, facts, today, checks=checks)
        document = by_id.get(state.document_id or "")
        lines.append(Line(requirement, state, tuple(needed_for(requirement, payers)), document))
    return FileState(provider.id, tuple(lines), True)


def _payers(payer_ids: Sequence[str]) -> list[Payer]:
    book = load_book().payers
    return [book[payer_id] for payer_id in dict.fromkeys(payer_ids) if payer_id in book]


def file_of(provider: Provider, *, payers: Sequence[str] | None = None) -> FileState:
    """How far one provider's file is."""
    known = None if payers is None else {provider.id: payers}
    return files_of([provider], payers_by_provider=known)[provider.id]


def missing_for(provider: Provider) -> list[Line]:
    """What applies to a provider and is missing, rejected or expired; empty when an application has all its documents."""
    return list(file_of(provider).missing)


def active_files() -> list[FileState]:
    """The files of every provider who is not leaving or gone."""
    providers = db().scalars(
        select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status == "active")
    )
    return list(files_of(providers.all()).values())


def check_files() -> dict[str, bool]:
    """See whether the clinic's files are complete; publishes `documents.complete` and `documents.accepted_all` when so.

    Both are published again by every later change while they hold: whoever listens must take them more than once.
    """
    files = active_files()
    complete = bool(files) and all(state.is_uploaded for state in files)
    accepted = bool(files) and all(state.is_accepted for state in files)
    if complete:
        publish("documents.complete", providers=len(files))
    if accepted:
        publish("documents.accepted_all", providers=len(files))
    return {"complete": complete, "accepted_all": accepted}


def is_asked_again(job_id: UUID) -> bool:
    """True when a later check of the files waits already, so that this one need not look."""
    later_ones = select(OutboxRow.id).where(
        OutboxRow.tenant_id == current_tenant(),
        OutboxRow.topic == CHECK_TOPIC,
        OutboxRow.id > job_id,
        OutboxRow.attempts == 0,
        OutboxRow.done_at.is_(None),
        OutboxRow.dead_at.is_(None),
        OutboxRow.payload["facts"]["provider_id"].astext.is_not(None),
    )
    return db().execute(later_ones.limit(1)).first() is not None


def notice_expiries() -> int:
    """Tell once for each step (120, 90, 60, 30, 14, 7, 1 days) that an accepted document ends. Returns how many were told.

    Publishes `document.expiring`. A step that was missed is made up for by the next run; steps long past are left out.
    """
    clinic = get_clinic()
    today = clock.today(clinic.timezone)
    steps = sorted(load_catalog().reminder_days_before)
    horizon = today + timedelta(days=steps[-1])
    due = []
    providers = (
        db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status != "left")).all()
    )
    for provider_id, state in files_of(providers, clinic=clinic).items():
        for line in state.lines:
            ends = line.state.expires_on
            if line.status not in _VALID or ends is None or ends > horizon:
                continue
            step = next(days for days in steps if (ends - today).days <= days)
            due.append((provider_id, line, ends, step))
    names = {provider.id: provider.name for provider in providers}
    return sum(_notice(names[provider_id], provider_id, line, ends, step) for provider_id, line, ends, step in due)


def _notice(name: str, provider_id: UUID, line: Line, ends: date, step: int) -> bool:
    document = line.document
    if document is None:
        return False
    made = (
        db()
        .execute(
            insert(ExpiryNotice)
            .values(
                tenant_id=current_tenant(),
                id=uuid7(),
                created_at=clock.now(),
                provider_id=provider_id,
                document_id=document.id,
                days_before=step,
                expires_on=ends,
            )
            .on_conflict_do_nothing()
            .returning(ExpiryNotice.id)
        )
        .scalar()
    )
    if made is None:
        return False
    record(
        "document.expiring",
        f"noticed that the {line.requirement.label.lower()} of {name} ends on {ends.isoformat()}",
        subject_kind="document",
        subject_id=document.id,
    )
    publish(
        "document.expiring",
        document_id=str(document.id),
        provider_id=str(provider_id),
        kind=line.requirement.code,
        expires_on=ends.isoformat(),
        days_before=step,
    )
    return True


def document_kinds() -> list[tuple[str, str]]:
    """Every kind of document that can be asked for: code and label, by label."""
    return sorted(((code, kind.label) for code, kind in load_catalog().documents.items()), key=lambda pair: pair[1])
