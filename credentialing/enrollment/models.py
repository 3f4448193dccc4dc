"""Tables of enrollment: locations, the case of one provider with one payer, its history, its touches.

And finished durations.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from credentialing.enrollment.states import FINAL, EnrollmentState, waiting_on
from infra.db import TenantModel, belongs_to, belongs_to_clinic
from infra.db.model import READ_BY_EVERYONE

STATUSES = tuple(state.value for state in EnrollmentState)
CHANNELS = ("phone", "portal", "email", "fax", "letter", "other")
PROOFS = ("portal", "directory", "test_claim", "271")
OUTCOMES = ("panel", "load")
# What no longer happens needs no date; a loaded provider is looked at again only when the recredentialing comes near.
FOLLOW_UP_RULE = "next_follow_up_on IS NOT NULL OR status IN ('loaded_verified', 'withdrawn', 'terminated')"
OPEN_RULE = "status NOT IN ('withdrawn', 'terminated')"


def _listed(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Location(TenantModel):
    """Where a clinic sees clients. Payers enroll a provider for a location."""

    __tablename__ = "location"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id", "name"),
        READ_BY_EVERYONE,
    )

    name: Mapped[str]
    address: Mapped[str]
    npi: Mapped[str | None]


class Enrollment(TenantModel):
    """The case of one provider with one payer, for one line of business at one location.

    `loaded_on` with its proof makes it billable, from `effective_on` or earlier when the payer pays retroactively. An
    open case always has an owner and a next follow-up. Of a pair one case at most is not withdrawn or terminated.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("location", "location_id"),
        belongs_to("document", "proof_document_id"),
        CheckConstraint(_listed("status", STATUSES), name="status"),
        CheckConstraint(FOLLOW_UP_RULE, name="next_follow_up"),
        Index(
            "uq_enrollment_pair",
            "tenant_id",
            "provider_id",
            "payer_id",
            "line_of_business",
            "location_id",
            unique=True,
            postgresql_where=text(OPEN_RULE),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_enrollment_payer", "tenant_id", "payer_id", "status"),
        Index("ix_enrollment_follow_up", "tenant_id", "next_follow_up_on", "id"),
    )

    provider_id: Mapped[UUID]
    payer_id: Mapped[str]
    line_of_business: Mapped[str]
    location_id: Mapped[UUID | None]
    tin: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="not_started")
    status_reason: Mapped[str | None]
    status_since_on: Mapped[date]
    reference: Mapped[str | None]
    requested_on: Mapped[date]
    submitted_on: Mapped[date | None]
    payer_received_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    retro_granted_on: Mapped[date | None]
    loaded_on: Mapped[date | None]
    proof_document_id: Mapped[UUID | None]
    proof_reference: Mapped[str | None]
    proof_kind: Mapped[str | None]
    terminated_on: Mapped[date | None]
    recredential_due_on: Mapped[date | None]
    last_touch_on: Mapped[date | None]
    next_follow_up_on: Mapped[date | None]
    owner_id: Mapped[UUID]
    owner_name: Mapped[str]
    event_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def state(self) -> EnrollmentState:
        """The status as a state of the machine."""
        return EnrollmentState(self.status)

    @property
    def is_final(self) -> bool:
        """True when nothing can follow any more."""
        return self.state in FINAL

    @property
    def waits_on(self) -> str | None:
        """Whose turn it is: clinic, vendor, payer; None when nothing is open."""
        found = waiting_on(self.state)
        return found.value if found else None

    @property
    def proof(self) -> str | None:
        """What proves that the payer has loaded the provider: a document's id or a reference."""
        return str(self.proof_document_id) if self.proof_document_id else self.proof_reference


class EnrollmentEvent(TenantModel):
    """One step of a case, never changed afterwards.

    `happened_on` is the day it took place, `created_at` when it was told.
    """

    __tablename__ = "enrollment_event"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("enrollment", "enrollment_id"),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "proof_document_id"),
        UniqueConstraint("tenant_id", "enrollment_id", "number"),
        CheckConstraint(_listed("to_status", STATUSES), name="to_status"),
    )

    enrollment_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    number: Mapped[int]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    waits_on: Mapped[str | None]
    happened_on: Mapped[date]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    reason: Mapped[str | None]
    reference: Mapped[str | None]
    effective_on: Mapped[date | None]
    proof_document_id: Mapped[UUID | None]
    proof_kind: Mapped[str | None]


class EnrollmentTouch(TenantModel):
    """One contact about a case: who was asked by which way, what was said, and when to ask again.

    Never changed afterwards.
    """

    __tablename__ = "enrollment_touch"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("enrollment", "enrollment_id"),
        CheckConstraint(_listed("channel", CHANNELS), name="channel"),
        Index("ix_enrollment_touch_case", "tenant_id", "enrollment_id", "created_at"),
    )

    enrollment_id: Mapped[UUID]
    touched_on: Mapped[date]
    channel: Mapped[str]
    contact: Mapped[str | None]
    reference: Mapped[str | None]
    note: Mapped[str]
    next_follow_up_on: Mapped[date | None]
    was_due_on: Mapped[date | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


class EnrollmentOutcome(TenantModel):
    """How long a finished case took, in days without the clinic's own pauses.

    It names no provider: predictions for all read it.
    """

    __tablename__ = "enrollment_outcome"
    __table_args__ = (
        belongs_to_clinic(),
        CheckConstraint(_listed("kind", OUTCOMES), name="kind"),
        CheckConstraint("days >= 0", name="days"),
        Index("ix_enrollment_outcome_payer", "tenant_id", "payer_id", "line_of_business"),
        READ_BY_EVERYONE,
    )

    payer_id: Mapped[str]
    line_of_business: Mapped[str]
    kind: Mapped[str]
    days: Mapped[int]
