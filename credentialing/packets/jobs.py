"""What runs in the background for packets: reading forms, sealing attestations, making versions, asking providers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

from credentialing.credentials.services import credentials_of, save_credential
from credentialing.enrollment.rules.packet.history import ATTESTATION_DAYS
from credentialing.packets import knowledge as _knowledge  # noqa: F401 - registers itself
from credentialing.packets.letters import attestation_pdf
from credentialing.packets.library import LIBRARY, LibraryForm
from credentialing.packets.models import Attestation, PacketForm
from credentialing.packets.nearby import with_nearby_text
from credentialing.packets.services import versions
from credentialing.packets.services.fixes import ASK_TOPIC
from credentialing.packets.services.forms import (
    FORM_KIND,
    LIBRARY_TOPIC,
    READ_TOPIC,
    first_map,
    get_form,
    stored_layout,
)
from credentialing.packets.services.signatures import SEAL_TOPIC, get_attestation
from credentialing.packets.services.versions import MAKE_TOPIC, MOST_BYTES, Made, Order, Source
from credentialing.providers.provenance import FactSource
from credentialing.providers.services import get_provider
from infra import clock
from infra.ids import uuid7
from infra.jobs.work import Work
from infra.mail import Mail, send
from infra.outbox import job, on, publish
from infra.outbox.registry import GiveUp
from infra.problems import NotFound
from infra.settings import settings
from infra.storage import storage
from infra.storage.client import object_key
from integrations.pdf.assembly import Part, PlacedPart, assemble, first_pages, zipped
from integrations.pdf.forms import FormLayout, FormProblem, fill_form, read_form
from integrations.pdf.reading import UnreadablePdf, open_pdf
from tenants.clinics.services import get_clinic
from tenants.documents.made import record_made, shelve
from tenants.documents.seals import sealed
from tenants.documents.services import facts_of, get_document

PICTURE_DPI, PICTURE_PIXELS, MOST_PICTURES = 110, 1_600_000, 12


def _bytes_of(key: str) -> bytes:
    return b"".join(storage().chunks(key))


@job(READ_TOPIC, timeout_s=120, max_attempts=4)
def read_form_file(work: Work, *, form_id: str) -> None:
    """Read the fields of an uploaded form, picture its pages, and guess a first map."""
    with work.transaction():
        form = get_form(UUID(form_id))
        key = get_document(form.document_id).object_key
        status = form.status
    if status != "reading":
        with work.finish():
            return
    content = _bytes_of(key)
    try:
        layout, problem = labelled(content, read_form(content)), None
    except FormProblem as found:
        layout, problem = None, found
    pictures = _pictures(work, content)
    with work.finish():
        form = get_form(UUID(form_id))
        form.pictures = pictures
        if layout is None:
            form.status, form.problem = "unusable", str(problem)
            form.layout = {"problem": problem.code if problem else "broken"}
            return
        form.layout, form.status = stored_layout(layout), "ready"
        form.field_map, form.guessed = first_map(layout)


@job(LIBRARY_TOPIC, timeout_s=120, max_attempts=4)
def add_library_form(work: Work, *, code: str) -> None:
    """Put a form of ours on the shelf with its checked map."""
    ours = LIBRARY[code]
    content = ours.content
    layout = labelled(content, read_form(content))
    pictures = _pictures(work, content, most=ours.kept_pages or MOST_PICTURES)
    shelved = shelve(work.tenant_id, content, content_type="application/pdf", document_id=uuid5(work.id, "form"))
    with work.finish() as session:
        document = record_made(shelved, filename=ours.filename, kind=FORM_KIND)
        session.add(_library_row(ours, document.id, layout, pictures))


def _library_row(ours: LibraryForm, document_id: UUID, layout: FormLayout, pictures: list[Any]) -> PacketForm:
    return PacketForm(
        id=uuid7(),
        name=ours.name,
        kind=ours.kind,
        document_id=document_id,
        status="ready",
        layout=stored_layout(layout),
        field_map={name: dict(entry) for name, entry in ours.field_map.items()},
        pictures=pictures,
        kept_pages=ours.kept_pages,
        added_by_name="Onpanel",
    )


def labelled(content: bytes, layout: FormLayout) -> FormLayout:
    """The layout with the printed text beside each field that the form itself does not name."""
    try:
        with open_pdf(content) as opened:
            pages = {box.page for field in layout.fields for box in field.boxes}
            words = {number: opened.words(number) for number in sorted(pages) if number < opened.page_count}
    except UnreadablePdf:
        return layout
    return with_nearby_text(layout, words)


def _pictures(work: Work, content: bytes, *, most: int = MOST_PICTURES) -> list[dict[str, Any]]:
    """Pictures of the first pages, stored for the page of the map: number, key, width and height in points."""
    made = []
    try:
        with open_pdf(content) as opened:
            for number in range(min(opened.page_count, most)):
                width, height = opened.size(number)
                picture = opened.picture(number, dots_per_inch=PICTURE_DPI, most_pixels=PICTURE_PIXELS)
                out = BytesIO()
                picture.save(out, "PNG", optimize=True)
                key = object_key(work.tenant_id, "evidence", uuid5(work.id, f"page {number}"))
                storage().put(key, out.getvalue(), content_type="image/png")
                made.append({"page": number, "key": key, "width": width, "height": height})
    except UnreadablePdf:
        return made
    return made


@job(SEAL_TOPIC, timeout_s=120)
def seal_attestation(work: Work, *, attestation_id: str) -> None:
    """Make the signed PDF of an attestation, seal it, and file it as the provider's attestation."""
    with work.transaction():
        attestation = get_attestation(UUID(attestation_id))
        provider, clinic = get_provider(attestation.provider_id), get_clinic()
        name, clinic_name, timezone = provider.display_name, clinic.name, clinic.timezone
    plain = attestation_pdf(attestation, clinic_name=clinic_name, provider_name=name, timezone=timezone)
    reason = f"Attestation of {attestation.signed_name}, {attestation.signed_at:%Y-%m-%d %H:%M} UTC"
    content = sealed(plain, name=attestation.signed_name, reason=reason)
    shelved = shelve(work.tenant_id, content, content_type="application/pdf", document_id=uuid5(work.id, "pdf"))
    with work.finish() as session:
        document = record_made(
            shelved,
            filename=f"Attestation of {name}.pdf",
            kind="attestation_release",
            provider_id=attestation.provider_id,
        )
        document.expires_on = attestation.signed_at.date() + timedelta(days=ATTESTATION_DAYS)
        row = session.get(Attestation, (work.tenant_id, attestation.id))
        if row is None:
            raise GiveUp("the attestation is gone")
        row.document_id = document.id
        # Whoever watches accepted documents (what is missing, what runs out) learns of this one like of any other.
        publish("document.accepted", **facts_of(document))


