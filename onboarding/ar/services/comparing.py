"""Comparing a read import with its control totals, from the totals that were stored with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from infra.db import current_tenant, db
from onboarding.ar.jsonb import control_from_json, totals_from_json
from onboarding.ar.models import ArImport, Remittance
from onboarding.ar.rules import Difference, PaymentFacts, TieOut, payer_key, tie_out, tie_out_payments


def compare(row: ArImport) -> bool:
    """Compare and note the differences on the row; True when something was compared and nothing differs."""
    outcome = _compare_payments(row) if row.is_remittance else _compare_balances(row)
    row.compared = outcome.matches + len(outcome.differences)
    row.basis = outcome.basis
    row.differences = [_described(each, row) for each in outcome.differences]
    return outcome.is_tied


def _compare_balances(row: ArImport) -> TieOut:
    control = control_from_json(row.control, stated_total_cents=row.stated_total_cents)
    return tie_out(totals_from_json(row.totals), control)


def _compare_payments(row: ArImport) -> TieOut:
    stored = db().scalars(
        select(Remittance)
        .where(Remittance.tenant_id == current_tenant(), Remittance.import_id == row.id)
        .order_by(Remittance.position)
    )
    payments = [
        PaymentFacts(
            each.trace,
            payer_key(each.payer_name),
            each.payment_cents,
            each.summary["paid_cents"],
            each.summary["provider_adjustment_cents"],
            each.summary["claims"],
        )
        for each in stored
    ]
    return tie_out_payments(payments, control_from_json(row.control))


def _described(each: Difference, row: ArImport) -> dict[str, Any]:
    label = each.key
    if each.of == "payer":
        given = {payer_key(name): name for name in row.control.get("by_payer", {})}
        label = given.get(each.key) or row.totals.get("labels", {}).get(each.key) or each.key or "payer not readable"
    elif each.of == "bucket":
        label = each.key or "age not readable"
    amounts = {"theirs": each.theirs, "ours": each.ours, "difference": each.difference}
    if each.of != "count":
        amounts = {f"{name}_cents": cents for name, cents in amounts.items()}
    return {"of": each.of, "key": each.key, "label": label, **amounts}
