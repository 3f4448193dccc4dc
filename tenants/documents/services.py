"""Uploading, scanning, downloading and reviewing documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_

from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.outbox import later, publish
from infra.problems import Conflict, NotFound, TooLarge, UnsupportedType, invalid
from infra.settings import settings
from integrations.filetypes import may_be_promised
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.states import DocumentStatus, NotAllowed, ReviewStatus, move

READ_BY_PRODUCT = frozenset({"roster", "caqh_profile_file", "ar_aging", "remittance", "bundle"})
"""Kinds of files that an import reads, or that were split into their documents: nobody reviews them."""
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What is promised of a file before it is uploaded: name, type, size in bytes and SHA-256 in hexadecimal."""

    filename: str
    content_type: str
    size: int
    sha256: str
    kind: str | None = None
    provider_id: UUID | None = None
    task_id: UUID | None = None


def check_promise(new: NewDocument) -> None:
    """Raise `TooLarge`, `UnsupportedType`, or `Invalid` for a bad checksum or an empty file."""
    limit = settings().max_upload_bytes
    if new.size > limit:
        raise TooLarge(f"A file may have at most {limit // (1024 * 1024)} MiB.")
    if new.size < 1:
        raise invalid("size", "The file is empty: give its size in bytes, at least 1.")
    if not _SHA256.match(new.sha256):
        raise invalid("sha256", "Give the SHA-256 of the file as 64 hexadecimal digits.")
    if not may_be_promised(new.content_type, new.filename):
        raise UnsupportedType(
            f"Files of type {new.content_type} are not accepted. Send a PDF, an image, a spreadsheet or an X12 file."
        )


def record_promise(new: NewDocument, *, document_id: UUID, key: str, upload_id: str | None) -> Document:
    """Store the row of a file that is about to be uploaded. A provider can only upload to their own file."""
    scope = current_scope()
    provider_id = new.provider_id or scope.provider_id
    if scope.provider_id is not None and provider_id != scope.provider_id:
        raise NotFound
    document = Document(
        id=document_id,
        filename=_plain_name(new.filename),
        content_type=new.content_type,
        size=new.size,
        sha256=new.sha256,
        kind=new.kind,
        provider_id=provider_id,
        task_id=new.task_id,
        object_key=key,
        upload_id=upload_id,
        uploaded_by=scope.actor_id,
        uploaded_by_name=scope.actor_name,
    )
    db().add(document)
    later("tenants.check_upload", {"document_id": str(document_id)}, at=clock.now() + timedelta(minutes=30))
    db().flush()
    return document


def _plain_name(filename: str) -> str:
    name = re.split(r"[\\/]", filename)[-1]
    name = "".join(char for char in name if char.isprintable()).strip()
    return name[:200] or "document"


def begin_scan(document_id: UUID) -> Document:
    """Note that the bytes have arrived and record the scan job. Repeating it is harmless. Raises `Conflict`."""
    document = get_document(document_id, lock=True)
    if document.status in {DocumentStatus.SCANNING, DocumentStatus.AVAILABLE}:
        return document
    if document.status != DocumentStatus.AWAITING_UPLOAD:
        raise Conflict(f"This upload is {document.status}; start a new one.")
    _set_status(document, DocumentStatus.SCANNING)
    later("tenants.scan_document", {"document_id": str(document.id)}, dedupe_key=str(document.id))
    record(
        "document.uploaded",
        f"uploaded {document.filename}",
        subject_kind="document",
        subject_id=document.id,
        facts={"kind": document.kind, "size": document.size},
    )
    return document


def _set_status(document: Document, to: DocumentStatus) -> None:
    try:
        document.status = move(DocumentStatus(document.status), to).value
    except NotAllowed as error:
        raise Conflict(str(error)) from error


def finish_scan(document_id: UUID, *, detected_type: str, refused_because: str | None, clean_key: str) -> None:
    """Store what the scan found: the file becomes available at `clean_key`, or stays in quarantine for a reason."""
    document = get_document(document_id, lock=True)
    if document.status != DocumentStatus.SCANNING:
        return
    document.detected_type, document.scanned_at, document.status_reason = detected_type, clock.now(), refused_because
    if refused_because is not None:
        _set_status(document, DocumentStatus.QUARANTINED)
        record(
            "document.quarantined",
            f"put {document.filename} in quarantine: {refused_because}",
            subject_kind="document",
            subject_id=document.id,
        )
        publish("document.quarantined", **facts_of(document))
        return
    _set_status(document, DocumentStatus.AVAILABLE)
    document.object_key = clean_key
    publish("document.available", **facts_of(document))


def abandon_upload(document_id: UUID, *, reason: str) -> None:
    """Give up an upload that never arrived, or arrived other than promised."""
    document = get_document(document_id, lock=True)
    if document.status == DocumentStatus.AWAITING_UPLOAD:
        _set_status(document, DocumentStatus.ABANDONED)
        document.status_reason = reason


