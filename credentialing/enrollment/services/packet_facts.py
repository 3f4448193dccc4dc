"""What the packet rules look at, gathered for many cases at once: a fixed number of statements, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.enrollment.models import Enrollment, Location
from credentialing.enrollment.rules import (
    AddressSaid,
    Defect,
    Exclusion,
    License,
    PacketFacts,
    Paper,
    Policy,
    Signature,
    WorkGap,
    packet_defects,
    state_of_case,
)
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.services.papers import Papers, papers_of
from credentialing.payers.book import Payer, payer
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.registry import stored_record
from credentialing.providers.rules.history import Month
from credentialing.providers.rules.sections import gap_words, open_gaps
from credentialing.providers.rules.sources import Difference
from credentialing.providers.sections import DISCLOSURES
from credentialing.providers.services.entries import entries_of
from credentialing.providers.services.registry import differences_in
from credentialing.providers.services.sections import licensed_on
from credentialing.requirements.catalog import load_catalog
from infra.db import current_scope, current_tenant, db
from integrations.nppes import NppesRecord
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic

# Government payers enroll by their own systems and do not read CAQH.
NO_CAQH = frozenset({"medicare", "medicaid_ffs", "va", "workers_comp"})
_OUT_OF_USE = frozenset({"superseded", "removed"})
_REGISTRY = {"found": "verified", "not_found": "unknown"}


@dataclass(slots=True)
class Known:
    """What other rooms know of providers beside their file, each by provider id.

    `held` and `entries` are their file, read once for all; `more` is what a room keeps for its own pages, under its name.
    """

    papers: dict[UUID, list[Paper]] = field(default_factory=dict)
    exclusions: dict[UUID, list[Exclusion]] = field(default_factory=dict)
    signatures: dict[UUID, Signature] = field(default_factory=dict)
    addresses: dict[UUID, list[AddressSaid]] = field(default_factory=dict)
    held: Mapping[UUID, Sequence[Credential]] = field(default_factory=dict)
    entries: Mapping[UUID, Mapping[str, Sequence[FileEntry]]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


Contributor = Callable[[Sequence[Provider], date, Known], None]
_contributors: list[Contributor] = []


def add_packet_knowledge(contributor: Contributor) -> None:
    """Register a room that knows more of providers: it gets the providers and the clinic's day and writes into `Known`, in a fixed
    number of queries. Called once, at import."""
    if contributor not in _contributors:
        _contributors.append(contributor)


@dataclass(slots=True)
class Background:
    """Everything that the packets of some cases are judged by."""

    clinic: Clinic
    today: date
    providers: dict[UUID, Provider]
    papers: Papers
    locations: dict[UUID, Location]
    known: Known
    differences: Mapping[UUID, Sequence[Difference]]
    group_size: int | None


def packets_of(cases: Sequence[Enrollment]) -> dict[UUID, list[Defect]]:
    """What is wrong with the application of each case; an empty list means that it is ready to send."""
    if not cases:
        return {}
    return defects_in(cases, background_of(cases))


def defects_in(cases: Sequence[Enrollment], background: Background) -> dict[UUID, list[Defect]]:
    """`packets_of` for a background that was read already."""
    return {case.id: packet_defects(_facts(case, background), background.today) for case in cases}


def case_packet(case: Enrollment) -> list[Defect]:
    """What is wrong with the application of one case."""
    return packets_of([case])[case.id]


def background_of(cases: Sequence[Enrollment]) -> Background:
    """Read what the packets of these cases are judged by, in a fixed number of statements."""
    ids = list({case.provider_id for case in cases})
    # A provider sees their own row only and could not count the group.
    counted = current_scope().provider_id is None
    active = (
        select(func.count())
        .select_from(Provider)
        .where(Provider.tenant_id == current_tenant(), Provider.status == "active")
    )
    query = select(Provider, active.scalar_subquery()).where(
        Provider.tenant_id == current_tenant(), Provider.id.in_(ids)
    )
    rows = db().execute(query).all()
    providers = [row[0] for row in rows]
    clinic = get_clinic()
    today, known = clinic_day(), Known(held=credentials_of(ids), entries=entries_of(ids))
    for contribute in _contributors:
        contribute(providers, today, known)
    places = db().scalars(select(Location).where(Location.tenant_id == current_tenant()))
    return Background(
        clinic=clinic,
        today=today,
        providers={provider.id: provider for provider in providers},
        papers=papers_of(ids, providers=providers),
        locations={place.id: place for place in places},
        known=known,
        differences=differences_in(providers),
        group_size=rows[0][1] if rows and counted else None,
    )


def _facts(case: Enrollment, at: Background) -> PacketFacts:
    provider, known = at.providers[case.provider_id], payer(case.payer_id)
    answer, held = stored_record(provider.registry_record), at.known.held.get(provider.id, ())
    entries = at.known.entries.get(provider.id, {})
    address = _location(case, at)
    kind = load_catalog().license_types.get(provider.license_type or "")
    counts_group = known is not None and known.group_min is not None and at.group_size is not None
    return PacketFacts(
        payer_name=known.short_name if known else case.payer_id,
        items=at.papers.items(provider.id, known),
        registry_status=_REGISTRY.get(provider.registry_status, "pending"),
        mismatches=[difference.label for difference in at.differences.get(provider.id, ())],
        needs_caqh=known is None or known.kind not in NO_CAQH,
        caqh_attested_on=provider.caqh_attested_on,
        state=state_of_case(address, known.states if known else (), at.clinic.state),
        has_tin=bool(case.tin or at.clinic.tin),
        group_min=known.group_min if known and counts_group else None,
        group_size=(at.group_size or 0) if counts_group else 0,
        payer_id=case.payer_id,
        payer_kind=known.kind if known else "",
        first_name=provider.first_name,
        last_name=provider.last_name,
        former_names=provider.former_names,
        is_prescriber=bool(kind and kind.prescriber),
        tin=case.tin or at.clinic.tin or "",
        caqh_authorized=_authorized(held, known),
        clinic_tin=at.clinic.tin or "",
        legal_name=at.clinic.name,
        location_address=address,
        clinic_addresses=[place.address for place in at.locations.values()],
        addresses=_addresses(answer, at.known.addresses.get(provider.id, ())),
        papers=at.known.papers.get(provider.id, ()),
        npi_kind=answer.kind if answer else "",
        npi_active=answer.status == "A" if answer and answer.status else None,
        group_npi_kind=_group_npi_kind(at),
        registry_taxonomies=[row.code for row in answer.taxonomies] if answer else (),
        fitting_taxonomies=kind.taxonomies if kind else (),
        licenses=_licenses(held),
        policies=_policies(held),
        gaps=_gaps(entries, held, at.today),
        unexplained=_unexplained(entries.get("disclosures", ())),
        exclusions=at.known.exclusions.get(provider.id, ()),
        signature=at.known.signatures.get(provider.id),
    )


def _group_npi_kind(at: Background) -> str:
    """What the registry says of the clinic's NPI, where it was asked: that is, when a provider's own number was entered for the
    clinic's; empty when nobody asked."""
    for provider in at.providers.values():
        if provider.npi == at.clinic.npi and (answer := stored_record(provider.registry_record)):
            return answer.kind
    return ""


