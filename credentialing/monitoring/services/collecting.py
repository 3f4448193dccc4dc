"""Everything of a clinic that has an end, worked out from its sources: a fixed number of queries for any number of providers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.committee.models import CommitteeDecision
from credentialing.committee.services.listing import latest_decisions
from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.states import FINAL, EnrollmentState
from credentialing.monitoring.rules import (
    Claim,
    Watched,
    best_claim,
    caqh_due_on,
    end_of_month,
    item_key,
    others_beside,
)
from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from credentialing.requirements.catalog import DocumentKind, load_catalog
from credentialing.requirements.missing import OF_THE_CLINIC
from credentialing.requirements.rules import Override, Place, Requirement, expiry_of, in_force, requirement_of, resolved
from credentialing.requirements.sources import Said, documents_of, facts_of, load_overrides, said_by_credentials
from infra import clock
from infra.db import current_tenant, db
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus, ReviewStatus

RECREDENTIALING, REVALIDATION = "recredentialing", "medicare_revalidation"
TAKEN_BACK = frozenset({"revoked", "suspended"})
# Of these a provider may hold several at a time that are renewed apart: RN and APRN licenses, two board certificates.
SEVERAL = frozenset({"state_license", "board_cert"})
Claims = dict[tuple[str, str | None], list[Claim]]


@dataclass(slots=True)
class Sources:
    """What a clinic's watch list is worked out from. `begun` notes when what stands now was issued, by key."""

    clinic: Clinic
    today: date
    providers: Sequence[Provider]
    overrides: tuple[Override, ...]
    documents: Mapping[UUID, Sequence[Document]]
    said: Said
    credentials: Mapping[UUID, Sequence[Credential]]
    own_documents: Sequence[Document]
    cases: Sequence[Enrollment]
    decisions: Sequence[CommitteeDecision] = ()
    begun: dict[str, date | None] = field(default_factory=dict)
    _asked: dict[tuple[str, str, str | None], dict[str, Requirement]] = field(default_factory=dict)

    def asked(self, license_type: str, state: str, payer_id: str | None = None) -> dict[str, Requirement]:
        """What is asked of a license type in a state, for one payer when named, by code; worked out once."""
        key = (license_type, state, payer_id)
        if key not in self._asked:
            traits = tuple(name for name, holds in self.clinic.traits.items() if holds)
            rows = resolved(
                Place(license_type, state, traits), self.overrides, payer=payer(payer_id) if payer_id else None
            )
            self._asked[key] = {row.code: row for row in rows}
        return self._asked[key]


def load_sources() -> Sources:
    """Read all that a watch list rests on, in eight statements; one more where a committee decides."""
    clinic = get_clinic()
    today = clock.today(clinic.timezone)
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    providers = db().scalars(query.order_by(Provider.id)).all()
    ids = [provider.id for provider in providers]
    own = select(Document).where(
        Document.tenant_id == current_tenant(),
        Document.provider_id.is_(None),
        Document.status == DocumentStatus.AVAILABLE,
        Document.review_status == ReviewStatus.ACCEPTED,
        Document.kind.in_(load_catalog().documents),
    )
    cases = select(Enrollment).where(Enrollment.tenant_id == current_tenant(), Enrollment.status.not_in(FINAL))
    return Sources(
        clinic=clinic,
        today=today,
        providers=providers,
        overrides=tuple(in_force(load_overrides(), today)),
        documents=documents_of(ids),
        said=said_by_credentials(ids),
        credentials=credentials_of(ids),
        own_documents=db().scalars(own.order_by(Document.id)).all(),
        cases=db().scalars(cases.order_by(Enrollment.id)).all(),
        decisions=list(latest_decisions()) if clinic.traits.get("delegated") else (),
    )


def collect(sources: Sources) -> list[Watched]:
    """Everything with an end: each provider's, the clinic's own, and what payers ask for again."""
    found: list[Watched] = []
    for provider in sources.providers:
        claims = _claims_of(sources, provider)
        found += _watched(sources, claims, provider.id, provider.license_type)
    found += _watched(sources, _claims_of_clinic(sources), None, OF_THE_CLINIC)
    known = {provider.id for provider in sources.providers}
    found += [item for case in sources.cases if case.provider_id in known for item in _asked_again(case)]
    found += [item for row in sources.decisions if row.provider_id in known for item in _decided_again(row)]
    return found


def _claims_of(sources: Sources, provider: Provider) -> Claims:
    claims: Claims = defaultdict(list)
    kinds = load_catalog().documents
    credentials = sources.credentials.get(provider.id, ())
    for row in credentials:
        claim = _claim_of_credential(row)
        if claim is not None and row.kind in kinds:
            state = row.state or sources.clinic.state if kinds[row.kind].per_state else None
            claims[row.kind, state].append(claim)
    covered = {row.document_id for row in credentials if row.expires_on is not None}
    home = provider.license_state or sources.clinic.state
    for document in sources.documents.get(provider.id, ()):
        # The clinic's own papers count for every provider, but they run out once.
        if document.provider_id is not None and document.id not in covered:
            _claim_document(claims, document, sources.said.of(document.id), home)
    _claim_file(claims, provider, home)
    return claims


