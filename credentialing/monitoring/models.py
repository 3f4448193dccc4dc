"""Tables of the watch over what runs out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class Expirable(TenantModel):
    """One thing with an end, as it stands now: derived from its source and replaced when that changes. `key` stays the same over
    renewals. `state`, `payer_id` and `payer_kinds` say whom its end concerns; empty ones mean all. `holds` says whether billing is
    held after `ends_on`, `payer_exceptions` (payer id to bool) where a payer differs. Without `provider_id` it is the clinic's own.
    """

    __tablename__ = "expirable"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("owes IN ('provider', 'clinic', 'vendor', 'payer', 'third_party')", name="owes"),
        CheckConstraint("source_kind IN ('credential', 'document', 'provider', 'enrollment')", name="source_kind"),
        Index("ix_expirable_ends_on", "tenant_id", "ends_on", "id"),
        Index("ix_expirable_provider", "tenant_id", "provider_id"),
    )

    key: Mapped[str]
    provider_id: Mapped[UUID | None]
    kind: Mapped[str]
    label: Mapped[str]
    state: Mapped[str | None]
    payer_id: Mapped[str | None]
    payer_kinds: Mapped[list[str]] = mapped_column(default=list)
    ends_on: Mapped[date]
    renewed_from: Mapped[date | None]
    holds: Mapped[bool]
    payer_exceptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owes: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[UUID]


class WatchNote(TenantModel):
    """What a person said of an item that runs out: put off with a reason, being renewed, or watched again. Append-only; the
    latest one of the present `ends_on` counts, until its day.
    """

    __tablename__ = "watch_note"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint("act IN ('snoozed', 'acted', 'resumed')", name="act"),
        CheckConstraint("act = 'resumed' OR until_on IS NOT NULL", name="until"),
        Index("ix_watch_note_item", "tenant_id", "item_key", "id"),
    )

    item_key: Mapped[str]
    provider_id: Mapped[UUID | None]
    ends_on: Mapped[date]
    act: Mapped[str]
    until_on: Mapped[date | None]
    reason: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


class Reminder(TenantModel):
    """That one person was told once of one step before (or, negative, after) an end. It stands in their list while the item is
    open; `mailed_at` is when the day's digest carried it.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        UniqueConstraint(
            "tenant_id", "item_key", "ends_on", "days_before", "person_id", name="uq_reminder_tenant_id_stage"
        ),
        CheckConstraint("level IN ('first', 'clinic', 'account')", name="level"),
        Index("ix_reminder_person", "tenant_id", "person_id", "day_on"),
    )

    item_key: Mapped[str]
    provider_id: Mapped[UUID | None]
    label: Mapped[str]
    ends_on: Mapped[date]
    days_before: Mapped[int]
    level: Mapped[str]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    day_on: Mapped[date]
    mailed_at: Mapped[datetime | None]


class Lapse(TenantModel):
    """That something ended without a renewal. Open until `closed_at`. `restored_on` is the first day that counts again: services
    between the end and that day stay held; it is empty when the renewal leaves no gap.
    """

    __tablename__ = "lapse"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "item_key", "ends_on", name="uq_lapse_tenant_id_item_key"),
        CheckConstraint("closed_how IN ('renewed', 'corrected', 'withdrawn')", name="closed_how"),
        CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name="closed"),
        Index("ix_lapse_provider", "tenant_id", "provider_id"),
    )

    item_key: Mapped[str]
    provider_id: Mapped[UUID | None]
    kind: Mapped[str]
    label: Mapped[str]
    state: Mapped[str | None]
    payer_id: Mapped[str | None]
    payer_kinds: Mapped[list[str]] = mapped_column(default=list)
    holds: Mapped[bool]
    payer_exceptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ends_on: Mapped[date]
    restored_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None]


class CheckDue(TenantModel):
    """When a provider must be checked at a source again: `asked_on` is the day on which the check was last asked for."""

    __tablename__ = "check_due"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "provider_id", "source", name="uq_check_due_tenant_id_provider_id"),
        CheckConstraint("source IN ('leie', 'sam', 'license')", name="source"),
        Index("ix_check_due_due_on", "tenant_id", "due_on"),
    )

    provider_id: Mapped[UUID]
    source: Mapped[str]
    due_on: Mapped[date]
    asked_on: Mapped[date | None]
    checked_on: Mapped[date | None]
