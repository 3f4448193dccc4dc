"""What other rooms ask of enrollments: counts for the portfolio, pairs that may not be billed, payers of a provider."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.rules import hold_reason, lapsed
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.services.lapses import endings_by_case
from credentialing.enrollment.services.outlook import billable_facts
from credentialing.enrollment.states import FINAL, EnrollmentState
from credentialing.providers.models import Provider
from infra.db import current_tenant, db

BLOCKED = frozenset({EnrollmentState.DENIED, EnrollmentState.CLOSED_PANEL, EnrollmentState.REVALIDATION_DUE})


@dataclass(frozen=True, slots=True)
class PanelCounts:
    """How many open cases are billable today, on their way, or stopped by the payer."""

    billable: int
    pending: int
    blocked: int


@dataclass(frozen=True, slots=True)
class UnbillablePair:
    """A provider and payer whose services of that day must not be billed yet, and why."""

    enrollment_id: UUID
    provider_id: UUID
    npi: str
    payer_id: str
    line_of_business: str
    location_id: UUID | None
    status: str
    reason: str


def panel_counts() -> PanelCounts:
    """Count the open cases of the clinic's providers, in a few statements; a case whose license has lapsed is blocked."""
    today = clinic_day()
    query = select(Enrollment).where(Enrollment.tenant_id == current_tenant(), Enrollment.status.not_in(FINAL))
    cases = db().scalars(query).all()
    endings = endings_by_case(cases, before=today)
    counts = {"billable": 0, "pending": 0, "blocked": 0}
    for case in cases:
        facts = billable_facts(case, endings.get(case.id, ()))
        loaded = case.state is EnrollmentState.LOADED_VERIFIED
        if case.state in BLOCKED or (loaded and lapsed(facts.endings, today)):
            counts["blocked"] += 1
        elif not hold_reason(facts, today):
            counts["billable"] += 1
        else:
            counts["pending"] += 1
    return PanelCounts(**counts)


def unbillable_pairs(on: date | None = None) -> list[UnbillablePair]:
    """Open cases of active providers whose services of the day `on` (today) must be held.

    What revenue at risk is summed over.
    """
    day = on or clinic_day()
    rows = (
        db()
        .execute(
            select(Enrollment, Provider.npi)
            .join(Provider, (Provider.tenant_id == Enrollment.tenant_id) & (Provider.id == Enrollment.provider_id))
            .where(
                Enrollment.tenant_id == current_tenant(), Enrollment.status.not_in(FINAL), Provider.status == "active"
            )
            .order_by(Enrollment.id)
        )
        .all()
    )
    endings = endings_by_case([row[0] for row in rows], before=day)
    found = []
    for case, npi in rows:
        reason = hold_reason(billable_facts(case, endings.get(case.id, ())), day)
        if reason:
            found.append(
                UnbillablePair(
                    case.id,
                    case.provider_id,
                    npi,
                    case.payer_id,
                    case.line_of_business,
                    case.location_id,
                    case.status,
                    reason,
                )
            )
    return found


def payers_by_provider(provider_ids: Collection[UUID] | None = None) -> dict[UUID, list[str]]:
    """Payer ids of each provider's open cases, in the order of the ids; of all providers when none are named."""
    query = (
        select(Enrollment.provider_id, Enrollment.payer_id)
        .where(Enrollment.tenant_id == current_tenant(), Enrollment.status.not_in(FINAL))
        .distinct()
        .order_by(Enrollment.provider_id, Enrollment.payer_id)
    )
    if provider_ids is not None:
        query = query.where(Enrollment.provider_id.in_(provider_ids))
    found: dict[UUID, list[str]] = {}
    for provider_id, payer_id in db().execute(query):
        found.setdefault(provider_id, []).append(payer_id)
    return found
