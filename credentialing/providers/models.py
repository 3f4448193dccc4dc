"""Tables of the provider's file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to_clinic


class Provider(TenantModel):
    """A clinician of the clinic. Date of birth and DEA number are sealed (`infra.crypto`) and shown masked."""

    __tablename__ = "provider"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id", "npi"),
        CheckConstraint("registry_status IN ('pending', 'found', 'not_found', 'unavailable')", name="registry_status"),
        CheckConstraint("status IN ('active', 'leaving', 'left')", name="status"),
        Index("ix_provider_name", "tenant_id", "last_name", "first_name", "id"),
    )

    npi: Mapped[str]
    first_name: Mapped[str]
    middle_name: Mapped[str | None]
    last_name: Mapped[str]
    former_names: Mapped[list[str]]
    credential: Mapped[str | None]
    license_type: Mapped[str | None]
    license_number: Mapped[str | None]
    license_state: Mapped[str | None]
    license_expires_on: Mapped[date | None]
    taxonomy: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    caqh_id: Mapped[str | None]
    caqh_attested_on: Mapped[date | None]
    sealed_birth_date: Mapped[bytes | None]
    sealed_dea_number: Mapped[bytes | None]
    registry_status: Mapped[str] = mapped_column(default="pending")
    registry_record: Mapped[dict[str, Any] | None]
    registry_checked_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}

    @property
    def name(self) -> str:
        """First and last name, as it is spoken."""
        return f"{self.first_name} {self.last_name}".strip()
