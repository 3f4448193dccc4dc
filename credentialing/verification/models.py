"""The table of verifications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic

SOURCE_LABELS: Mapping[str, str] = {
    "nppes": "NPI registry",
    "leie": "OIG exclusions (LEIE)",
    "sam": "SAM exclusions",
    "cms_enrollment": "Medicare enrollment",
    "opt_out": "Medicare opt-out",
    "license": "State license",
}


class Verification(TenantModel):
    """One check of a provider at a source. Append-only: a new check is a new row.

    `limits` are the last days on which it counts, by program. `valid_until` is the one that health plans ask for; None: it came to nothing
    that counts. `source_version` is the loaded version of the source that was asked, `evidence_document_id` the dated evidence.
    """

    __tablename__ = "verification"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "evidence_document_id"),
        CheckConstraint("source IN ('nppes', 'leie', 'sam', 'cms_enrollment', 'opt_out', 'license')", name="source"),
        Index("ix_verification_provider", "tenant_id", "provider_id", "verified_at"),
    )

    provider_id: Mapped[UUID]
    source: Mapped[str]
    result: Mapped[str]
    matched: Mapped[bool]
    verified_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    evidence: Mapped[dict[str, Any]]
    verified_by: Mapped[UUID | None]
    verified_by_name: Mapped[str]
    method: Mapped[str] = mapped_column(default="")
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source_version: Mapped[int | None] = mapped_column(BigInteger)
    evidence_document_id: Mapped[UUID | None]

    @property
    def label(self) -> str:
        """The source in words."""
        return SOURCE_LABELS[self.source]

    @property
    def speaks_for(self) -> bool:
        """Whether the result speaks for the provider."""
        return self.valid_until is not None
