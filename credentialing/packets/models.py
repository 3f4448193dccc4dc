"""Tables of packets: forms with their field maps, signatures, what was asked of providers, and versions that never change."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic

FORM_STATUSES = ("reading", "ready", "unusable", "retired")
METHODS = ("typed", "drawn")


class PacketForm(TenantModel):
    """A fillable form: the file as it came, its fields and their places, and the saved map from field to fact.

    `payer_id` None: it goes to every payer that asks for `kind` (the W-9). `kept_pages` are the first pages that go into a packet,
    None for all. `problem` says in words why a file cannot be filled.
    """

    __tablename__ = "packet_form"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "document_id"),
        CheckConstraint("status IN ('reading', 'ready', 'unusable', 'retired')", name="status"),
        CheckConstraint("kept_pages > 0", name="kept_pages"),
        Index("ix_packet_form_payer", "tenant_id", "payer_id", "status"),
    )

    name: Mapped[str]
    kind: Mapped[str | None]
    payer_id: Mapped[str | None]
    document_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(default="reading")
    problem: Mapped[str | None]
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    field_map: Mapped[dict[str, Any]] = mapped_column(default=dict)
    guessed: Mapped[list[str]] = mapped_column(default=list)
    pictures: Mapped[list[Any]] = mapped_column(default=list)
    kept_pages: Mapped[int | None]
    job_id: Mapped[UUID | None]
    added_by_name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class Attestation(TenantModel):
    """One signature of a provider under their file. Nothing of it changes; the job that makes the signed PDF adds the document.

    `facts` is what the file said, as pairs of name and words in the order that was read, secrets masked, and `facts_hash` its
    SHA-256. `drawing` is the path of a drawn signature (SVG), `ip` and `user_agent` where it came from. `statements` is the text
    that was read, as it was then.
    """

    __tablename__ = "attestation"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        CheckConstraint("method IN ('typed', 'drawn')", name="method"),
        Index("ix_attestation_provider", "tenant_id", "provider_id", "signed_at"),
    )

    provider_id: Mapped[UUID]
    text_version: Mapped[str]
    statements: Mapped[list[Any]]
    facts: Mapped[list[Any]]
    facts_hash: Mapped[str]
    signed_name: Mapped[str]
    method: Mapped[str]
    drawing: Mapped[str | None]
    signed_at: Mapped[datetime]
    signer_id: Mapped[UUID]
    signer_name: Mapped[str]
    signer_email: Mapped[str]
    ip: Mapped[str]
    user_agent: Mapped[str]
    document_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]

    @property
    def facts_said(self) -> dict[str, str]:
        """What the file said, by name."""
        return {str(name): str(words) for name, words in self.facts}


class PacketRequest(TenantModel):
    """Something that a provider was asked for because a packet lacks it: `code` of the defect and what it is about."""

    __tablename__ = "packet_request"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("enrollment", "enrollment_id"),
        Index("ix_packet_request_provider", "tenant_id", "provider_id", "created_at"),
    )

    provider_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    code: Mapped[str]
    subject: Mapped[str]
    message: Mapped[str]
    asked_by_name: Mapped[str]
    was_mailed: Mapped[bool]


class PacketSetup(TenantModel):
    """What a person decided for the packet of one case: parts that are left out and a paragraph of the cover letter."""

    __tablename__ = "packet_setup"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("enrollment", "enrollment_id"),
        UniqueConstraint("tenant_id", "enrollment_id"),
    )

    enrollment_id: Mapped[UUID]
    left_out: Mapped[list[str]] = mapped_column(default=list)
    letter_note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class PacketVersion(TenantModel):
    """A packet as it was made, never changed: the PDF and the ZIP, what is in them (`parts`), what was still wrong (`defects`),
    and what changed since the version before (`changes`)."""

    __tablename__ = "packet_version"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("enrollment", "enrollment_id"),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "pdf_document_id"),
        belongs_to("document", "zip_document_id"),
        UniqueConstraint("tenant_id", "enrollment_id", "number"),
        CheckConstraint("number > 0 AND pages > 0", name="counts"),
    )

    enrollment_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    payer_id: Mapped[str]
    number: Mapped[int]
    pdf_document_id: Mapped[UUID]
    zip_document_id: Mapped[UUID]
    pages: Mapped[int]
    parts: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    changes: Mapped[list[str]]
    defects: Mapped[list[Any]]
    made_by_name: Mapped[str]
