"""Tables of the outbox and of the schedules that feed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from infra import clock
from infra.db.model import TenantModel, belongs_to_clinic


class OutboxRow(TenantModel):
    """One piece of work. Open until `done_at` or `dead_at`; `fence` rises with each lease, so a late worker cannot finish it."""

    __tablename__ = "outbox"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id", "topic", "dedupe_key"),
        Index("ix_outbox_id", "id"),
        Index("ix_outbox_due", "next_at", postgresql_where=text("done_at IS NULL AND dead_at IS NULL")),
    )

    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="Onpanel")
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    is_background: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=12)
    locked_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]

    @property
    def status(self) -> str:
        """What people are told: queued, working, retrying, done or failed."""
        if self.done_at:
            return "done"
        if self.dead_at:
            return "failed"
        if self.locked_until and self.locked_until > clock.now():
            return "working"
        return "retrying" if self.attempts else "queued"


class ScheduleRow(TenantModel):
    """Work that repeats: when `due_at` has come the scheduler writes an outbox row and moves it on by `every_s` seconds."""

    __tablename__ = "schedule"
    __table_args__ = (belongs_to_clinic(), UniqueConstraint("tenant_id", "topic"), Index("ix_schedule_due", "due_at"))

    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    every_s: Mapped[int]
    due_at: Mapped[datetime]