def review_document(
    document_id: UUID,
    *,
    accept: bool,
    reason: str | None = None,
    expires_on: date | None = None,
    kind: str | None = None,
) -> Document:
    """Accept a file, with the day it expires, or reject it with a reason that the uploader will read.

    Publishes `document.accepted` or `document.rejected`. Raises `Conflict` for a file that is not available, `Invalid` for a
    rejection without a reason, or when a provider's file that nobody has sorted is accepted: it would count for nothing.
    """
    document = get_document(document_id, lock=True)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict(f"This file is {document.status.replace('_', ' ')}; it can be reviewed when it is available.")
    if not accept and not (reason or "").strip():
        raise invalid("reason", "Say why, so that the right file comes next.")
    if accept and not (kind or document.kind) and document.provider_id is not None and document.task_id is None:
        raise invalid("kind", "Say what it is first.")
    if kind is not None:
        document.kind = kind
    document.review_status = (ReviewStatus.ACCEPTED if accept else ReviewStatus.REJECTED).value
    document.review_reason = None if accept else reason
    document.expires_on = expires_on if expires_on is not None else document.expires_on
    document.reviewed_by_name, document.reviewed_at = current_scope().actor_name, clock.now()
    db().flush()
    verb = document.review_status
    record(f"document.{verb}", f"{verb} {document.filename}", subject_kind="document", subject_id=document.id)
    publish(f"document.{verb}", **facts_of(document))
    return document


def sort_document(document_id: UUID, *, kind: str, provider_id: UUID | None = None) -> Document:
    """Say what a file is, and whose; a file that was accepted already keeps its place. Publishes `document.sorted`.

    Raises `NotFound`, and `Conflict` for a file that was accepted, or that a provider did not send for themselves.
    """
    document = get_document(document_id, lock=True)
    if document.review_status == ReviewStatus.ACCEPTED:
        raise Conflict("This file was accepted; reject it first to file it elsewhere.")
    document.kind = kind
    if provider_id is not None:
        document.provider_id = provider_id
    db().flush()
    record(
        "document.sorted",
        f"filed {document.filename} as {kind.replace('_', ' ')}",
        subject_kind="document",
        subject_id=document.id,
    )
    publish("document.sorted", **facts_of(document))
    return document


def facts_of(document: Document) -> dict[str, str | None]:
    """What subscribers are told of a document: ids and its kind, nothing protected."""
    return {
        "document_id": str(document.id),
        "kind": document.kind,
        "provider_id": str(document.provider_id) if document.provider_id else None,
        "task_id": str(document.task_id) if document.task_id else None,
    }


def get_document(document_id: UUID, *, lock: bool = False) -> Document:
    """One document of this clinic. Raises `NotFound`."""
    return find(Document, document_id, lock=lock)


def downloadable(document_id: UUID) -> Document:
    """A document whose bytes may be fetched, noted in the audit trail. Raises `Conflict` for what has not passed the scan."""
    document = get_document(document_id)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict(f"This file is {document.status.replace('_', ' ')} and cannot be downloaded.")
    record("document.downloaded", f"downloaded {document.filename}", subject_kind="document", subject_id=document.id)
    return document


def list_documents(
    *,
    limit: int = 50,
    after: UUID | None = None,
    provider_id: UUID | None = None,
    task_id: UUID | None = None,
    statuses: Sequence[str] = (),
    review: str | None = None,
    kind: str | None = None,
    reviewable: bool | None = None,
    search: str = "",
) -> Sequence[Document]:
    """Documents of this clinic, newest first, older than the one with id `after`.

    `reviewable` False: only files that an import reads; True: all others.
    """
    query = select(Document).where(Document.tenant_id == current_tenant(), Document.status != DocumentStatus.ABANDONED)
    if provider_id is not None:
        query = query.where(Document.provider_id == provider_id)
    if task_id is not None:
        query = query.where(Document.task_id == task_id)
    if statuses:
        query = query.where(Document.status.in_(statuses))
    if review is not None:
        query = query.where(Document.review_status == review)
    if kind is not None:
        query = query.where(Document.kind == kind)
    if reviewable is not None:
        by_product = Document.kind.in_(READ_BY_PRODUCT) & Document.kind.is_not(None)
        query = query.where(~by_product if reviewable else by_product)
    if search.strip():
        query = query.where(func.strpos(func.lower(Document.filename), search.strip().lower()) > 0)
    if after is not None:
        query = query.where(tuple_(Document.id) < tuple_(after))
    return db().scalars(query.order_by(Document.id.desc()).limit(limit)).all()


def count_by_state() -> dict[str, int]:
    """How many files are in each state that the list can show, by the words of `shown_state`."""
    rows = db().execute(
        select(Document.status, Document.review_status, Document.kind, func.count())
        .where(Document.tenant_id == current_tenant(), Document.status != DocumentStatus.ABANDONED)
        .group_by(Document.status, Document.review_status, Document.kind)
    )
    found: dict[str, int] = {}
    for status, review, kind, count in rows:
        name = shown_state(status, review, kind)
        found[name] = found.get(name, 0) + count
    return found


def shown_state(status: str, review: str, kind: str | None) -> str:
    """The one word under which a list shows a file.

    awaiting_upload, scanning or quarantined until it is available; then to_review, accepted, rejected, or received for what an
    import reads and nobody reviews.
    """
    if status != DocumentStatus.AVAILABLE:
        return status
    if review != ReviewStatus.PENDING:
        return review
    return "received" if kind in READ_BY_PRODUCT else "to_review"
