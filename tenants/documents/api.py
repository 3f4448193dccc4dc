"""Uploads, downloads and reviews. The routes that ask the object store open their own short units of work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_smorest import Blueprint

from infra import clock
from infra.web.pages import page_size, set_version, sliced, uuid_cursor
from infra.web.query import PAGES, choice_argument, choices_argument, parameter, uuid_argument
from tenants.access.gate import access, actor, member
from tenants.documents import services, uploads
from tenants.documents.models import Document
from tenants.documents.permissions import DOCUMENT_READ, DOCUMENT_REVIEW, DOCUMENT_UPLOAD
from tenants.documents.schemas import (
    CompleteSchema,
    DocumentListSchema,
    DocumentSchema,
    DownloadSchema,
    NewDocumentSchema,
    ReviewSchema,
    SortSchema,
    UploadSchema,
)
from tenants.documents.states import DocumentStatus, ReviewStatus

_STATUSES = tuple(status.value for status in DocumentStatus if status is not DocumentStatus.ABANDONED)
_REVIEWS = tuple(status.value for status in ReviewStatus)

blp = Blueprint("documents_api", __name__, url_prefix="/api/v1", description="Documents")


@blp.get("/clinics/<uuid:clinic_id>/documents")
@access(DOCUMENT_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("status", "Only files in one of these states.", choices=_STATUSES, many=True),
        parameter("review", "Only files of which a person said this.", choices=_REVIEWS),
        parameter("provider_id", "Only files of this provider.", form="uuid"),
        parameter("task_id", "Only proofs of this task.", form="uuid"),
    ]
)
@blp.response(200, DocumentListSchema)
def list_documents(clinic_id: UUID) -> dict[str, Any]:
    """Documents, newest first."""
    limit = page_size()
    rows = services.list_documents(
        limit=limit + 1,
        after=uuid_cursor(),
        provider_id=uuid_argument("provider_id"),
        task_id=uuid_argument("task_id"),
        statuses=choices_argument("status", _STATUSES),
        review=choice_argument("review", _REVIEWS),
    )
    page = sliced(rows, limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.post("/clinics/<uuid:clinic_id>/documents")
@access(DOCUMENT_UPLOAD, session=False)
@blp.arguments(NewDocumentSchema)
@blp.response(201, UploadSchema)
def create_document(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Promise a file and get the exact request that uploads it."""
    made = uploads.start_upload(actor().scope_in(member()), services.NewDocument(**body))
    complete = url_for("documents_api.complete_document", clinic_id=clinic_id, document_id=made.document.id)
    if made.request is None:
        return {"document": made.document, "upload": {"parts": made.parts, "complete": complete}}
    return {
        "document": made.document,
        "upload": {
            "method": made.request.method,
            "url": made.request.url,
            "headers": made.request.headers,
            "expires_at": clock.now() + timedelta(seconds=made.request.expires_in_s),
            "complete": complete,
        },
    }


@blp.post("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/complete")
@access(DOCUMENT_UPLOAD, session=False)
@blp.arguments(CompleteSchema, required=False)
@blp.response(202, DocumentSchema)
def complete_document(body: dict[str, Any], clinic_id: UUID, document_id: UUID) -> Document:
    """Say that the bytes have arrived; the scan begins."""
    return uploads.complete_upload(actor().scope_in(member()), document_id)


@blp.get("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>")
@access(DOCUMENT_READ)
@blp.response(200, DocumentSchema)
def get_document(clinic_id: UUID, document_id: UUID) -> Document:
    """One document."""
    document = services.get_document(document_id)
    set_version(document.version)
    return document


@blp.get("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/download")
@access(DOCUMENT_READ, session=False)
@blp.response(200, DownloadSchema)
def download(clinic_id: UUID, document_id: UUID) -> dict[str, Any]:
    """A one-minute address of the bytes; only of what passed the scan."""
    made = uploads.start_download(actor().scope_in(member()), document_id)
    return {"url": made.url, "expires_at": clock.now() + timedelta(seconds=made.expires_in_s)}


@blp.patch("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>")
@access(DOCUMENT_UPLOAD)
@blp.arguments(SortSchema(exclude=("back",)))
@blp.response(200, DocumentSchema)
def sort_document(body: dict[str, Any], clinic_id: UUID, document_id: UUID) -> Document:
    """Say what a file is, and whose."""
    return services.sort_document(document_id, kind=body["kind"], provider_id=body.get("provider_id"))


@blp.post("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/review")
@access(DOCUMENT_REVIEW)
@blp.arguments(ReviewSchema)
@blp.response(200, DocumentSchema)
def review(body: dict[str, Any], clinic_id: UUID, document_id: UUID) -> Document:
    """Accept or reject a document."""
    return services.review_document(
        document_id,
        accept=body["decision"] == "accepted",
        reason=body.get("reason"),
        expires_on=body.get("expires_on"),
        kind=body.get("kind"),
    )