def _location(case: Enrollment, at: Background) -> str:
    """The address of the application: the case's location, or the only one that there is."""
    place = at.locations.get(case.location_id) if case.location_id else None
    if place is None and case.location_id is None and len(at.locations) == 1:
        place = next(iter(at.locations.values()))
    return place.address if place else ""


def _addresses(answer: NppesRecord | None, more: Sequence[AddressSaid]) -> list[AddressSaid]:
    """What each source says of the place. Of a source that names several, only one has to be it."""
    said = [
        AddressSaid("NPI registry", one_line(row.line1, row.line2, row.city, row.state, row.postal_code))
        for row in ((*answer.addresses, *answer.practice_locations) if answer else ())
        if row.purpose == "location"
    ]
    return [*said, *more]


def one_line(line1: str | None, line2: str | None, city: str | None, state: str | None, postal: str | None) -> str:
    """An address in one line, as letters write it; a ZIP code of nine digits gets its dash."""
    code = postal or ""
    code = f"{code[:5]}-{code[5:]}" if len(code) == 9 and code.isdigit() else code
    parts = [part.strip() for part in (line1, line2, city) if part and part.strip()]
    return ", ".join([*parts, f"{state or ''} {code}".strip()]).strip(", ")


def _authorized(held: Sequence[Credential], known: Payer | None) -> bool | None:
    """Whether CAQH lets this payer read the profile: what the import said of all payers, or of this one; None when unknown."""
    for row in held:
        if row.kind != "caqh_profile":
            continue
        names = row.details.get("authorized_payers")
        if isinstance(names, list) and known is not None:
            return known.id in names
        if row.details.get("is_authorized") is False:
            return False
    return None


def _licenses(held: Sequence[Credential]) -> list[License]:
    return [
        License(row.number_shown, row.state or "", row.status, row.expires_on, row.holder_name or "")
        for row in held
        if row.kind == "state_license" and row.status not in _OUT_OF_USE
    ]


def _policies(held: Sequence[Credential]) -> list[Policy]:
    return [
        Policy(
            row.details.get("limits_each_cents"),
            row.details.get("limits_total_cents"),
            row.expires_on,
            row.issued_on,
            row.holder_name or "",
        )
        for row in held
        if row.kind == "malpractice_face" and row.status not in _OUT_OF_USE
    ]


def _gaps(entries: Mapping[str, Sequence[FileEntry]], held: Sequence[Credential], today: date) -> list[WorkGap]:
    """The gaps of a work history that still need a reason; none while nobody has told of any work."""
    work = [row.values for row in entries.get("work_history", ())]
    training = [row.values for row in entries.get("training", ())]
    found = open_gaps(work, training, today, licensed_on=licensed_on(held)) if work else []
    return [
        WorkGap(_first_day(gap.started), _first_day(gap.ended), gap.needs == "written", gap_words(gap)) for gap in found
    ]


def _first_day(month: Month) -> date:
    return date(month.index // 12, month.index % 12 + 1, 1)


def _unexplained(entries: Sequence[FileEntry]) -> list[str]:
    questions = dict(DISCLOSURES)
    return [
        questions.get(str(entry.values.get("question")), str(entry.values.get("question") or ""))
        for entry in entries
        if entry.values.get("answer") is True and not str(entry.values.get("explanation") or "").strip()
    ]
