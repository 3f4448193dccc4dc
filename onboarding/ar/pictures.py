"""What the pages of the AR transfer draw: the pipeline, bars, differences, chips, and states in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from infra.words import counted, money
from onboarding.ar.models import ArImport
from onboarding.ar.services.reports import Aging

STATES: dict[str, tuple[str, str]] = {
    "queued": ("Waiting to be read", "waiting"),
    "reading": ("Being read", "waiting"),
    "reconciling": ("Being compared", "waiting"),
    "needs_mapping": ("Columns to choose", "attention"),
    "ready": ("Read", "attention"),
    "tied_out": ("Tied out", "good"),
    "accepted": ("Accepted", "good"),
    "failed": ("Not imported", "blocked"),
}
DISPOSITIONS = {
    "rescue_filing": "File now",
    "resubmit_corrected": "Correct and resubmit",
    "appeal": "Appeal",
    "status_check": "Ask for the status",
    "secondary_billing": "Bill the secondary",
    "patient_statement": "Patient statement",
    "request_records": "Send records",
    "credit_refund": "Look at the credit",
    "write_off_policy": "Small balance",
    "prior_vendor_rundown": "Prior biller",
    "legal_hold": "Legal hold",
}
FIELD_WORDS = {
    "claim_id": "Claim number",
    "patient_account": "Patient account",
    "member_id": "Member ID",
    "payer_name": "Payer",
    "payer_id": "Payer ID",
    "service_on": "Date of service",
    "charge": "Original charge",
    "balance": "Open balance",
    "responsibility": "Insurance or patient",
    "bucket": "Aging bucket",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the pipeline: `state` is done, current, blocked or open."""

    label: str
    state: str
    number: str = ""
    note: str = ""


def tabs(clinic_id: UUID, current: str) -> list[dict[str, Any]]:
    """The three places of AR."""
    places = (
        ("Imports", "ar.imports_page"),
        ("Receivables", "ar.overview_page"),
        ("Worklist", "ar.worklist_page"),
    )
    return [
        {"label": label, "url": url_for(name, clinic_id=clinic_id), "is_current": name == current}
        for label, name in places
    ]


def pipeline(row: ArImport) -> list[Step]:
    """Received → Read → Reconciled → Tied out → Accepted, each with its count and dollars once they are known."""
    is_read = row.read_at is not None and row.status not in {"queued", "reading", "needs_mapping", "failed"}
    differing = len(row.differences)
    one, many = ("claim", "claims") if row.is_remittance else ("row", "rows")
    received = Step(
        "Received",
        "done",
        counted(row.rows_received, one, many) if is_read else "1 file",
        money(row.received_cents, exact=True) if is_read else "",
    )
    left_out = row.rows_rejected + row.rows_duplicate
    read = Step(
        "Read",
        _state(is_read, row.status in {"queued", "reading"}, row.status in {"needs_mapping", "failed"}),
        f"{row.rows_accepted:,} taken over" if is_read else "",
        (f"{left_out:,} left out" if left_out else money(row.accepted_cents, exact=True)) if is_read else "",
    )
    reconciled = Step(
        "Reconciled",
        _state(is_read and row.status != "reconciling", row.status == "reconciling", False),
        f"{row.compared:,} compared" if is_read else "",
        (f"{differing:,} differ" if differing else ("all match" if row.compared else "no totals yet"))
        if is_read
        else "",
    )
    is_tied = row.status == "tied_out" or (row.status == "accepted" and row.compared > 0 and not differing)
    tied = Step(
        "Tied out",
        _state(is_tied, row.status == "ready" and not differing, bool(differing)),
        money(difference_cents(row), exact=True) if is_read and row.compared else "",
        "difference" if is_read and row.compared else "",
    )
    accepted = Step(
        "Accepted",
        _state(row.status == "accepted", row.status == "tied_out", False),
        money(row.accepted_cents, exact=True) if row.status == "accepted" else "",
        row.accepted_by_name or "",
    )
    return [received, read, reconciled, tied, accepted]


def _state(is_done: bool, is_current: bool, is_blocked: bool) -> str:
    return "done" if is_done else "blocked" if is_blocked else "current" if is_current else "open"


def difference_cents(row: ArImport) -> int:
    """What the import differs by: of the whole when that was compared, else the largest single difference."""
    cents = {each["of"]: each["difference_cents"] for each in row.differences if each["of"] == "total"}
    others = [each.get("difference_cents", 0) for each in row.differences]
    return cents.get("total") or max(others, key=abs, default=0)


def differences(row: ArImport, clinic_id: UUID) -> list[dict[str, Any]]:
    """Every total that differs, with the rows behind it."""
    names = {"total": "Grand total", "count": "Number of rows"}
    found = []
    for each in row.differences:
        is_money = each["of"] != "count"
        suffix = "_cents" if is_money else ""
        narrowed = {each["of"]: each["key"]} if each["of"] in ("payer", "bucket") else {}
        found.append(
            {
                "label": names.get(each["of"], each["label"]),
                "kind": {"payer": "Payer", "bucket": "Age", "payment": "Payment"}.get(each["of"], "Whole file"),
                "theirs": _amount(each[f"theirs{suffix}"], is_money),
                "ours": _amount(each[f"ours{suffix}"], is_money),
                "difference": _amount(each[f"difference{suffix}"], is_money),
                "url": url_for("ar.rows_page", clinic_id=clinic_id, import_id=row.id, **narrowed)
                if not row.is_remittance
                else None,
            }
        )
    return found


def _amount(value: int, is_money: bool) -> str:
    return money(value, exact=True) if is_money else f"{value:,}"


def bars(aging: Aging, url_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """The rows of the aging chart: what is owed by payer and bucket, each leading to its claims."""
    return [
        {
            "payer": row.payer,
            "url": url_of(row.payer_key),
            "cents": [row.cents[label] for label in aging.buckets],
            "total_cents": row.total_cents,
            "credits_cents": row.credits_cents,
        }
        for row in aging.rows
    ]


def control_values(row: ArImport) -> dict[str, str]:
    """The control totals as a person would type them."""
    control = row.control
    return {
        "total": _typed(control["total_cents"]) if control.get("total_cents") is not None else "",
        "count": str(control.get("count") or ""),
        "by_payer": "\n".join(f"{name}: {_typed(cents)}" for name, cents in control.get("by_payer", {}).items()),
        "by_bucket": "\n".join(f"{name}: {_typed(cents)}" for name, cents in control.get("by_bucket", {}).items()),
    }


def _typed(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def worklist_chips(clinic_id: UUID, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What the worklist can be narrowed to."""
    words = (("due", "Limit within 30 days"), ("all", "Every claim"))
    return [
        {
            "label": label,
            "url": url_for("ar.worklist_page", clinic_id=clinic_id, **{**asked, "show": name}),
            "is_current": asked["show"] == name,
        }
        for name, label in words
    ]


def sort_chips(clinic_id: UUID, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """By what the worklist can be sorted."""
    words = (("deadline", "By deadline"), ("balance", "By balance"), ("age", "By age"))
    return [
        {
            "label": label,
            "url": url_for("ar.worklist_page", clinic_id=clinic_id, **{**asked, "sort": name}),
            "is_current": asked["sort"] == name,
        }
        for name, label in words
    ]
