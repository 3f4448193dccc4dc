"""Readings over HTTP: what was read, the queue, confirming, splitting, pictures of pages, the setting and the report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_smorest import Blueprint

from credentialing.reading import services
from credentialing.reading.models import Reading
from credentialing.reading.permissions import READING_CONFIRM, READING_READ, READING_SETTINGS
from credentialing.reading.schemas import (
    ConfirmSchema,
    ReadingListSchema,
    ReadingReportSchema,
    ReadingSchema,
    ReadingSettingBodySchema,
    ReadingSettingSchema,
    SplitSchema,
)
from credentialing.reading.services.splitting import Cut
from infra import clock
from infra.web.pages import encode_cursor, page_size, set_version, uuid_cursor
from infra.web.query import PAGES
from tenants.access.gate import access, may
from tenants.documents.permissions import DOCUMENT_REVIEW
from tenants.schemas import JobAnswer, LinkSchema

blp = Blueprint("reading_api", __name__, url_prefix="/api/v1", description="Reading documents")


@blp.get("/clinics/<uuid:clinic_id>/readings")
@access(READING_CONFIRM)
@blp.doc(parameters=PAGES)
@blp.response(200, ReadingListSchema)
def list_readings(clinic_id: UUID) -> dict[str, Any]:
    """What waits for a person, oldest first."""
    limit = page_size()
    rows = [reading for reading, _ in services.waiting(limit=limit + 1, after=uuid_cursor())]
    more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return {"items": rows[:limit], "next_cursor": more, "count": services.count_waiting()}


@blp.get("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/reading")
@access(READING_READ)
@blp.response(200, ReadingSchema)
def get_reading(clinic_id: UUID, document_id: UUID) -> Reading:
    """What the machine read in a document, and what a person said."""
    reading = services.get_reading(document_id)
    set_version(reading.version)
    return reading


@blp.get("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/reading/pages/<int:number>")
@access(READING_READ)
@blp.response(200, LinkSchema)
def get_reading_page(clinic_id: UUID, document_id: UUID, number: int) -> dict[str, Any]:
    """A one-minute address of a page's picture, straightened as the boxes of the fields see it."""
    made = services.page_picture(document_id, number)
    expires = clock.now() + timedelta(seconds=made.expires_in_s)
    return {"method": made.method, "url": made.url, "headers": made.headers, "expires_at": expires}


@blp.post("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/reading/confirm")
@access(READING_CONFIRM)
@blp.arguments(ConfirmSchema)
@blp.response(200, ReadingSchema)
def confirm_reading(body: dict[str, Any], clinic_id: UUID, document_id: UUID) -> Reading:
    """Confirm or correct: files the document, writes the provider's file, and accepts it where the caller may review."""
    said = services.Said(body["kind"], body.get("provider_id"), body["fields_said"])
    return services.confirm_reading(document_id, said, accept=body["accept"] and may(DOCUMENT_REVIEW))


@blp.post("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/reading/again")
@access(READING_CONFIRM)
@blp.response(202, ReadingSchema)
def read_document_again(clinic_id: UUID, document_id: UUID) -> Reading:
    """Read the document once more."""
    return services.read_again(document_id)


@blp.post("/clinics/<uuid:clinic_id>/documents/<uuid:document_id>/split")
@access(READING_CONFIRM)
@blp.arguments(SplitSchema)
@blp.response(202, JobAnswer)
def split_document(body: dict[str, Any], clinic_id: UUID, document_id: UUID) -> dict[str, Any]:
    """Cut a PDF into the documents that it holds. The original is kept; each part is read like an upload."""
    cuts = [Cut(part["first_page"], part["last_page"], part.get("kind")) for part in body["parts"]]
    job_id = services.ask_split(document_id, cuts)
    return {"job_id": job_id, "status_url": url_for("jobs_api.get_job", job_id=job_id)}


@blp.get("/clinics/<uuid:clinic_id>/reading-report")
@access(READING_CONFIRM)
@blp.response(200, ReadingReportSchema)
def get_reading_report(clinic_id: UUID) -> dict[str, Any]:
    """How the machine did on what people confirmed in the last year."""
    return services.machine_report()


@blp.get("/clinics/<uuid:clinic_id>/reading-settings")
@access(READING_CONFIRM)
@blp.response(200, ReadingSettingSchema)
def get_reading_settings(clinic_id: UUID) -> Any:
    """Whether sure readings are accepted by themselves."""
    return services.setting()


@blp.put("/clinics/<uuid:clinic_id>/reading-settings")
@access(READING_SETTINGS)
@blp.arguments(ReadingSettingBodySchema)
@blp.response(200, ReadingSettingSchema)
def put_reading_settings(body: dict[str, Any], clinic_id: UUID) -> Any:
    """Change the setting."""
    return services.change_setting(auto_accept=body["auto_accept"], threshold=body["threshold"])
