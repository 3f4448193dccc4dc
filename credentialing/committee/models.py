"""Tables of the committee. What people verified and what was decided is append-only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import TenantModel, belongs_to, belongs_to_clinic


class CommitteeCharter(TenantModel):
    """How this clinic's committee works: by whose limits it judges and what makes a quorum. One row a clinic."""

    __tablename__ = "committee_charter"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id"),
        CheckConstraint("program IN ('accreditation', 'cvo')", name="program"),
        CheckConstraint("quorum_kind IN ('majority', 'count')", name="quorum_kind"),
        CheckConstraint("quorum_count > 0", name="quorum_count"),
    )

    program: Mapped[str] = mapped_column(default="accreditation")
    quorum_kind: Mapped[str] = mapped_column(default="majority")
    quorum_count: Mapped[int] = mapped_column(default=3)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class CommitteeMember(TenantModel):
    """A voting member. `provider_id` when the member is a provider of the clinic, whose own file they must not vote on."""

    __tablename__ = "committee_member"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint("status IN ('active', 'left')", name="status"),
    )

    name: Mapped[str]
    discipline: Mapped[str]
    is_chair: Mapped[bool] = mapped_column(default=False)
    provider_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="active")


class CommitteeMeeting(TenantModel):
    """One meeting. Program and quorum are those of the charter when it began; `present` are ids of members."""

    __tablename__ = "committee_meeting"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "minutes_document_id"),
        CheckConstraint("status IN ('planned', 'in_session', 'closed', 'canceled')", name="status"),
        CheckConstraint("program IN ('accreditation', 'cvo')", name="program"),
        Index("ix_committee_meeting_meets_on", "tenant_id", "meets_on", "id"),
    )

    meets_on: Mapped[date]
    place: Mapped[str]
    status: Mapped[str] = mapped_column(default="planned")
    program: Mapped[str]
    quorum: Mapped[int] = mapped_column(default=0)
    voting_members: Mapped[int] = mapped_column(default=0)
    present: Mapped[list[str]] = mapped_column(default=list)
    notes: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_name: Mapped[str | None]
    minutes_job_id: Mapped[UUID | None]
    minutes_document_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class CommitteeCase(TenantModel):
    """One provider's file on the agenda of one meeting, and what became of the letter about its decision."""

    __tablename__ = "committee_case"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("committee_meeting", "meeting_id"),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "letter_document_id"),
        UniqueConstraint("tenant_id", "meeting_id", "provider_id"),
        CheckConstraint("kind IN ('initial', 'recredential')", name="kind"),
        CheckConstraint("status IN ('agenda', 'decided', 'withdrawn')", name="status"),
        CheckConstraint("notice_channel IN ('mail', 'email', 'portal', 'hand')", name="notice_channel"),
        Index("ix_committee_case_provider", "tenant_id", "provider_id"),
    )

    meeting_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default="agenda")
    letter_document_id: Mapped[UUID | None]
    notified_on: Mapped[date | None]
    notice_channel: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class CommitteeDecision(TenantModel):
    """What was decided, by which votes, on which review of the file. Append-only: a later decision is a later row."""

    __tablename__ = "committee_decision"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("committee_case", "case_id"),
        belongs_to("provider", "provider_id"),
        UniqueConstraint("tenant_id", "case_id"),
        CheckConstraint("outcome IN ('approved', 'approved_with_conditions', 'deferred', 'denied')", name="outcome"),
        Index("ix_committee_decision_provider", "tenant_id", "provider_id", "decided_on"),
    )

    case_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    outcome: Mapped[str]
    reasons: Mapped[str]
    conditions: Mapped[str]
    decided_on: Mapped[date]
    votes: Mapped[list[Any]]
    checklist: Mapped[list[Any]]
    program: Mapped[str]
    notice_due_on: Mapped[date]
    recredential_due_on: Mapped[date | None]
    recorded_by_name: Mapped[str]


class CommitteeProof(TenantModel):
    """That a person verified one element of a file at its source, where no machine does. Append-only."""

    __tablename__ = "committee_proof"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        CheckConstraint("result IN ('confirmed', 'adverse')", name="result"),
        CheckConstraint("method IN ('website', 'letter', 'phone', 'copy', 'database')", name="method"),
        Index("ix_committee_proof_provider", "tenant_id", "provider_id", "element", "verified_on"),
    )

    provider_id: Mapped[UUID]
    element: Mapped[str]
    verified_on: Mapped[date]
    source: Mapped[str]
    method: Mapped[str]
    result: Mapped[str]
    note: Mapped[str]
    document_id: Mapped[UUID | None]
    verified_by_name: Mapped[str]
