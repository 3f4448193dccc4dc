"""Totals and controls as JSON, and back. What is stored is plain numbers, so that a later version can read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from onboarding.ar.rules import Amount, Control, ImportTotals, Totals
from onboarding.ar.rules.labels import bucket_label, payer_key

PARTS = ("received", "accepted", "rejected", "duplicate")


def dumped(value: Any) -> str:
    """JSON text without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def totals_as_json(totals: ImportTotals, labels: Mapping[str, str]) -> dict[str, Any]:
    """Every amount as `[rows, owed cents, credit cents]`, and the names under which payers are shown."""
    return {"labels": dict(labels), **{part: _totals(getattr(totals, part)) for part in PARTS}}


def totals_from_json(stored: Mapping[str, Any]) -> ImportTotals:
    """The totals that were stored."""
    return ImportTotals(**{part: _read_totals(stored[part]) for part in PARTS})


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "total": _amount(totals.total),
        "by_payer": {key: _amount(each) for key, each in totals.by_payer.items()},
        "by_bucket": {key: _amount(each) for key, each in totals.by_bucket.items()},
    }


def _amount(amount: Amount) -> list[int]:
    return [amount.rows, amount.owed_cents, amount.credits_cents]


def _read_totals(stored: Mapping[str, Any]) -> Totals:
    return Totals(
        Amount(*stored["total"]),
        {key: Amount(*each) for key, each in stored["by_payer"].items()},
        {key: Amount(*each) for key, each in stored["by_bucket"].items()},
    )


def control_from_json(stored: Mapping[str, Any], *, stated_total_cents: int | None = None) -> Control:
    """What the totals are compared with: what a person gave, else the total that the file itself states."""
    by_payer: dict[str, int] = {}
    for name, cents in (stored.get("by_payer") or {}).items():
        key = payer_key(name)
        by_payer[key] = by_payer.get(key, 0) + cents
    by_bucket = {bucket_label(name): cents for name, cents in (stored.get("by_bucket") or {}).items()}
    control = Control(stored.get("total_cents"), stored.get("count"), by_payer, by_bucket)
    return Control(total_cents=stated_total_cents) if control.is_empty else control
