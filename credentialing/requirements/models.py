"""The table of reminders that went out before a document expires."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class ExpiryNotice(TenantModel):
    """That somebody was told: this document ends on `expires_on`, and `days_before` was the step of the reminder. Append-only."""

    __tablename__ = "expiry_notice"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        UniqueConstraint(
            "tenant_id", "document_id", "expires_on", "days_before", name="uq_expiry_notice_tenant_id_document_stage"
        ),
    )

    provider_id: Mapped[UUID]
    document_id: Mapped[UUID]
    days_before: Mapped[int]
    expires_on: Mapped[date]
