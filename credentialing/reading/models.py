"""Tables of readings. `provider_id` is the document's own: a provider sees readings of their own documents only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic

DEFAULT_THRESHOLD = 97


class Reading(TenantModel):
    """What the machine read in one document, and what a person said of it. Confidences are percent.

    `fields`: [{name, value, confidence (0 to 1), page, box, label}]; the number of a DEA registration is masked there and sealed in
    `sealed_number`. `said`: {kind, provider_id, fields: {name: value}} as confirmed; both sides stay.
    """

    __tablename__ = "reading"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "document_id"),
        belongs_to("provider", "provider_id"),
        belongs_to("provider", "guessed_provider_id"),
        belongs_to("credential", "credential_id"),
        UniqueConstraint("tenant_id", "document_id"),
        CheckConstraint(
            "status IN ('queued', 'reading', 'to_confirm', 'confirmed', 'unreadable', 'split', 'closed')", name="status"
        ),
        CheckConstraint("pages_done <= pages_total", name="pages"),
        Index("ix_reading_queue", "tenant_id", "status", "id"),
    )

    document_id: Mapped[UUID]
    provider_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="queued")
    problem: Mapped[str | None]
    notes: Mapped[list[str]] = mapped_column(default=list)
    pages_total: Mapped[int] = mapped_column(default=0)
    pages_done: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str | None]
    kind_confidence: Mapped[int] = mapped_column(default=0)
    guesses: Mapped[list[Any]] = mapped_column(default=list)
    fields: Mapped[list[Any]] = mapped_column(default=list)
    sealed_number: Mapped[bytes | None]
    guessed_provider_id: Mapped[UUID | None]
    provider_confidence: Mapped[int] = mapped_column(default=0)
    provider_because: Mapped[str] = mapped_column(default="")
    requirement: Mapped[str | None]
    requirement_confidence: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[int] = mapped_column(default=0)
    parts: Mapped[list[Any]] = mapped_column(default=list)
    said: Mapped[dict[str, Any] | None]
    said_by_machine: Mapped[bool] = mapped_column(default=False)
    confirmed_by_name: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    credential_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class ReadingPage(TenantModel):
    """A page that was read. Its words are sealed, because pages carry what must not lie in a dump; its picture is an object."""

    __tablename__ = "reading_page"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("reading", "reading_id"),
        belongs_to("document", "document_id"),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "reading_id", "number"),
        CheckConstraint("engine IN ('text', 'ocr', 'none')", name="engine"),
    )

    reading_id: Mapped[UUID]
    document_id: Mapped[UUID]
    provider_id: Mapped[UUID | None]
    number: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    turned: Mapped[int] = mapped_column(default=0)
    skew_tenths: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str]
    word_count: Mapped[int]
    letters_confidence: Mapped[int]
    picture_key: Mapped[str | None]
    sealed_words: Mapped[bytes | None]


class ReadingPart(TenantModel):
    """A document that was cut out of another: the original stays, this says where the part came from."""

    __tablename__ = "reading_part"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "document_id"),
        belongs_to("document", "part_document_id"),
        UniqueConstraint("tenant_id", "part_document_id"),
        CheckConstraint("first_page BETWEEN 1 AND last_page", name="pages"),
        Index("ix_reading_part_original", "tenant_id", "document_id"),
    )

    document_id: Mapped[UUID]
    part_document_id: Mapped[UUID]
    first_page: Mapped[int]
    last_page: Mapped[int]


class ReadingSetting(TenantModel):
    """Whether readings above `threshold` percent are accepted without a person. No row: they are not."""

    __tablename__ = "reading_setting"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id"),
        CheckConstraint("threshold BETWEEN 80 AND 100", name="threshold"),
    )

    auto_accept: Mapped[bool] = mapped_column(default=False)
    threshold: Mapped[int] = mapped_column(default=DEFAULT_THRESHOLD)
    changed_by_name: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name
