"""The committee's decisions as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.committee.models import CommitteeCase, CommitteeDecision
from credentialing.committee.permissions import COMMITTEE_READ
from credentialing.committee.services import is_delegated
from credentialing.providers.models import Provider
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "File",
    "Decision",
    "Decided on",
    "Reasons",
    "Conditions",
    "Votes",
    "Notice due on",
    "Told on",
    "Recredential by",
    "Recorded by",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    query = (
        select(CommitteeDecision, CommitteeCase, Provider)
        .join(
            CommitteeCase,
            (CommitteeCase.tenant_id == CommitteeDecision.tenant_id) & (CommitteeCase.id == CommitteeDecision.case_id),
        )
        .join(
            Provider,
            (Provider.tenant_id == CommitteeDecision.tenant_id) & (Provider.id == CommitteeDecision.provider_id),
        )
        .where(CommitteeDecision.tenant_id == current_tenant())
        .order_by(CommitteeDecision.decided_on.desc(), CommitteeDecision.id.desc())
    )
    for decision, case, provider in db().execute(query.execution_options(yield_per=500)):
        yield (
            provider.name,
            provider.npi,
            case.kind,
            decision.outcome,
            decision.decided_on,
            decision.reasons,
            decision.conditions,
            "; ".join(f"{vote['name']}: {vote['vote']}" for vote in decision.votes),
            decision.notice_due_on,
            case.notified_on,
            decision.recredential_due_on,
            decision.recorded_by_name,
        )


declare_export(
    Export(
        "committee-decisions",
        "Committee decisions",
        COMMITTEE_READ,
        COLUMNS,
        _rows,
        is_offered=is_delegated,
    )
)
