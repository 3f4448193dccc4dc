"""The table of verifications."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class Verification(TenantModel):
    """One check of a provider at a source. Append-only: a new check is a new row."""

    __tablename__ = "verification"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint("source IN ('nppes', 'leie', 'sam', 'cms_enrollment', 'license')", name="source"),
        Index("ix_verification_provider", "tenant_id", "provider_id", "verified_at"),
    )

    provider_id: Mapped[UUID]
    source: Mapped[str]
    result: Mapped[str]
    matched: Mapped[bool]
    verified_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    evidence: Mapped[dict[str, Any]]
    verified_by_name: Mapped[str]
