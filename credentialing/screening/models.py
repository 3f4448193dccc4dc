"""Possible matches with exclusion lists, and what people decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class ScreeningMatch(TenantModel):
    """A provider and a row of a list that may be the same person, as both were when they met.

    Changed facts on either side make a new row, so that a decision speaks of exactly what was seen. `ended_at`: the latest check no
    longer found it, because the row is gone, was reinstated, or a fact changed.
    """

    __tablename__ = "screening_match"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "evidence_document_id"),
        CheckConstraint("source IN ('leie', 'sam')", name="source"),
        CheckConstraint("basis IN ('npi', 'name_and_birth', 'name_and_near_birth', 'name_only')", name="basis"),
        CheckConstraint("state IN ('new', 'cleared', 'escalated', 'confirmed')", name="state"),
        UniqueConstraint(
            "tenant_id",
            "provider_id",
            "source",
            "entry_print",
            "provider_print",
            name="uq_screening_match_tenant_id_pair",
        ),
        Index("ix_screening_match_queue", "tenant_id", "state", "id"),
    )

    provider_id: Mapped[UUID]
    source: Mapped[str]
    entry_print: Mapped[str]
    provider_print: Mapped[str]
    basis: Mapped[str]
    why: Mapped[list[str]]
    entry: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="new")
    reason: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    list_version: Mapped[int | None] = mapped_column(BigInteger)
    evidence_document_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class ScreeningEvent(TenantModel):
    """One decision about a match: from which state to which, why, and by whom. Append-only."""

    __tablename__ = "screening_event"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("screening_match", "match_id"),
        Index("ix_screening_event_match", "tenant_id", "match_id", "id"),
    )

    match_id: Mapped[UUID]
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str]
    by_name: Mapped[str]
