"""What is known of files, gathered for the rules: checks at the sources, what people verified, what is held. Few queries for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.committee.models import CommitteeProof
from credentialing.committee.rules import Checklist, FileFacts, Program, Proof, review
from credentialing.committee.rules.review import Result
from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.packets.models import Attestation
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.rules.sections import gap_words, open_gaps
from credentialing.providers.services.entries import entries_of
from credentialing.requirements.catalog import load_catalog
from credentialing.verification.models import Verification
from infra.db import current_tenant, db
from tenants.clinics.services import get_clinic

# Which element a check at a source proves.
ELEMENT_OF = {"license": "license", "leie": "exclusions_leie", "sam": "exclusions_sam"}
SOURCE_NAMES = {"license": "State board", "leie": "OIG LEIE", "sam": "SAM.gov"}
# Which credentials say until when an element is in force.
ENDS = {"license": frozenset({"state_license"}), "dea_cds": frozenset({"dea", "cds"})}
_IN_FORCE = frozenset({"unverified", "active"})
_RUNNING = _IN_FORCE | {"expired"}


def checklists(providers: Sequence[Provider], program: Program, on: date) -> dict[UUID, Checklist]:
    """The review of each of these files for a decision on the day `on`."""
    facts = file_facts(providers, on)
    return {provider_id: review(found, program, on) for provider_id, found in facts.items()}


def file_facts(providers: Sequence[Provider], on: date) -> dict[UUID, FileFacts]:
    """What the rules need to know of these files."""
    if not providers:
        return {}
    ids = [provider.id for provider in providers]
    held, entries = credentials_of(ids), entries_of(ids)
    known = (_checked(ids), _verified(ids), _signed(ids))
    return {
        provider.id: FileFacts(
            is_prescriber=_is_prescriber(provider, held[provider.id]),
            is_board_certified=any(row.kind == "board_cert" and row.status in _IN_FORCE for row in held[provider.id]),
            work_gaps=_gaps(entries[provider.id], on),
            proofs=tuple(_ending(proof, _ends(held[provider.id])) for proof in _all_of(provider, held, known)),
        )
        for provider in providers
    }


def _all_of(
    provider: Provider, held: dict[UUID, list[Credential]], known: Sequence[dict[UUID, list[Proof]]]
) -> list[Proof]:
    return [
        *(proof for proofs in known for proof in proofs.get(provider.id, [])),
        *_of_the_file(provider, held[provider.id]),
    ]


def _is_prescriber(provider: Provider, held: Sequence[Credential]) -> bool:
    kind = load_catalog().license_types.get(provider.license_type or "")
    return (kind is not None and kind.prescriber) or any(row.kind in {"dea", "cds"} for row in held)


def _gaps(entries: dict[str, list[FileEntry]], on: date) -> tuple[str, ...]:
    work = [entry.values for entry in entries.get("work_history", [])]
    training = [entry.values for entry in entries.get("training", [])]
    # An empty history is not a gap: it has not been entered, and whoever verifies it reads the CV.
    return tuple(gap_words(gap) for gap in open_gaps(work, training, on)) if work else ()


def _local(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(get_clinic().timezone)).date()


def _checked(ids: Sequence[UUID]) -> dict[UUID, list[Proof]]:
    """The latest check of each source that proves an element."""
    query = (
        select(Verification)
        .where(
            Verification.tenant_id == current_tenant(),
            Verification.provider_id.in_(ids),
            Verification.source.in_(ELEMENT_OF),
        )
        .ext(distinct_on(Verification.provider_id, Verification.source))
        .order_by(
            Verification.provider_id, Verification.source, Verification.verified_at.desc(), Verification.id.desc()
        )
    )
    found: dict[UUID, list[Proof]] = {}
    for row in db().scalars(query):
        result: Result = "confirmed" if row.valid_until is not None else "adverse"
        found.setdefault(row.provider_id, []).append(
            Proof(
                ELEMENT_OF[row.source],
                _local(row.verified_at),
                SOURCE_NAMES[row.source],
                (row.method[:1].lower() + row.method[1:]) or "checked by Onpanel",
                row.verified_by_name,
                result,
                "" if result == "confirmed" else str(row.evidence.get("why") or row.result.replace("_", " ")),
                document_id=str(row.evidence_document_id) if row.evidence_document_id else None,
            )
        )
    return found


def _verified(ids: Sequence[UUID]) -> dict[UUID, list[Proof]]:
    query = select(CommitteeProof).where(
        CommitteeProof.tenant_id == current_tenant(), CommitteeProof.provider_id.in_(ids)
    )
    found: dict[UUID, list[Proof]] = {}
    for row in db().scalars(query.order_by(CommitteeProof.id)):
        found.setdefault(row.provider_id, []).append(
            Proof(
                row.element,
                row.verified_on,
                row.source,
                row.method,
                row.verified_by_name,
                "confirmed" if row.result == "confirmed" else "adverse",
                row.note,
                document_id=str(row.document_id) if row.document_id else None,
            )
        )
    return found


def _of_the_file(provider: Provider, held: Sequence[Credential]) -> list[Proof]:
    """What the file itself proves: the attestation in CAQH, and copies of the DEA and CDS certificates."""
    found = [
        Proof(
            "dea_cds",
            _local(row.changed_at),
            "Copy of the certificate",
            "copy",
            "the file",
            document_id=str(row.document_id),
        )
        for row in held
        if row.kind in ENDS["dea_cds"] and row.status in _IN_FORCE and row.document_id is not None
    ]
    if provider.caqh_attested_on is not None:
        found.append(
            Proof("attestation", provider.caqh_attested_on, "CAQH ProView", "electronic signature", provider.name)
        )
    return found


def _signed(ids: Sequence[UUID]) -> dict[UUID, list[Proof]]:
    """The latest attestation that each provider signed here."""
    query = (
        select(Attestation.provider_id, Attestation.signed_at, Attestation.signed_name, Attestation.document_id)
        .where(Attestation.tenant_id == current_tenant(), Attestation.provider_id.in_(ids))
        .ext(distinct_on(Attestation.provider_id))
        .order_by(Attestation.provider_id, Attestation.signed_at.desc())
    )
    return {
        row.provider_id: [
            Proof(
                "attestation",
                _local(row.signed_at),
                "Signed in Onpanel",
                "electronic signature",
                row.signed_name,
                document_id=str(row.document_id) if row.document_id else None,
            )
        ]
        for row in db().execute(query)
    }


def _ends(held: Sequence[Credential]) -> dict[str, date | None]:
    """Until when the license and the DEA or CDS registration run, by the file."""
    found: dict[str, date | None] = {}
    for element, kinds in ENDS.items():
        days = [row.expires_on for row in held if row.kind in kinds and row.status in _RUNNING and row.expires_on]
        found[element] = max(days, default=None)
    return found


def _ending(proof: Proof, ends: dict[str, date | None]) -> Proof:
    return replace(proof, ends_on=ends[proof.element]) if proof.ends_on is None and ends.get(proof.element) else proof
