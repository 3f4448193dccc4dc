"""The versions of a packet: made by a job, numbered, never changed; what each holds and how it differs from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.services import case_packet, get_enrollment
from credentialing.packets.facts.paths import CATALOG, secret_values, values_for_case
from credentialing.packets.letters import front_pages, letter_data
from credentialing.packets.models import PacketForm, PacketVersion
from credentialing.packets.rules import PartFacts, content_hash, value_for, version_changes
from credentialing.packets.services.contents import PlannedPart, background_of, planned_parts, setup_of, shown_facts
from credentialing.packets.services.forms import layout_fields
from credentialing.payers.book import payer
from infra.db import current_scope, current_tenant, db
from infra.outbox import OutboxRow, later, publish
from infra.problems import NotFound
from integrations.pdf.assembly import Part
from tenants.audit import record
from tenants.documents.made import Shelved, record_made
from tenants.documents.models import Document
from tenants.documents.services import get_document

MAKE_TOPIC = "credentialing.make_packet"
MOST_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes of a part come from: an object, and for a form the values of its fields and the pages that are kept."""

    key: str
    title: str
    group: str
    kind: str
    filename: str
    object_key: str
    content_type: str
    size: int
    document_id: UUID
    values: Mapping[str, str | bool] | None = None
    kept_pages: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that the job needs to make a version, read in one transaction."""

    enrollment_id: UUID
    provider_id: UUID
    payer_id: str
    provider_name: str
    payer_name: str
    sources: tuple[Source, ...]
    letter: dict[str, Any]
    facts: dict[str, str]
    defects: tuple[dict[str, str], ...]
    last: PacketVersion | None


@dataclass(frozen=True, slots=True)
class Made:
    """What the job made: the two files on the shelf, and what a version keeps of its parts."""

    pdf: Shelved
    zip: Shelved
    pages: int
    parts: list[dict[str, Any]]
    content_hash: str


def order_version(enrollment_id: UUID) -> UUID:
    """Have a version of a packet made; returns the job. Asking again while one is being made gives the same job. Raises `NotFound`."""
    case = get_enrollment(enrollment_id)
    running = running_job(case.id)
    if running is not None:
        return running.id
    return later(MAKE_TOPIC, {"enrollment_id": str(case.id), "by": current_scope().actor_name})


def running_job(enrollment_id: UUID) -> OutboxRow | None:
    """The job that is making a version of this packet now, or the newest one that failed since; None otherwise."""
    query = select(OutboxRow).where(
        OutboxRow.tenant_id == current_tenant(),
        OutboxRow.topic == MAKE_TOPIC,
        OutboxRow.payload["enrollment_id"].astext == str(enrollment_id),
        OutboxRow.done_at.is_(None),
        OutboxRow.dead_at.is_(None),
    )
    return db().scalars(query.order_by(OutboxRow.id.desc()).limit(1)).first()


def read_order(enrollment_id: UUID, *, sender: str) -> Order:
    """Read what a version is made of; secrets that a form asks for are read in clear, and that is noted. Raises `NotFound`."""
    case = get_enrollment(enrollment_id)
    setup, at = setup_of(case.id), background_of(case)
    values = values_for_case(at)
    parts = [part for part in planned_parts(case, setup) if part.is_in]
    asked = {entry.get("fact", "") for part in parts if part.form for entry in part.form.field_map.values()}
    secrets = sorted(path for path in asked if path in CATALOG and CATALOG[path].is_secret)
    if secrets:
        words = ", ".join(CATALOG[path].label.removeprefix("Provider: ") for path in secrets)
        record(
            "provider.revealed",
            f"filled {words} of {at.provider.name} into the forms of a packet",
            subject_kind="provider",
            subject_id=at.provider.id,
        )
    known = payer(case.payer_id)
    filled = values | secret_values(at.provider, secrets)
    forms = _form_documents(parts)
    return Order(
        enrollment_id=case.id,
        provider_id=at.provider.id,
        payer_id=case.payer_id,
        provider_name=at.provider.name,
        payer_name=known.short_name if known else case.payer_id,
        sources=tuple(_source(part, filled, forms) for part in parts),
        letter=letter_data(values, note=setup.letter_note if setup else "", sender=sender, today=at.today),
        facts=shown_facts(values),
        defects=tuple(
            {"code": each.code, "message": each.message, "severity": each.severity} for each in case_packet(case)
        ),
        last=latest_version(case.id),
    )


def _form_documents(parts: Sequence[PlannedPart]) -> dict[UUID, Document]:
    ids = [part.form.document_id for part in parts if part.form is not None]
    query = select(Document).where(Document.tenant_id == current_tenant(), Document.id.in_(ids))
    return {document.id: document for document in db().scalars(query)} if ids else {}


def form_values(form: PacketForm, facts: Mapping[str, str]) -> dict[str, str | bool]:
    """What goes into each mapped field of a form."""
    kinds = {field.name: field.kind for field in layout_fields(form)}
    return {
        name: value_for(entry, kinds[name], facts)
        for name, entry in form.field_map.items()
        if name in kinds and kinds[name] != "signature"
    }


def _source(part: PlannedPart, facts: Mapping[str, str], forms: Mapping[UUID, Document]) -> Source:
    document = forms[part.form.document_id] if part.form else part.document
    if document is None:
        raise NotFound
    fillable = part.form is not None and part.form.status == "ready"
    return Source(
        key=part.key,
        title=part.title,
        group=part.group,
        kind=part.kind,
        filename=document.filename,
        object_key=document.object_key,
        content_type=document.detected_type or document.content_type,
        size=document.size,
        document_id=document.id,
        values=form_values(part.form, facts) if part.form is not None and fillable else None,
        kept_pages=part.form.kept_pages if part.form else None,
    )


def content_of(order: Order, parts: Sequence[dict[str, Any]]) -> str:
    """The hash that tells whether anything changed since the version before."""
    steady = {name: words for name, words in order.letter.items() if name in ("note", "subject", "paragraphs")}
    return content_hash(_compared(parts), order.facts, str(sorted(steady.items())))


def _compared(parts: Sequence[Mapping[str, Any]]) -> list[PartFacts]:
    return [PartFacts(part["key"], part["title"], part["sha256"]) for part in parts]


def front_of(order: Order, made_at: datetime) -> Any:
    """The function that sets the pages before the first part."""
    return lambda placed, total: front_pages(order.letter, placed, total, made_at=made_at)


def store_version(order: Order, made: Made, *, by: str) -> PacketVersion:
    """Store a version with its files. Publishes `packet.assembled`."""
    number = (order.last.number if order.last else 0) + 1
    stem = f"{order.provider_name} - {order.payer_name} - v{number}"
    pdf = record_made(made.pdf, filename=f"{stem}.pdf", kind="packet", provider_id=order.provider_id)
    archive = record_made(made.zip, filename=f"{stem}.zip", kind="packet", provider_id=order.provider_id)
    before, facts_before = (_compared(order.last.parts), order.last.facts) if order.last else ([], {})
    version = PacketVersion(
        enrollment_id=order.enrollment_id,
        provider_id=order.provider_id,
        payer_id=order.payer_id,
        number=number,
        pdf_document_id=pdf.id,
        zip_document_id=archive.id,
        pages=made.pages,
        parts=made.parts,
        facts=order.facts,
        content_hash=made.content_hash,
        changes=version_changes(before, _compared(made.parts), facts_before, order.facts) if order.last else [],
        defects=list(order.defects),
        made_by_name=by,
    )
    db().add(version)
    db().flush()
    record(
        "packet.assembled",
        f"had version {number} of the packet of {order.provider_name} for {order.payer_name} made",
        subject_kind="enrollment",
        subject_id=order.enrollment_id,
        facts={"version": number, "sha256": made.pdf.sha256, "pages": made.pages},
    )
    publish(
        "packet.assembled", enrollment_id=str(order.enrollment_id), provider_id=str(order.provider_id), version=number
    )
    return version


def made_ids(work_id: UUID) -> tuple[UUID, UUID]:
    """The ids of the two files that a job makes: the same in each of its runs."""
    return uuid5(work_id, "pdf"), uuid5(work_id, "zip")


def latest_version(enrollment_id: UUID) -> PacketVersion | None:
    """The newest version of a packet; None when none was made."""
    return latest_versions([enrollment_id]).get(enrollment_id)


def latest_versions(enrollment_ids: Sequence[UUID]) -> dict[UUID, PacketVersion]:
    """The newest version of each packet, in one query."""
    if not enrollment_ids:
        return {}
    query = (
        select(PacketVersion)
        .ext(distinct_on(PacketVersion.enrollment_id))
        .where(PacketVersion.tenant_id == current_tenant(), PacketVersion.enrollment_id.in_(list(enrollment_ids)))
        .order_by(PacketVersion.enrollment_id, PacketVersion.number.desc())
    )
    return {row.enrollment_id: row for row in db().scalars(query)}


def versions_of(case: Enrollment, *, limit: int = 50, before: int | None = None) -> Sequence[PacketVersion]:
    """The versions of a packet, newest first, older than number `before`."""
    query = select(PacketVersion).where(
        PacketVersion.tenant_id == current_tenant(), PacketVersion.enrollment_id == case.id
    )
    if before is not None:
        query = query.where(PacketVersion.number < before)
    return db().scalars(query.order_by(PacketVersion.number.desc()).limit(limit)).all()


def version_file(enrollment_id: UUID, number: int, *, archive: bool = False) -> Document:
    """The PDF of a version, or its ZIP. Raises `NotFound`."""
    found = (
        db()
        .scalars(
            select(PacketVersion).where(
                PacketVersion.tenant_id == current_tenant(),
                PacketVersion.enrollment_id == enrollment_id,
                PacketVersion.number == number,
            )
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return get_document(found.zip_document_id if archive else found.pdf_document_id)


def part_row(
    source: Source, part: Part, sha256: str, *, first_page: int | None, pages: int, note: str
) -> dict[str, Any]:
    """What a version keeps of a part."""
    return {
        "key": source.key,
        "title": source.title,
        "group": source.group,
        "kind": source.kind,
        "filename": part.filename,
        "document_id": str(source.document_id),
        "sha256": sha256,
        "size": len(part.content),
        "first_page": first_page,
        "pages": pages,
        "note": note,
    }
