"""The one answer to "what is missing, for which payers, who owes it": a clinic's files in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.payers.book import Payer, payer
from credentialing.providers.models import Provider
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.rules import Override, Place, in_force, next_step, who_owes
from credentialing.requirements.services import FileBasis, Line, basis_of
from credentialing.requirements.sources import documents_of, facts_of, load_overrides, said_by_credentials
from infra import clock
from infra.db import current_scope, current_tenant, db
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus

Pairs = Mapping[UUID, Sequence[tuple[str, str]]]
"""For each provider the applications that are open: payer id and the state in which the provider practices for that payer."""
NOT_IN_ORDER = frozenset({"missing", "rejected", "expired", "uploaded"})
OF_THE_CLINIC = "GROUP"


@dataclass(frozen=True, slots=True)
class MissingItem:
    """One thing that is not in order: whose, what, how far it is, for which payers, who owes it and what comes next.

    Without `provider_id` the clinic itself needs it. `state` is the state that it is for, when that is another than the clinic's.
    `payer_ids` are the open applications that wait for it; empty when nobody has applied yet.
    """

    provider_id: UUID | None
    name: str
    code: str
    label: str
    status: str
    state: str | None
    owes: str
    next_step: str
    why: str
    payer_ids: tuple[str, ...]
    expires_on: date | None
    document_id: UUID | None


def _no_pairs(provider_ids: Sequence[UUID]) -> Pairs:
    return {}


_pairs_lookup: Callable[[Sequence[UUID]], Pairs] = _no_pairs


def set_pairs_lookup(lookup: Callable[[Sequence[UUID]], Pairs]) -> None:
    """Register who knows the open applications of providers with their states, in one query. Called once, at import."""
    global _pairs_lookup
    _pairs_lookup = lookup


def missing_for_all(
    *,
    provider_ids: Sequence[UUID] | None = None,
    payer_id: str | None = None,
    owes: str | None = None,
) -> list[MissingItem]:
    """Everything that is missing, rejected, expired or waits for a review: of the active providers (or those named) and, when no
    providers are named, of the clinic itself; narrowed to one payer's applications or to what one party owes.

    The same number of queries for any number of providers, payers and documents.
    """
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status == "active")
    if provider_ids is not None:
        query = query.where(Provider.id.in_(provider_ids))
    providers = db().scalars(query.order_by(Provider.last_name, Provider.first_name, Provider.id)).all()
    ids, clinic = [provider.id for provider in providers], get_clinic()
    today = clock.today(clinic.timezone)
    overrides = tuple(in_force(load_overrides(), today))
    documents, said, pairs = documents_of(ids), said_by_credentials(ids), _pairs_lookup(ids)
    items: list[MissingItem] = []
    for provider in providers:
        basis = basis_of(provider, clinic, documents.get(provider.id, []), said, overrides, today)
        items += _of_provider(provider, basis, pairs.get(provider.id, ()), clinic)
    if provider_ids is None and current_scope().provider_id is None:
        everyone = {known for found in pairs.values() for known, _ in found}
        items += _of_clinic(clinic, everyone, overrides, today)
    return [
        item
        for item in items
        if (payer_id is None or payer_id in item.payer_ids) and (owes is None or item.owes == owes)
    ]


def _of_provider(
    provider: Provider, basis: FileBasis | None, pairs: Sequence[tuple[str, str]], clinic: Clinic
) -> list[MissingItem]:
    if basis is None:
        payers = tuple(dict.fromkeys(payer_id for payer_id, _ in pairs))
        step = "Say which license the provider holds; it decides what is needed."
        return [
            MissingItem(
                provider.id,
                provider.name,
                "license_type",
                "License type",
                "missing",
                None,
                "clinic",
                step,
                "",
                payers,
                None,
                None,
            )
        ]
    return _items(basis, pairs, provider.id, provider.name, clinic.state, provider.registry_status)


def _of_clinic(
    clinic: Clinic, payer_ids: Iterable[str], overrides: tuple[Override, ...], today: date
) -> list[MissingItem]:
    """What the group itself lacks: its own W-9, IRS letter, insurance and bank letter, when providers have applied anywhere."""
    payers = sorted(set(payer_ids))
    if not payers:
        return []
    kinds = {kind for code in load_catalog().license_types[OF_THE_CLINIC].needs for kind in _kinds_of(code)}
    found = db().scalars(
        select(Document).where(
            Document.tenant_id == current_tenant(),
            Document.provider_id.is_(None),
            Document.status == DocumentStatus.AVAILABLE,
            Document.kind.in_(kinds),
        )
    )
    documents = list(found)
    basis = FileBasis(
        place=Place(OF_THE_CLINIC, clinic.state, tuple(name for name, holds in clinic.traits.items() if holds)),
        facts=tuple(facts_of(document) for document in documents),
        documents={str(document.id): document for document in documents},
        checks=frozenset(),
        home_states=frozenset({clinic.state}),
        overrides=overrides,
        today=today,
    )
    return _items(basis, [(payer_id, clinic.state) for payer_id in payers], None, clinic.name, clinic.state, "pending")


def _kinds_of(code: str) -> tuple[str, ...]:
    return load_catalog().documents[code].kinds


def _items(
    basis: FileBasis,
    pairs: Sequence[tuple[str, str]],
    provider_id: UUID | None,
    name: str,
    home: str,
    registry: str,
) -> list[MissingItem]:
    """The lines that are not in order, each once with every payer that waits for it; without applications those of the clinic."""
    lacking: dict[tuple[str, str | None], tuple[Line, list[str]]] = {}
    for payer_id, state, line in _lines(basis, pairs, home):
        if line.status not in NOT_IN_ORDER:
            continue
        where = state if line.requirement.per_state and state != home else None
        _, waiting = lacking.setdefault((line.requirement.code, where), (line, []))
        if payer_id and payer_id not in waiting:
            waiting.append(payer_id)
    return [_item(line, where, waiting, provider_id, name, registry) for (_, where), (line, waiting) in lacking.items()]


def _lines(basis: FileBasis, pairs: Sequence[tuple[str, str]], home: str) -> Iterable[tuple[str | None, str, Line]]:
    asked: dict[tuple[str, str], tuple[Line, ...]] = {}
    for payer_id, state in pairs:
        known = payer(payer_id)
        if known is None:
            continue
        # Payers of one kind without overrides of their own ask for the same: worked out once.
        same = _as_all_of_its_kind(basis, known)
        if (same, state) not in asked:
            asked[same, state] = basis.lines_for(known, state)
        yield from ((payer_id, state, line) for line in asked[same, state])
    if not pairs:
        yield from ((None, home, line) for line in basis.lines_of_clinic())


def _as_all_of_its_kind(basis: FileBasis, known: Payer) -> str:
    own = any(row.payer_id == known.id for row in basis.overrides)
    return known.id if own else f"kind {known.kind}"


def _item(
    line: Line, where: str | None, waiting: Sequence[str], provider_id: UUID | None, name: str, registry: str
) -> MissingItem:
    owes = who_owes(line.requirement, line.status, registry=registry)
    return MissingItem(
        provider_id=provider_id,
        name=name,
        code=line.requirement.code,
        label=line.requirement.label,
        status=line.status,
        state=where,
        owes=owes,
        next_step=next_step(line.requirement, line.status, owes),
        why=line.requirement.why,
        payer_ids=tuple(waiting),
        expires_on=line.state.expires_on,
        document_id=line.document.id if line.document else None,
    )
