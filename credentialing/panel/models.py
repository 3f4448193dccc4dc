"""The table of holds as they were told last. The hold list itself is derived at the moment of asking and stored nowhere."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class HoldMark(TenantModel):
    """That subscribers were told: this case is on the hold list since `held_since_on`. The row goes when the hold does."""

    __tablename__ = "hold_mark"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("enrollment", "enrollment_id"),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "enrollment_id"),
    )

    enrollment_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    payer_id: Mapped[str]
    held_since_on: Mapped[date]
