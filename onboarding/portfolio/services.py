"""The portfolio's rows with their filters, the long tail of a clinic, and the refresh of its rollup row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import update

from credentialing.enrollment.services import Outlook, outlooks, panel_counts
from credentialing.panel.services import current_cases
from infra.db import current_tenant, db
from onboarding.ar.services import revenue_at_risk_cents
from onboarding.plan.services import find_plan, load_board
from onboarding.plan.services.rollup import store_rollup
from tenants.clinics.models import ClinicRollup
from tenants.clinics.services import portfolio

PARTIES = ("clinic", "vendor", "payer", "third_party")


def refresh_rollup() -> bool:
    """Write the clinic's rollup row anew: plan, panel counts and revenue at risk. False when the clinic has no plan."""
    if find_plan() is None:
        return False
    board = load_board(lock=True)
    store_rollup(board)
    counts = panel_counts()
    db().execute(
        update(ClinicRollup)
        .where(ClinicRollup.tenant_id == current_tenant())
        .values(
            panels_billable=counts.billable,
            panels_pending=counts.pending,
            panels_blocked=counts.blocked,
            revenue_at_risk_cents=revenue_at_risk_cents(),
        )
    )
    return True


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Rows that match the filter, worst first, and what is true of all rows."""

    rows: Sequence[ClinicRollup]
    total: int
    late: int
    at_risk_cents: int
    waiting: dict[str, int]


def read_portfolio(*, text: str = "", only: str = "", waiting_on: str = "") -> Portfolio:
    """The clinics of this scope, worst first. `text` is part of the name, `only` is "late", `waiting_on` a party."""
    rows = portfolio()
    wanted = text.strip().lower()
    matching = [
        row
        for row in rows
        if wanted in row.name.lower()
        and (only != "late" or row.days_late > 0)
        and (not waiting_on or row.blocked_on == waiting_on)
    ]
    return Portfolio(
        rows=matching,
        total=len(rows),
        late=sum(row.days_late > 0 for row in rows),
        at_risk_cents=sum(row.revenue_at_risk_cents for row in rows),
        waiting={party: sum(row.blocked_on == party for row in rows) for party in PARTIES},
    )


@dataclass(frozen=True, slots=True)
class TailPayer:
    """One payer of the long tail: how many of the clinic's pairs are where, and when the open ones are expected."""

    payer_id: str
    name: str
    billable: int
    waiting: int
    stopped: int
    first_expected: date | None
    last_expected: date | None


def long_tail() -> list[TailPayer]:
    """Payer by payer where the panels stand and when the rest is expected; what takes longest first."""
    by_payer: dict[str, list[Outlook]] = {}
    for view in outlooks(current_cases()).values():
        by_payer.setdefault(view.case.payer_id, []).append(view)
    found = [_tail(payer_id, views) for payer_id, views in by_payer.items()]
    return sorted(found, key=lambda each: (each.waiting == 0, -(each.waiting + each.stopped), each.name))


def _tail(payer_id: str, views: list[Outlook]) -> TailPayer:
    stopped = [view for view in views if view.word.tone == "blocked"]
    done = [view for view in views if view.word.tone == "good"]
    expected = [view.prediction for view in views if view.prediction is not None]
    return TailPayer(
        payer_id=payer_id,
        name=views[0].payer_name,
        billable=len(done),
        waiting=len(views) - len(done) - len(stopped),
        stopped=len(stopped),
        first_expected=min((each.loaded_p50 for each in expected), default=None),
        last_expected=max((each.loaded_p80 for each in expected), default=None),
    )
