"""Tables of webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class WebhookEndpoint(TenantModel):
    """An address that wants to be told, with the events that it chose. Both secrets are sealed; the previous one lives on a while."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        belongs_to_clinic(),
        CheckConstraint("status IN ('active', 'disabled', 'removed')", name="status"),
        Index("ix_webhook_endpoint_status", "tenant_id", "status"),
    )

    url: Mapped[str]
    description: Mapped[str]
    events: Mapped[list[str]]
    status: Mapped[str] = mapped_column(default="active")
    status_reason: Mapped[str | None]
    sealed_secret: Mapped[bytes]
    sealed_previous_secret: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    last_delivered_at: Mapped[datetime | None]
    made_by_name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def place(self) -> str:
        """The address without its query, which may hold a secret of the receiver's: for pages, mail and the audit trail."""
        return self.url.partition("?")[0]


class WebhookDelivery(TenantModel):
    """One event for one endpoint. `message_id` is the same in every try; `job_id` is the one piece of work that may send it next.

    `tries_before` are those from before it was last sent again: retries count from there.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("webhook_endpoint", "endpoint_id"),
        UniqueConstraint("tenant_id", "endpoint_id", "message_id"),
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        Index("ix_webhook_delivery_endpoint", "tenant_id", "endpoint_id", "status", "id"),
    )

    endpoint_id: Mapped[UUID]
    event: Mapped[str]
    message_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="pending")
    tries: Mapped[int] = mapped_column(default=0)
    tries_before: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[UUID | None]
    next_try_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_latency_ms: Mapped[int | None]
    last_why: Mapped[str | None]
    delivered_at: Mapped[datetime | None]


class WebhookTry(TenantModel):
    """One call as it went. Append-only; it goes with its delivery when the log is pruned."""

    __tablename__ = "webhook_try"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("webhook_delivery", "delivery_id", ondelete="CASCADE"),
        CheckConstraint("outcome IN ('delivered', 'failed', 'gone')", name="outcome"),
        Index("ix_webhook_try_delivery", "tenant_id", "delivery_id", "id"),
    )

    delivery_id: Mapped[UUID]
    number: Mapped[int]
    outcome: Mapped[str]
    status: Mapped[int | None]
    latency_ms: Mapped[int]
    why: Mapped[str]
