"""The monthly checks: which provider is due at which source, and asking for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from credentialing.monitoring.models import CheckDue
from credentialing.monitoring.rules import CHECK_SOURCES, check_due_on
from credentialing.providers.models import Provider
from credentialing.verification.models import Verification
from infra import clock
from infra.db import current_tenant, db
from infra.outbox import publish
from tenants.clinics.services import get_clinic

ASK_AGAIN = timedelta(days=3)
"""A check that was asked for and has no result is asked for again after this long."""


def ask_for_checks() -> int:
    """Bring the due rows into step with the verifications, and ask for what is due. Returns how many checks were asked for.

    Publishes `verification.due` (provider, source, day) for each, once a day at the most.
    """
    today = clock.today(get_clinic().timezone)
    query = select(Provider.id, Provider.created_at).where(
        Provider.tenant_id == current_tenant(), Provider.status == "active"
    )
    joined = {row.id: row.created_at.date() for row in db().execute(query)}
    rows = {
        (row.provider_id, row.source): row
        for row in db().scalars(select(CheckDue).where(CheckDue.tenant_id == current_tenant()).with_for_update())
    }
    checked = _last_checks()
    asked = 0
    for provider_id, begins_on in joined.items():
        for source in CHECK_SOURCES:
            row = rows.get((provider_id, source))
            if row is None:
                row = CheckDue(provider_id=provider_id, source=source, due_on=begins_on)
                db().add(row)
            row.checked_on = checked.get((provider_id, source))
            row.due_on = check_due_on(row.checked_on, begins_on)
            asked += _ask(row, today)
    db().flush()
    return asked


def _ask(row: CheckDue, today: date) -> bool:
    is_new = row.asked_on is None or (row.checked_on is not None and row.asked_on < row.due_on)
    if row.due_on > today or not (is_new or (row.asked_on is not None and row.asked_on + ASK_AGAIN <= today)):
        return False
    row.asked_on = today
    publish("verification.due", provider_id=str(row.provider_id), source=row.source, due_on=row.due_on.isoformat())
    return True


def _last_checks() -> dict[tuple[UUID, str], date]:
    rows = db().execute(
        select(Verification.provider_id, Verification.source, func.max(Verification.verified_at))
        .where(Verification.tenant_id == current_tenant(), Verification.source.in_(CHECK_SOURCES))
        .group_by(Verification.provider_id, Verification.source)
    )
    return {(row[0], row[1]): row[2].date() for row in rows}


@dataclass(frozen=True, slots=True)
class CheckState:
    """How the monthly checks of one source stand: due or overdue providers, the next due day, when one was last done."""

    source: str
    label: str
    providers: int
    due: int
    overdue: int
    next_on: date | None
    last_on: date | None


def check_states() -> list[CheckState]:
    """The monthly checks by source, in one statement."""
    today = clock.today(get_clinic().timezone)
    rows = db().execute(
        select(
            CheckDue.source,
            func.count(),
            func.count().filter(CheckDue.due_on <= today),
            func.count().filter(CheckDue.due_on < today),
            func.min(CheckDue.due_on).filter(CheckDue.due_on > today),
            func.max(CheckDue.checked_on),
        )
        .join(Provider, (Provider.tenant_id == CheckDue.tenant_id) & (Provider.id == CheckDue.provider_id))
        .where(CheckDue.tenant_id == current_tenant(), Provider.status == "active")
        .group_by(CheckDue.source)
    )
    found = {row[0]: CheckState(row[0], CHECK_SOURCES[row[0]], row[1], row[2], row[3], row[4], row[5]) for row in rows}
    return [
        found.get(source, CheckState(source, label, 0, 0, 0, None, None)) for source, label in CHECK_SOURCES.items()
    ]


def list_checks(*, limit: int, after: UUID | None = None) -> Sequence[CheckDue]:
    """The due rows, in the order in which they were made."""
    query = select(CheckDue).where(CheckDue.tenant_id == current_tenant())
    if after is not None:
        query = query.where(CheckDue.id > after)
    return db().scalars(query.order_by(CheckDue.id).limit(limit)).all()
