"""What goes into the packet of a case: the payer's forms, the signed attestation, and the accepted documents, in payers' order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from credentialing.credentials.services import credentials_of
from credentialing.enrollment.models import Enrollment, Location
from credentialing.enrollment.rules import asks_for
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.services.packet_facts import one_line
from credentialing.packets.facts.paths import Background
from credentialing.packets.models import PacketForm, PacketSetup
from credentialing.packets.rules import part_rank
from credentialing.packets.services.forms import list_forms
from credentialing.packets.services.signatures import newest_attestations
from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from credentialing.providers.registry import stored_record
from credentialing.providers.services import get_provider
from credentialing.requirements.services import FileState, Line, files_of
from infra.db import current_tenant, db
from infra.problems import NotFound, StaleVersion
from tenants.audit import record
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document

GOOD = frozenset({"accepted", "expiring"})


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Something that a packet may hold. `key` stays the same over versions; `is_in` says whether it goes in, `why_not` why it
    cannot."""

    key: str
    title: str
    group: str
    kind: str
    document: Document | None = None
    form: PacketForm | None = None
    is_in: bool = True
    why_not: str = ""


def setup_of(enrollment_id: UUID) -> PacketSetup | None:
    """What somebody decided for this packet; None when nobody did."""
    query = select(PacketSetup).where(
        PacketSetup.tenant_id == current_tenant(), PacketSetup.enrollment_id == enrollment_id
    )
    return db().scalars(query).one_or_none()


def case_with_setup(enrollment_id: UUID) -> tuple[Enrollment, PacketSetup | None]:
    """A case and what somebody decided for its packet, in one query. Raises `NotFound`."""
    found = (
        db()
        .execute(
            select(Enrollment, PacketSetup)
            .outerjoin(
                PacketSetup,
                (PacketSetup.tenant_id == Enrollment.tenant_id) & (PacketSetup.enrollment_id == Enrollment.id),
            )
            .where(Enrollment.tenant_id == current_tenant(), Enrollment.id == enrollment_id)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found[0], found[1]


def save_setup(
    case: Enrollment, *, left_out: Sequence[str], letter_note: str, if_version: int | None = None
) -> PacketSetup:
    """Say which parts stay out of a packet and what the cover letter says beside the usual. Raises `StaleVersion`."""
    setup = setup_of(case.id)
    if if_version is not None and if_version != (setup.version if setup else 0):
        raise StaleVersion
    if setup is None:
        setup = PacketSetup(enrollment_id=case.id)
        db().add(setup)
    setup.left_out, setup.letter_note = sorted(set(left_out)), letter_note.strip()
    db().flush()
    record("packet.arranged", "arranged a packet", subject_kind="enrollment", subject_id=case.id)
    return setup


def planned_parts(
    case: Enrollment, setup: PacketSetup | None = None, *, file: FileState | None = None
) -> list[PlannedPart]:
    """Everything that the packet of a case may hold, in the order of the packet; `file` saves reading it."""
    if file is None:
        provider = get_provider(case.provider_id)
        file = files_of([provider], payers_by_provider={})[provider.id]
    lines = _asked_lines(file, case.payer_id)
    left_out = frozenset(setup.left_out) if setup else frozenset()
    answered = {line.requirement.code for line in lines if line.status in GOOD and line.document is not None}
    parts = [
        _form_part(form, left_out)
        for form in list_forms(payer_id=case.payer_id)
        if form.payer_id is not None or (form.kind is not None and form.kind not in answered)
    ]
    parts += [_document_part(line, left_out) for line in lines]
    return sorted(parts, key=lambda part: (part.group != "Forms", part_rank(part.kind), part.title))


def _asked_lines(file: FileState, payer_id: str) -> list[Line]:
    """What this payer asks for, and what is there besides; a check of the product that has no paper is no part."""
    known = payer(payer_id)
    needed = list(file.lines_for(known) if known else file.needed)
    codes = {line.requirement.code for line in needed}
    more = [
        line
        for line in file.lines
        if line.document is not None
        and line.requirement.code not in codes
        and (known is None or asks_for(known.kind, line.requirement.code, line.requirement.payer_kinds))
    ]
    return [line for line in (*needed, *more) if line.document is not None or line.requirement.proof is None]


def _form_part(form: PacketForm, left_out: frozenset[str]) -> PlannedPart:
    key = f"form:{form.id}"
    why = "" if form.status == "ready" else form.problem or "Its fields are being read."
    is_flat = form.status == "unusable" and form.problem is not None and form.layout.get("problem") == "flat"
    return PlannedPart(
        key,
        form.name,
        "Forms",
        form.kind or "form",
        form=form,
        is_in=key not in left_out and (form.status == "ready" or is_flat),
        why_not=why,
    )


def _document_part(line: Line, left_out: frozenset[str]) -> PlannedPart:
    key = f"document:{line.requirement.code}"
    why = {
        "missing": "It is missing.",
        "uploaded": "Nobody has reviewed it yet.",
        "rejected": "It was rejected.",
        "expired": "It has expired.",
    }.get(line.status, "")
    is_good = line.status in GOOD and line.document is not None
    return PlannedPart(
        key,
        line.requirement.label,
        "Documents",
        line.requirement.code,
        document=line.document,
        is_in=is_good and key not in left_out,
        why_not="" if is_good else why or "There is no document.",
    )


def background_of(case: Enrollment) -> Background:
    """What the values of a case's forms and letter are read from."""
    provider = get_provider(case.provider_id)
    return Background(
        case=case,
        provider=provider,
        clinic=get_clinic(),
        location=location_of(case),
        credentials=credentials_of([provider.id])[provider.id],
        attestation=newest_attestations([provider.id]).get(provider.id),
        today=clinic_day(),
    )


def location_of(case: Enrollment) -> Location | None:
    """The location that a case is for: its own, else the clinic's first one."""
    query = select(Location).where(Location.tenant_id == current_tenant())
    if case.location_id is not None:
        query = query.where(Location.id == case.location_id)
    return db().scalars(query.order_by(Location.created_at, Location.id).limit(1)).first()


def registry_address(provider: Provider) -> str:
    """The practice address that the NPI registry has, in one line; empty when it has none."""
    answer = stored_record(provider.registry_record)
    for row in answer.addresses if answer else ():
        if row.purpose == "location":
            return one_line(row.line1, row.line2, row.city, row.state, row.postal_code)
    return ""


def shown_facts(values: Mapping[str, str]) -> dict[str, str]:
    """The facts that a version remembers, by their labels; the day is none of them."""
    from credentialing.packets.facts.paths import CATALOG

    return {
        CATALOG[path].label: words
        for path, words in values.items()
        if words and path in CATALOG and path not in ("today", "signature.name", "signature.date")
    }
