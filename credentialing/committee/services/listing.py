"""Reading what was decided: by case, by provider, newest first; and what the committee still owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.committee.models import CommitteeCase, CommitteeDecision
from credentialing.committee.rules import Outcome
from credentialing.committee.services import setup
from credentialing.committee.services.meetings import clinic_day
from credentialing.providers.models import Provider
from infra.db import current_tenant, db


def decisions_of(case_ids: Sequence[UUID]) -> dict[UUID, CommitteeDecision]:
    """The decision of each of these cases that has one."""
    if not case_ids:
        return {}
    query = select(CommitteeDecision).where(
        CommitteeDecision.tenant_id == current_tenant(), CommitteeDecision.case_id.in_(case_ids)
    )
    return {row.case_id: row for row in db().scalars(query)}


def list_decisions(
    *, limit: int, after: UUID | None = None, provider_id: UUID | None = None
) -> Sequence[tuple[CommitteeDecision, CommitteeCase]]:
    """Decisions with their cases, newest first, older than the decision with id `after`."""
    setup.need_committee()
    query = (
        select(CommitteeDecision, CommitteeCase)
        .join(
            CommitteeCase,
            (CommitteeCase.tenant_id == CommitteeDecision.tenant_id) & (CommitteeCase.id == CommitteeDecision.case_id),
        )
        .where(CommitteeDecision.tenant_id == current_tenant())
    )
    if provider_id is not None:
        query = query.where(CommitteeDecision.provider_id == provider_id)
    if after is not None:
        query = query.where(CommitteeDecision.id < after)
    rows = db().execute(query.order_by(CommitteeDecision.id.desc()).limit(limit)).all()
    return [(decision, case) for decision, case in rows]


def latest_decisions() -> Sequence[CommitteeDecision]:
    """For each provider the decision that stands: the latest one that was no deferral."""
    query = (
        select(CommitteeDecision)
        .where(CommitteeDecision.tenant_id == current_tenant(), CommitteeDecision.outcome != Outcome.DEFERRED.value)
        .ext(distinct_on(CommitteeDecision.provider_id))
        .order_by(CommitteeDecision.provider_id, CommitteeDecision.decided_on.desc(), CommitteeDecision.id.desc())
    )
    return db().scalars(query).all()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the committee's work stands: notices that are due, and who must come back, both soonest first."""

    notices: Sequence[tuple[CommitteeDecision, CommitteeCase]]
    returning: Sequence[CommitteeDecision]


def standing(*, ahead: timedelta = timedelta(days=120), most: int = 100) -> Standing:
    """Decisions that nobody has told the provider of, and recredentialings due within `ahead` or overdue."""
    setup.need_committee()
    told = (
        select(CommitteeDecision, CommitteeCase)
        .join(
            CommitteeCase,
            (CommitteeCase.tenant_id == CommitteeDecision.tenant_id) & (CommitteeCase.id == CommitteeDecision.case_id),
        )
        .where(
            CommitteeDecision.tenant_id == current_tenant(),
            CommitteeCase.notified_on.is_(None),
            CommitteeDecision.outcome != Outcome.DEFERRED.value,
        )
        .order_by(CommitteeDecision.notice_due_on, CommitteeDecision.id)
        .limit(most)
    )
    by = clinic_day() + ahead
    due = [row for row in latest_decisions() if row.recredential_due_on and row.recredential_due_on <= by]
    return Standing(
        [(decision, case) for decision, case in db().execute(told).all()],
        sorted(due, key=lambda row: (row.recredential_due_on or date.max, row.id))[:most],
    )


def names_of(provider_ids: Sequence[UUID]) -> Mapping[UUID, Provider]:
    """Providers by id, in one query."""
    if not provider_ids:
        return {}
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.id.in_(set(provider_ids)))
    return {provider.id: provider for provider in db().scalars(query)}
