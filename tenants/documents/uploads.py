"""Uploads and downloads: the steps between the database and the object store. No transaction is open while the store is asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from infra.db import Scope, unit_of_work
from infra.ids import uuid7
from infra.problems import Invalid, NotFound, invalid
from infra.settings import settings
from infra.storage import Part, PresignedRequest, storage
from infra.storage.client import object_key
from tenants.documents import services
from tenants.documents.models import Document
from tenants.documents.services import NewDocument
from tenants.documents.states import DocumentStatus

UPLOAD_LIFETIME = timedelta(hours=24)
_CHECK_AT_ONCE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """What a browser needs to upload: one exact request, or parts to PUT before it says that all have arrived."""

    document: Document
    request: PresignedRequest | None
    parts: tuple[Part, ...] = ()


def start_upload(scope: Scope, new: NewDocument) -> Upload:
    """Record the promise of a file and presign its upload to the quarantine prefix; in parts above 64 MiB.

    Raises what `check_promise` raises, and `Unavailable` when the store does not answer.
    """
    services.check_promise(new)
    if scope.tenant_id is None:
        raise NotFound
    document_id = uuid7()
    key = object_key(scope.tenant_id, "quarantine", document_id)
    upload_id: str | None = None
    parts: list[Part] = []
    if new.size > settings().multipart_from_bytes:
        upload_id, parts = storage().begin_multipart(key, content_type=new.content_type, size=new.size)
    with unit_of_work(scope):
        document = services.record_promise(new, document_id=document_id, key=key, upload_id=upload_id)
    if parts:
        return Upload(document, None, tuple(parts))
    return Upload(document, storage().presign_put(key, content_type=new.content_type, size=new.size))


def complete_upload(scope: Scope, document_id: UUID) -> Document:
    """Check what arrived (its size, and at once its SHA-256 up to 16 MiB; the scan job checks larger ones) and begin the scan.

    Raises `Invalid` when nothing arrived, or something else than promised: then nothing is kept.
    """
    with unit_of_work(scope):
        document = services.get_document(document_id)
    if document.status == DocumentStatus.AWAITING_UPLOAD:
        _join_parts(document)
        defect = _arrival_defect(document)
        if defect is not None:
            storage().delete([document.object_key])
            with unit_of_work(scope):
                services.abandon_upload(document_id, reason=defect.detail)
            raise defect
    with unit_of_work(scope):
        return services.begin_scan(document_id)


def _join_parts(document: Document) -> None:
    if document.upload_id is None:
        return
    try:
        storage().complete_multipart(document.object_key, document.upload_id)
    except NotFound:
        if storage().info(document.object_key) is None:
            raise invalid("parts", "No part of the file has arrived at the object store.") from None


def _arrival_defect(document: Document) -> Invalid | None:
    info = storage().info(document.object_key)
    if info is None:
        raise invalid("upload", "The file has not arrived at the object store yet. Upload it first.")
    if info.size != document.size:
        return invalid(
            "size", f"{document.size} bytes were promised and {info.size} arrived. Nothing was kept; upload it again."
        )
    if info.size <= _CHECK_AT_ONCE_BYTES:
        digest = hashlib.sha256()
        for chunk in storage().chunks(document.object_key):
            digest.update(chunk)
        if digest.hexdigest() != document.sha256:
            return invalid(
                "sha256", "The checksum differs from the one that was promised. Nothing was kept; upload it again."
            )
    return None


def start_download(scope: Scope, document_id: UUID) -> PresignedRequest:
    """A one-minute request for the bytes, as an attachment. Raises `Conflict` for what has not passed the scan."""
    with unit_of_work(scope):
        document = services.downloadable(document_id)
    kind = document.detected_type or document.content_type
    return storage().presign_get(document.object_key, filename=document.filename, content_type=kind)
