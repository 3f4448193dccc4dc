"""The table of EHR connections."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to_clinic


class EhrConnection(TenantModel):
    """Where a clinic's EHR is reached, with which client, and what the last test found. The secret is sealed."""

    __tablename__ = "ehr_connection"
    __table_args__ = (
        belongs_to_clinic(),
        CheckConstraint("kind IN ('fhir_r4', 'sftp', 'csv')", name="kind"),
        CheckConstraint("status IN ('untested', 'testing', 'verified', 'failed')", name="status"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    base_url: Mapped[str]
    client_id: Mapped[str | None]
    sealed_secret: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(default="untested")
    job_id: Mapped[UUID | None]
    steps: Mapped[list[Any]] = mapped_column(default=list)
    last_tested_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def has_secret(self) -> bool:
        """Say whether a client secret is kept."""
        return self.sealed_secret is not None
