"""Tables of the audit trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db.model import READ_BY_EVERYONE, TenantModel, belongs_to_clinic


class AuditEvent(TenantModel):
    """One act. `summary` is a sentence for people; `hash` covers everything here and the hash before it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id", "sequence"),
        Index("ix_audit_event_subject", "tenant_id", "subject_kind", "subject_id"),
        READ_BY_EVERYONE,
    )

    sequence: Mapped[int]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    summary: Mapped[str]
    is_internal: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(TenantModel):
    """The end of a clinic's chain; locked while a link is added. One row a clinic, its id is the clinic's."""

    __tablename__ = "audit_head"
    __table_args__ = (belongs_to_clinic(), UniqueConstraint("tenant_id"), READ_BY_EVERYONE)

    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(default="")
