"""Reading every file after its scan, last in the queue for the workers, a slice of pages at a time; and cutting files apart."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from credentialing.reading import services
from credentialing.reading.models import Reading
from credentialing.reading.rules import may_accept_alone
from credentialing.reading.services.machine import TOPIC, sealed_number_of
from credentialing.reading.services.splitting import TOPIC as SPLIT_TOPIC
from credentialing.reading.services.splitting import Cut
from infra.jobs.work import Work
from infra.outbox import job, later, on
from infra.problems import ProductError
from infra.storage import storage
from infra.storage.client import object_key
from integrations.pdf.reading import UnreadablePdf, take_pages
from integrations.reading.files import Outline, Unreadable, outline, read_pages
from integrations.reading.labels import AMOUNTS, DATES
from tenants.documents.made import shelve
from tenants.documents.models import Document
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

SLICE_S = 40
"""Seconds after which a long document lets others go first; the rest is read by the next job."""
MOST_BYTES = 96 * 1024 * 1024


@on("document.available")
@job("credentialing.begin_reading")
def begin_reading(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Put what arrived into the queue of readings."""
    with work.finish():
        services.begin_reading(get_document(UUID(facts["document_id"])))


@on("document.accepted", "document.rejected", "document.sorted")
@job("credentialing.follow_document")
def follow_document(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Take out of the queue what was judged elsewhere, and keep its owner in step."""
    with work.finish():
        services.close_reading(get_document(UUID(facts["document_id"])))


@job(TOPIC, timeout_s=900, max_attempts=4, is_background=True)
def read_document(work: Work, *, document_id: str) -> dict[str, Any]:
    """Read a document page by page, each stored when it is done; after `SLICE_S` seconds the rest waits for its next turn."""
    with work.transaction():
        document = get_document(UUID(document_id))
        reading = services.find_reading(document.id)
        first = reading.pages_done + 1 if reading else 1
    if reading is None or reading.status not in ("queued", "reading") or document.status != DocumentStatus.AVAILABLE:
        return {"status": reading.status if reading else "none"}
    try:
        content, whole = _fetched(document)
        unfinished = _read(work, document, reading, content, whole, first)
    except Unreadable as error:
        with work.finish({"status": "unreadable"}):
            services.give_up_reading(get_document(document.id), error.words)
        return {}
    if unfinished:
        with work.finish({"status": "reading"}):
            later(TOPIC, {"document_id": document_id})
        return {}
    with work.finish({"status": "read"}):
        services.finish_reading(get_document(document.id), notes=whole.notes, total=whole.read)
        _accept_alone(document.id)
    return {}


def _fetched(document: Document) -> tuple[bytes, Outline]:
    if document.size > MOST_BYTES:
        raise Unreadable("too_big", f"has {document.size // 2**20} MB; files up to {MOST_BYTES // 2**20} MB are read")
    content = b"".join(storage().chunks(document.object_key))
    return content, outline(content, document.detected_type or document.content_type)


def _read(work: Work, document: Document, reading: Reading, content: bytes, whole: Outline, first: int) -> bool:
    """Read and store pages; True when the slice ended before the document did."""
    began = time.monotonic()
    media_type = document.detected_type or document.content_type
    for read in read_pages(content, media_type, first=first):
        key = None
        if read.picture_png is not None:
            key = object_key(work.tenant_id, "previews", uuid5(reading.id, str(read.page.number)))
            storage().put(key, read.picture_png, content_type="image/png")
        with work.transaction():
            services.store_page(reading.id, document, read.page, key, total=whole.read, notes=read.notes)
        work.progress(read.page.number, whole.read)
        if time.monotonic() - began > SLICE_S and read.page.number < whole.read:
            return True
    return False


def _accept_alone(document_id: UUID) -> None:
    """Accept a sure reading where the clinic asked for that; whatever stands in the way leaves it to a person."""
    reading = services.get_reading(document_id, lock=True)
    wanted = services.setting()
    if not may_accept_alone(
        reading.confidence / 100,
        auto_accept=wanted.auto_accept,
        threshold=wanted.threshold,
        kind=reading.kind,
        provider_known=reading.guessed_provider_id is not None,
        several=bool(reading.parts),
    ):
        return
    values = {item["name"]: _typed(str(item["name"]), str(item["value"])) for item in reading.fields}
    if reading.sealed_number is not None:
        values["number"] = sealed_number_of(reading)
    said = services.Said(str(reading.kind), reading.guessed_provider_id, values)
    try:
        services.confirm_reading(document_id, said, accept=True, by_machine=True)
    except ProductError as error:
        reading.notes = [*reading.notes, f"It was not accepted by itself: {error.detail}"]


def _typed(name: str, value: str) -> Any:
    if name in DATES:
        return date.fromisoformat(value)
    return int(value) if name in AMOUNTS else value


@job(SPLIT_TOPIC, timeout_s=600)
def split_document(work: Work, *, document_id: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Cut a PDF into parts of their own; each is stored under an id that belongs to this job, so a second run makes no second set."""
    with work.transaction():
        document = get_document(UUID(document_id))
    cuts = [Cut(int(part["first"]), int(part["last"]), part.get("kind")) for part in parts]
    content = b"".join(storage().chunks(document.object_key))
    try:
        pieces = take_pages(content, [(cut.first, cut.last) for cut in cuts])
    except UnreadablePdf as error:
        with work.finish({"status": "failed"}):
            services.give_up_reading(get_document(document.id), f"{error} and could not be split")
        return {}
    shelved = [
        (shelve(work.tenant_id, piece, content_type="application/pdf", document_id=uuid5(work.id, str(index))), cut)
        for index, (piece, cut) in enumerate(zip(pieces, cuts, strict=True))
    ]
    with work.finish({"status": "split"}):
        ids = services.record_parts(get_document(document.id), shelved)
    return {"document_ids": [str(part_id) for part_id in ids]}
