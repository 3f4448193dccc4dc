"""Files that the product itself made: evidence, packets, minutes, certificates.

They skip quarantine and review, because nobody outside touched their bytes, and are shelved where downloads find them. Whoever can
call the store with no transaction open uses `shelve` first and `record_made` in the transaction; `store_made` does both at once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import NotFound
from infra.storage import storage
from infra.storage.client import object_key
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import facts_of
from tenants.documents.states import DocumentStatus, ReviewStatus

MADE_BY = "Onpanel"


@dataclass(frozen=True, slots=True)
class Shelved:
    """Bytes that lie in the object store and wait for their row: `size` in bytes, `sha256` in hexadecimal."""

    document_id: UUID
    key: str
    content_type: str
    size: int
    sha256: str


def shelve(tenant_id: UUID, content: bytes, *, content_type: str, document_id: UUID | None = None) -> Shelved:
    """Put bytes that this system made into the object store; to be called with no transaction open.

    A `document_id` derived from the job makes a second run write the same object again. Raises `ValueError` for no bytes and
    `Unavailable` when the store does not answer.
    """
    if not content:
        raise ValueError("a file that the product makes is never empty")
    made = document_id or uuid7()
    key = object_key(tenant_id, "documents", made)
    storage().put(key, content, content_type=content_type)
    return Shelved(made, key, content_type, len(content), hashlib.sha256(content).hexdigest())


def record_made(
    shelved: Shelved, *, filename: str, kind: str, provider_id: UUID | None = None, task_id: UUID | None = None
) -> Document:
    """Write the row of shelved bytes in the open transaction: available at once, and accepted, with the product as its maker.

    Publishes `document.made` (never `document.available`: nobody has to read it). A second call for the same file returns the
    first row. Raises `NotFound` when a provider's scope would write to somebody else's file.
    """
    scope = current_scope()
    if scope.provider_id is not None and provider_id != scope.provider_id:
        raise NotFound
    known = db().get(Document, (current_tenant(), shelved.document_id))
    if known is not None:
        return known
    document = Document(
        id=shelved.document_id,
        filename=_plain_name(filename),
        content_type=shelved.content_type,
        detected_type=shelved.content_type,
        size=shelved.size,
        sha256=shelved.sha256,
        kind=kind,
        provider_id=provider_id,
        task_id=task_id,
        object_key=shelved.key,
        status=DocumentStatus.AVAILABLE.value,
        scanned_at=clock.now(),
        review_status=ReviewStatus.ACCEPTED.value,
        reviewed_by_name=MADE_BY,
        reviewed_at=clock.now(),
        uploaded_by=scope.actor_id,
        uploaded_by_name=scope.actor_name,
    )
    db().add(document)
    db().flush()
    record(
        "document.made",
        f"had {document.filename} made",
        subject_kind="document",
        subject_id=document.id,
        facts={"kind": kind, "sha256": shelved.sha256},
    )
    publish("document.made", **facts_of(document))
    return document


def store_made(
    *, filename: str, content_type: str, content: bytes, kind: str, provider_id: UUID | None = None
) -> Document:
    """Shelve `content` and write its row in the open transaction; see `shelve` and `record_made`."""
    shelved = shelve(current_tenant(), content, content_type=content_type)
    return record_made(shelved, filename=filename, kind=kind, provider_id=provider_id)


def _plain_name(filename: str) -> str:
    name = "".join(char for char in re.split(r"[\\/]", filename)[-1] if char.isprintable()).strip()
    return name[:200] or "document"