@job(MAKE_TOPIC, timeout_s=900, max_attempts=5)
def make_packet(work: Work, *, enrollment_id: str, by: str) -> None:
    """Make a version of a packet; when nothing changed since the last one, none is made."""
    with work.transaction():
        order = versions.read_order(UUID(enrollment_id), sender=by)
    if sum(source.size for source in order.sources) > MOST_BYTES:
        raise GiveUp(f"The files are larger than {MOST_BYTES // 1024 // 1024} MB together. Leave some out.")
    steps = len(order.sources) * 2 + 2
    parts = []
    for number, source in enumerate(order.sources, 1):
        parts.append(_part(source))
        work.progress(number, steps)
    made_at = clock.now()
    joined = assemble(
        parts,
        versions.front_of(order, made_at),
        title=order.letter["title"],
        author=order.letter["clinic"]["name"],
        stamp=f"{order.provider_name} - {order.payer_name}",
        progress=lambda done, _: work.progress(len(parts) + done, steps),
    )
    rows = _rows(order, joined.placed)
    told = versions.content_of(order, rows)
    if order.last is not None and order.last.content_hash == told:
        with work.finish({"version": order.last.number, "unchanged": True}):
            return
    number = (order.last.number if order.last else 0) + 1
    about = {
        "title": order.letter["title"],
        "provider": order.provider_name,
        "payer": order.payer_name,
        "version": number,
        "made_at": f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
        "pages": joined.pages,
    }
    archive = zipped(("packet.pdf", joined.pdf), parts, about)
    pdf_id, zip_id = versions.made_ids(work.id)
    made = Made(
        pdf=shelve(work.tenant_id, joined.pdf, content_type="application/pdf", document_id=pdf_id),
        zip=shelve(work.tenant_id, archive, content_type="application/zip", document_id=zip_id),
        pages=joined.pages,
        parts=rows,
        content_hash=told,
    )
    with work.finish({"version": number, "pages": joined.pages}):
        versions.store_version(order, made, by=by)


def _part(source: Source) -> Part:
    content = _bytes_of(source.object_key)
    if source.values is not None:
        content = fill_form(content, source.values).pdf
    if source.kept_pages is not None and source.content_type == "application/pdf":
        content = first_pages(content, source.kept_pages)
    return Part(source.title, source.filename, content, source.content_type, source.group)


def _rows(order: Order, placed: Sequence[PlacedPart]) -> list[dict[str, Any]]:
    return [
        versions.part_row(
            source,
            row.part,
            hashlib.sha256(row.part.content).hexdigest(),
            first_page=row.first_page,
            pages=row.pages,
            note=row.note,
        )
        for source, row in zip(order.sources, placed, strict=True)
    ]


@job(ASK_TOPIC, max_attempts=12)
def ask_provider(work: Work, *, provider_id: str, message: str, action: str, kind: str = "") -> None:
    """Mail a provider what a packet lacks, with the address where it is done."""
    with work.transaction():
        try:
            provider = get_provider(UUID(provider_id))
        except NotFound as error:
            raise GiveUp("the provider is gone") from error
        clinic = get_clinic()
        to, name, clinic_name = provider.email, provider.first_name or provider.name, clinic.name
    if not to:
        raise GiveUp("the provider has no e-mail address")
    what, where = {
        "ask_signature": ("Please read your file and sign. It takes a few minutes on the phone.", "/me/attestation"),
        "ask_caqh": ("Please sign in to CAQH ProView (proview.caqh.org), bring it up to date and attest.", "/me/panel"),
    }.get(action, ("Please look at it, and send what is missing.", "/me/panel"))
    body = (
        f"Hello {name},\n\n{clinic_name} is about to apply to a payer for you, and one thing is in the way:\n\n  {message}\n\n"
        f"{what}\n\n{settings().public_url}{where}\n"
    )
    send(Mail(to=to, subject=f"{clinic_name} needs something for your application", body=body, key=work.key))
    with work.finish():
        return


@on("caqh.status_checked")
@job("credentialing.note_caqh_authorization", max_attempts=4)
def note_authorization(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Keep with the CAQH profile whether CAQH lets payers read it, as its last answer said."""
    told, provider_id = facts.get("is_authorized"), UUID(str(facts["provider_id"]))
    with work.finish():
        held = credentials_of([provider_id], kinds=["caqh_profile"])[provider_id]
        if isinstance(told, bool) and held and held[0].details.get("is_authorized") is not told:
            save_credential(
                provider_id=provider_id,
                kind="caqh_profile",
                values={"is_authorized": told},
                source=FactSource("caqh", "status of the profile"),
                credential_id=held[0].id,
            )
