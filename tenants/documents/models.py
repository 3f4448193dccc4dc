"""The table of documents."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import Bytes, TenantModel, belongs_to, belongs_to_clinic

_STATUSES = "status IN ('awaiting_upload', 'scanning', 'available', 'quarantined', 'abandoned')"
_REVIEWS = "review_status IN ('pending', 'accepted', 'rejected')"


class Document(TenantModel):
    """A file: what was promised at upload, what the scan found, and what a person said of it. `object_key` is where it lies."""

    __tablename__ = "document"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint(_STATUSES, name="status"),
        CheckConstraint(_REVIEWS, name="review_status"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_document_provider", "tenant_id", "provider_id", "created_at"),
    )

    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[Bytes]
    sha256: Mapped[str]
    kind: Mapped[str | None]
    provider_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="awaiting_upload")
    status_reason: Mapped[str | None]
    detected_type: Mapped[str | None]
    object_key: Mapped[str]
    upload_id: Mapped[str | None]
    uploaded_by: Mapped[UUID | None]
    uploaded_by_name: Mapped[str]
    scanned_at: Mapped[datetime | None]
    review_status: Mapped[str] = mapped_column(default="pending")
    review_reason: Mapped[str | None]
    reviewed_by_name: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name
