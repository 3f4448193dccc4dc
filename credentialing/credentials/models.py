"""The table of what a provider holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from credentialing.providers.models import FACT_SOURCES
from infra.db import TenantModel, belongs_to, belongs_to_clinic

CREDENTIAL_STATUSES = ("unverified", "active", "expired", "suspended", "revoked", "superseded", "removed")
"""`unverified`: somebody said so; `active`: the issuer says so. `removed` rows stay for the history and are never listed."""
SEALED_KINDS = frozenset({"dea"})
"""Kinds whose number is sealed (`infra.crypto`): `sealed_number` and the last two digits in `number_tail` instead of `number`."""


class Credential(TenantModel):
    """A license, certificate, policy, profile or agreement of a provider. `kind` is a document code of requirements.yaml.

    `details` holds what only one kind has: `limits_each_cents`, `limits_total_cents`, `has_tail`, `coverage`, `is_primary`,
    `schedules`, `specialty`, `license_class`, `is_lifetime`.
    """

    __tablename__ = "credential"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        CheckConstraint(
            "status IN ('unverified', 'active', 'expired', 'suspended', 'revoked', 'superseded', 'removed')",
            name="status",
        ),
        CheckConstraint(FACT_SOURCES, name="source"),
        CheckConstraint("number IS NULL OR sealed_number IS NULL", name="sealed_or_clear"),
        Index("ix_credential_provider", "tenant_id", "provider_id", "kind"),
        Index("ix_credential_expires_on", "tenant_id", "expires_on"),
    )

    provider_id: Mapped[UUID]
    kind: Mapped[str]
    number: Mapped[str | None]
    sealed_number: Mapped[bytes | None]
    number_tail: Mapped[str | None]
    state: Mapped[str | None]
    issuer: Mapped[str | None]
    holder_name: Mapped[str | None]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="unverified")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_id: Mapped[UUID | None]
    source: Mapped[str]
    source_detail: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def number_shown(self) -> str:
        """The number as pages, the API and the history show it: a sealed one masked to its last digits."""
        if self.sealed_number is not None:
            return "•" * 7 + (self.number_tail or "")
        return self.number or ""

    @property
    def is_primary(self) -> bool:
        """True when a person or the first entry made this the one that stands for the provider."""
        return bool(self.details.get("is_primary"))
