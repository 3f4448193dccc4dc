"""Cutting a file into the documents that it holds: asked for by a person, done by a job, the original kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.reading.models import ReadingPart
from credentialing.reading.rules import parts_add_up
from credentialing.reading.services.queue import get_reading, known_kinds
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.outbox import later, publish
from infra.problems import Conflict, invalid
from tenants.audit import record
from tenants.documents.made import Shelved
from tenants.documents.models import Document
from tenants.documents.services import facts_of, get_document
from tenants.documents.states import DocumentStatus

TOPIC = "credentialing.split_document"


@dataclass(frozen=True, slots=True)
class Cut:
    """Pages `first` to `last` are one document, perhaps of a kind that a person named."""

    first: int
    last: int
    kind: str | None = None


def ask_split(document_id: UUID, cuts: Sequence[Cut]) -> UUID:
    """Record the job that cuts a PDF; returns its id. Raises `Conflict` for what is no PDF or was judged, `Invalid` for bad parts."""
    document = get_document(document_id, lock=True)
    reading = get_reading(document_id, lock=True)
    if (document.detected_type or document.content_type) != "application/pdf":
        raise Conflict("Only PDFs can be split.")
    if reading.status not in ("to_confirm", "unreadable"):
        raise Conflict(f"This file is {reading.status.replace('_', ' ')}; it is no longer split.")
    wrong = parts_add_up([(cut.first, cut.last) for cut in cuts], reading.pages_total)
    if wrong:
        raise invalid("parts", wrong)
    known = known_kinds()
    if any(cut.kind and cut.kind not in known for cut in cuts):
        raise invalid("parts", "One of the kinds is unknown.")
    reading.status = "split"
    document.kind = "bundle"
    record(
        "document.split",
        f"split {document.filename} into {len(cuts)} documents",
        subject_kind="document",
        subject_id=document.id,
    )
    parts: list[dict[str, Any]] = [{"first": cut.first, "last": cut.last, "kind": cut.kind} for cut in cuts]
    return later(TOPIC, {"document_id": str(document.id), "parts": parts})


def record_parts(document: Document, shelved: Sequence[tuple[Shelved, Cut]]) -> list[UUID]:
    """Write the rows of parts whose bytes are shelved; each is then read like any other upload. A second run changes nothing."""
    scope = current_scope()
    ids = [part.document_id for part, _ in shelved]
    known = set(db().scalars(select(Document.id).where(Document.tenant_id == current_tenant(), Document.id.in_(ids))))
    for part, cut in shelved:
        if part.document_id in known:
            continue
        made = Document(
            id=part.document_id,
            filename=_part_name(document.filename, cut),
            content_type=part.content_type,
            detected_type=part.content_type,
            size=part.size,
            sha256=part.sha256,
            kind=cut.kind,
            provider_id=document.provider_id,
            task_id=document.task_id,
            object_key=part.key,
            status=DocumentStatus.AVAILABLE.value,
            scanned_at=clock.now(),
            uploaded_by=document.uploaded_by or scope.actor_id,
            uploaded_by_name=document.uploaded_by_name,
        )
        db().add(made)
        db().flush()
        db().add(
            ReadingPart(document_id=document.id, part_document_id=made.id, first_page=cut.first, last_page=cut.last)
        )
        publish("document.available", **facts_of(made))
    return ids


def _part_name(filename: str, cut: Cut) -> str:
    stem = re.sub(r"\.pdf$", "", filename, flags=re.I)
    pages = f"page {cut.first}" if cut.first == cut.last else f"pages {cut.first}-{cut.last}"
    words = f", {known_kinds().get(cut.kind, cut.kind)}" if cut.kind else ""
    return f"{stem[:150]}, {pages}{words}.pdf"
