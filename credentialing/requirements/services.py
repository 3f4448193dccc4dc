"""How far the files of providers are: computed from documents, a fixed number of queries for any number of providers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.payers.book import Payer, load_book
from credentialing.providers.models import Provider
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.rules import (
    DocumentFacts,
    Override,
    Place,
    Requirement,
    RequirementStatus,
    all_accepted,
    all_uploaded,
    appears,
    counts_for,
    in_force,
    needed_for,
    requirement_status,
    resolved,
    strictest,
)
from credentialing.requirements.sources import (
    Said,
    documents_of,
    facts_of,
    load_overrides,
    said_by_credentials,
)
from infra import clock
from infra.db import current_tenant, db
from infra.outbox import OutboxRow, publish
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document

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
class FileBasis:
    """What the requirements of one provider, or of the clinic itself, are worked out from, for any payer and state."""

    place: Place
    facts: tuple[DocumentFacts, ...]
    documents: Mapping[str, Document]
    checks: frozenset[str]
    home_states: frozenset[str]
    overrides: tuple[Override, ...]
    today: date

    def line(self, requirement: Requirement, payer_ids: Sequence[str], state: str) -> Line:
        """How far one requirement is in a state."""
        counting = [fact for fact in self.facts if counts_for(requirement, fact, state, self.home_states)]
        found = requirement_status(requirement, counting, self.today, checks=self.checks)
        return Line(requirement, found, tuple(payer_ids), self.documents.get(found.document_id or ""))

    def lines_for(self, payer: Payer, state: str | None = None) -> tuple[Line, ...]:
        """What one payer asks for in a state (by default the clinic's), and how far it is; only what applies."""
        where = state or self.place.state
        asked = resolved(replace(self.place, state=where), self.overrides, payer=payer)
        return tuple(self.line(requirement, [payer.id], where) for requirement in asked if requirement.applies)

    def lines_of_clinic(self) -> tuple[Line, ...]:
        """What the clinic asks for whoever the payer is; only what applies."""
        asked = resolved(self.place, self.overrides)
        return tuple(self.line(requirement, (), self.place.state) for requirement in asked if requirement.applies)


@dataclass(frozen=True, slots=True)
class FileState:
    """All requirements of one provider. Counts are over what applies; what is optional never holds a file up."""

    provider_id: UUID
    lines: tuple[Line, ...]
    has_license_type: bool
    basis: FileBasis | None = field(default=None, compare=False, repr=False)

    def lines_for(self, payer: Payer, state: str | None = None) -> tuple[Line, ...]:
        """What one payer asks for, with its own overrides; nothing without a license type."""
        return self.basis.lines_for(payer, state) if self.basis else ()

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
    return states_with(providers, None, payers_by_provider=payers_by_provider, clinic=clinic)[0]


def states_with(
    providers: Sequence[Provider],
    variants: Sequence[Sequence[Override]] | None,
    *,
    payers_by_provider: PayersByProvider | None = None,
    clinic: Clinic | None = None,
) -> list[dict[UUID, FileState]]:
    """The files of these providers under several sets of overrides in force, with everything read once; None: those of today."""
    if not providers:
        return [{} for _ in variants or (0,)]
    ids = [provider.id for provider in providers]
    payers = payers_by_provider if payers_by_provider is not None else _payers_lookup(ids)
    place = clinic or get_clinic()
    documents, said = documents_of(ids), said_by_credentials(ids)
    today = clock.today(place.timezone)
    chosen = [in_force(load_overrides(), today)] if variants is None else variants
    return [
        {
            provider.id: _file_state(
                provider,
                basis_of(provider, place, documents.get(provider.id, []), said, tuple(overrides), today),
                _payers(payers.get(provider.id, ())),
            )
            for provider in providers
        }
        for overrides in chosen
    ]


def basis_of(
    provider: Provider,
    clinic: Clinic,
    documents: Sequence[Document],
    said: Said,
    overrides: tuple[Override, ...],
    today: date,
) -> FileBasis | None:
    """What a provider's requirements are worked out from; None while nobody has said the license type."""
    if provider.license_type not in load_catalog().license_types:
        return None
    traits = tuple(name for name, holds in clinic.traits.items() if holds)
    return FileBasis(
        place=Place(str(provider.license_type), clinic.state, traits, _conditions(provider, said)),
        facts=(
            *(facts_of(document, said.of(document.id)) for document in documents),
            *said.proven.get(provider.id, ()),
        ),
        documents={str(document.id): document for document in documents},
        checks=frozenset({"registry"} if provider.registry_status == "found" else ()),
        home_states=frozenset({clinic.state, *([provider.license_state] if provider.license_state else [])}),
        overrides=overrides,
        today=today,
    )


def _conditions(provider: Provider, said: Said) -> tuple[str, ...]:
    return ("has_disclosures",) if provider.id in said.disclosed else ()


def _file_state(provider: Provider, basis: FileBasis | None, payers: Sequence[Payer]) -> FileState:
    if basis is None:
        return FileState(provider.id, (), False)
    lines = [
        basis.line(requirement, asking, basis.place.state)
        for requirement, asking in _asked(basis, payers)
        if appears(requirement, basis.facts)
    ]
    return FileState(provider.id, tuple(lines), True, basis)


def _asked(basis: FileBasis, payers: Sequence[Payer]) -> list[tuple[Requirement, list[str]]]:
    """Each requirement once, as the strictest of the clinic and the payers wants it, with the payers that ask for it."""
    own = {requirement.code: requirement for requirement in resolved(basis.place, basis.overrides)}
    asking = {code: needed_for(requirement, payers) for code, requirement in own.items()}
    changed = _codes_by_payer(basis.overrides)
    for payer in payers:
        codes = changed.get(payer.id)
        if not codes:
            continue
        theirs = {row.code: row for row in resolved(basis.place, basis.overrides, payer=payer) if row.code in codes}
        for code in codes:
            asking[code] = [known for known in asking.get(code, ()) if known != payer.id]
            if code in theirs:
                own[code] = strictest([own[code], theirs[code]] if code in own else [theirs[code]])
                asking[code] += [payer.id] if theirs[code].applies else []
    return [(requirement, asking[code]) for code, requirement in own.items()]


def _codes_by_payer(overrides: Iterable[Override]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in overrides:
        if row.payer_id is not None:
            found[row.payer_id].add(row.code)
    return found


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


def document_kinds() -> list[tuple[str, str]]:
    """Every kind of document that can be asked for: code and label, by label."""
    return sorted(((code, kind.label) for code, kind in load_catalog().documents.items()), key=lambda pair: pair[1])
