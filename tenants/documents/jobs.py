"""The scan, and the sweep after uploads that never arrived."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import timedelta
from typing import IO
from uuid import UUID

from infra import clock
from infra.jobs.work import Work
from infra.outbox import job, later
from infra.problems import Invalid, Unavailable
from infra.settings import settings
from infra.storage import storage
from infra.storage.client import object_key
from integrations.clamav import ClamavClient, Infected, ScannerDown, ScannerRefused
from integrations.filetypes import HEAD_BYTES, matches_declared, sniff_type
from integrations.unsafe_files import why_unsafe
from tenants.documents.models import Document
from tenants.documents.services import abandon_upload, finish_scan, get_document
from tenants.documents.states import DocumentStatus
from tenants.documents.type_words import not_what_it_says
from tenants.documents.uploads import UPLOAD_LIFETIME, complete_upload

_SPOOL_BYTES = 8 * 1024 * 1024


@job("tenants.scan_document", timeout_s=900, max_attempts=100_000, max_backoff_s=30)
def scan_document(work: Work, *, document_id: str) -> dict[str, str]:
    """Check size, SHA-256, real type and viruses; then copy the clean object out of quarantine. Without a scanner it waits."""
    with work.transaction():
        document = get_document(UUID(document_id))
    if document.status != DocumentStatus.SCANNING:
        return {"status": document.status}
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as copy:
        refused, detected = _inspect(work, document, copy)
    clean = object_key(work.tenant_id, "documents", document.id)
    if refused is None:
        storage().copy(document.object_key, clean)
    with work.finish({"status": "quarantined" if refused else "available"}):
        finish_scan(document.id, detected_type=detected, refused_because=refused, clean_key=clean)
    if refused is None:
        storage().delete([document.object_key])
    return {}


def _inspect(work: Work, document: Document, copy: IO[bytes]) -> tuple[str | None, str]:
    """Why the file is refused, if it is, and its real type. A virus is named before a wrong type."""
    digest, size = hashlib.sha256(), 0
    for chunk in storage().chunks(document.object_key):
        digest.update(chunk)
        size += len(chunk)
        copy.write(chunk)
        if size % (32 * 1024 * 1024) < len(chunk):
            work.progress(size, document.size)
    copy.seek(0)
    detected = sniff_type(copy.read(HEAD_BYTES), document.filename)
    if size != document.size:
        return f"{document.size} bytes were promised, {size} arrived", detected
    if digest.hexdigest() != document.sha256:
        return "the checksum differs from the one that was promised", detected
    is_what_it_says = matches_declared(detected, document.content_type, document.filename)
    wrong_type = None if is_what_it_says else not_what_it_says(detected, document.content_type, document.filename)
    unsafe = wrong_type or why_unsafe(copy, detected)
    copy.seek(0)
    try:
        found = _scan(copy)
        return (unsafe if unsafe and found and "Heuristics" in found else found or unsafe), detected
    except Unavailable:
        if unsafe is None:
            raise
        return unsafe, detected


def _scan(copy: IO[bytes]) -> str | None:
    url = settings().clamd_url
    if not url:
        raise Unavailable("No virus scanner is configured; the file stays in scanning.")
    try:
        verdict = ClamavClient(url).scan(copy)
    except ScannerDown as error:
        raise Unavailable("The virus scanner does not answer; the file stays in scanning.") from error
    except ScannerRefused as error:
        return f"the virus scanner refused it: {error}"
    return f"the virus scanner found {verdict.name}" if isinstance(verdict, Infected) else None


@job("tenants.check_upload")
def check_upload(work: Work, *, document_id: str) -> None:
    """Complete an upload whose browser went away after the last byte; give it up when a day has passed."""
    with work.transaction():
        document = get_document(UUID(document_id))
    if document.status != DocumentStatus.AWAITING_UPLOAD:
        return
    try:
        complete_upload(work.scope, document.id)
        return
    except Invalid:
        late = clock.now() - document.created_at > UPLOAD_LIFETIME
    if late and document.upload_id:
        storage().abort_multipart(document.object_key, document.upload_id)
    with work.finish():
        if late:
            abandon_upload(document.id, reason="The file never arrived.")
        else:
            later("tenants.check_upload", {"document_id": document_id}, at=clock.now() + timedelta(hours=4))
