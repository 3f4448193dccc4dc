"""Tables of the clinic."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db.model import Cents, TenantModel, belongs_to_clinic


class Clinic(TenantModel):
    """A behavioral-health clinic. Its id is the tenant's id. `traits` decide which tasks its plan has."""

    __tablename__ = "clinic"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("status IN ('onboarding', 'live', 'ended')", name="status"),
        CheckConstraint("tenant_id = id", name="is_tenant"),
    )

    vendor_id: Mapped[UUID]
    name: Mapped[str]
    npi: Mapped[str | None]
    tin: Mapped[str | None]
    state: Mapped[str]
    timezone: Mapped[str]
    ehr: Mapped[str | None]
    contract_on: Mapped[date]
    status: Mapped[str] = mapped_column(default="onboarding")
    traits: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class ClinicRollup(TenantModel):
    """What the portfolio shows of a clinic, kept current by jobs. Readable for everyone who works in the clinic, over many at once."""

    __tablename__ = "clinic_rollup"
    __table_args__ = (belongs_to_clinic(), UniqueConstraint("tenant_id"))

    name: Mapped[str]
    gate: Mapped[str]
    gates_reached: Mapped[int]
    gates_total: Mapped[int]
    go_live_target: Mapped[date | None]
    forecast_p50: Mapped[date | None]
    forecast_p80: Mapped[date | None]
    days_late: Mapped[int]
    blocked_on: Mapped[str | None]
    waiting_days: Mapped[int]
    open_tasks: Mapped[int]
    overdue_tasks: Mapped[int]
    panels_billable: Mapped[int]
    panels_pending: Mapped[int]
    panels_blocked: Mapped[int]
    revenue_at_risk_cents: Mapped[Cents]
    next_act: Mapped[str]
    refreshed_at: Mapped[datetime]