def _claim_of_credential(row: Credential) -> Claim | None:
    if row.status == "superseded":
        return None
    ended = row.status in TAKEN_BACK
    ends_on = row.expires_on or (row.changed_at.date() if ended else None)
    return Claim("credential", row.id, ends_on, row.issued_on, ended, row.is_primary) if ends_on else None


def _claim_document(claims: Claims, document: Document, said: tuple[str | None, date | None], home: str) -> None:
    if document.review_status != ReviewStatus.ACCEPTED:
        return
    facts = facts_of(document, said)
    for kind in load_catalog().documents.values():
        if document.kind in kind.kinds:
            ends_on = expiry_of(_plain(kind, home), facts)
            if ends_on is not None:
                state = (facts.state or home) if kind.per_state else None
                claims[kind.code, state].append(Claim("document", document.id, ends_on))


def _plain(kind: DocumentKind, state: str) -> Requirement:
    return requirement_of(kind, "required", state, (), load_catalog())


def _claim_file(claims: Claims, provider: Provider, home: str) -> None:
    """What only the provider's file says: the roster's license date, the day of the CAQH attestation."""
    if provider.license_expires_on is not None and not claims.get(("state_license", home)):
        claims["state_license", home].append(Claim("provider", provider.id, provider.license_expires_on))
    if provider.caqh_attested_on is not None and not claims.get(("caqh_profile", None)):
        due = caqh_due_on(provider.caqh_attested_on, home)
        claims["caqh_profile", None].append(Claim("provider", provider.id, due, provider.caqh_attested_on))


def _claims_of_clinic(sources: Sources) -> Claims:
    claims: Claims = defaultdict(list)
    needs = load_catalog().license_types[OF_THE_CLINIC].needs
    for document in sources.own_documents:
        _claim_document(claims, document, (None, None), sources.clinic.state)
    return {key: rows for key, rows in claims.items() if key[0] in needs}


def _watched(sources: Sources, claims: Claims, provider_id: UUID | None, license_type: str | None) -> Iterator[Watched]:
    for (code, state), rows in claims.items():
        claim = best_claim(rows, sources.today)
        if claim is None:
            continue
        key = item_key(code, provider_id, state=state)
        sources.begun[key] = claim.begins_on
        yield _with_holds(sources, _item(key, code, state, provider_id, claim), license_type)
        for other in others_beside(rows, claim, sources.today) if code in SEVERAL else ():
            beside = item_key(code, provider_id, state=state, case_id=other.source_id)
            yield _item(beside, code, state, provider_id, other)


def _item(key: str, code: str, state: str | None, provider_id: UUID | None, claim: Claim) -> Watched:
    kind = load_catalog().documents[code]
    return Watched(
        key=key,
        provider_id=provider_id,
        kind=code,
        label=kind.word,
        ends_on=claim.ends_on,
        owes=kind.owes,
        holds=False,
        source_kind=claim.source_kind,
        source_id=claim.source_id,
        state=state,
        payer_kinds=tuple(sorted(kind.payer_kinds)),
    )


def _with_holds(sources: Sources, item: Watched, license_type: str | None) -> Watched:
    """Say whether its end stops billing: as the requirement says, payer by payer where one has an override."""
    if license_type not in load_catalog().license_types:
        return item
    state = item.state or sources.clinic.state
    asked = sources.asked(str(license_type), state).get(item.kind)
    holds = asked is not None and asked.holds_billing
    payers = sorted({row.payer_id for row in sources.overrides if row.payer_id and row.code == item.kind})
    exceptions = []
    for payer_id in payers:
        theirs = sources.asked(str(license_type), state, payer_id).get(item.kind)
        own = theirs is not None and theirs.holds_billing
        if own != holds:
            exceptions.append((payer_id, own))
    return replace(item, holds=holds, payer_exceptions=tuple(exceptions))


def _asked_again(case: Enrollment) -> Iterator[Watched]:
    """The recredentialing of a loaded case; Medicare's is a revalidation and falls on the end of a month."""
    if case.recredential_due_on is None or case.state is not EnrollmentState.LOADED_VERIFIED:
        return
    known = payer(case.payer_id)
    name = known.short_name if known else case.payer_id
    is_medicare = known is not None and known.kind == "medicare"
    kind = REVALIDATION if is_medicare else RECREDENTIALING
    yield Watched(
        key=item_key(kind, case.provider_id, case_id=case.id),
        provider_id=case.provider_id,
        kind=kind,
        label=f"{name} {'revalidation' if is_medicare else 'recredentialing'}",
        ends_on=end_of_month(case.recredential_due_on) if is_medicare else case.recredential_due_on,
        owes="vendor",
        holds=False,
        source_kind="enrollment",
        source_id=case.id,
        payer_id=case.payer_id,
    )


def _decided_again(decision: CommitteeDecision) -> Iterator[Watched]:
    """The recredentialing by the clinic's own committee, where a payer has delegated that."""
    if decision.recredential_due_on is not None:
        yield Watched(
            key=item_key(RECREDENTIALING, decision.provider_id, case_id=decision.case_id),
            provider_id=decision.provider_id,
            kind=RECREDENTIALING,
            label="Committee recredentialing",
            ends_on=decision.recredential_due_on,
            owes="vendor",
            holds=False,
            source_kind="provider",
            source_id=decision.provider_id,
        )
