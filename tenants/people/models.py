"""The membership: a person in a clinic. People themselves live in schema `sec`, behind look-up functions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class Membership(TenantModel):
    """One person in one clinic, in one role. Name and address are kept here as the clinic knows them."""

    __tablename__ = "membership"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "person_id"),
        Index("ix_membership_person", "person_id"),
        CheckConstraint(
            "role IN ('vendor_admin', 'account_manager', 'specialist', 'clinic_admin', 'provider')", name="role"
        ),
        CheckConstraint("status IN ('invited', 'active', 'ended')", name="status"),
        CheckConstraint("role <> 'provider' OR provider_id IS NOT NULL", name="provider_named"),
    )

    person_id: Mapped[UUID]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    provider_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="invited")
    invited_by: Mapped[str | None]
    invited_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
