"""The table of what clinics and payers ask for differently than the catalog."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic
from infra.db.model import READ_BY_EVERYONE


class RequirementOverride(TenantModel):
    """One change of a requirement from `effective_on` on, with who wanted it and why. Append-only: a row with `undoes_id` takes
    an earlier one back and changes nothing else. Empty `payer_id`, `license_type` and `state` mean all of them.
    """

    __tablename__ = "requirement_override"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("requirement_override", "undoes_id"),
        CheckConstraint("level IN ('required', 'conditional', 'optional', 'not_needed')", name="level"),
        CheckConstraint("on_lapse IN ('hold', 'tell')", name="on_lapse"),
        CheckConstraint("validity_days BETWEEN 1 AND 3660", name="validity_days"),
        UniqueConstraint("tenant_id", "undoes_id"),
        READ_BY_EVERYONE,
    )

    code: Mapped[str]
    payer_id: Mapped[str | None]
    license_type: Mapped[str | None]
    state: Mapped[str | None]
    level: Mapped[str | None]
    validity_days: Mapped[int | None]
    kinds: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    on_lapse: Mapped[str | None]
    reason: Mapped[str]
    effective_on: Mapped[date]
    undoes_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
