"""One row of an aging file into integer cents, or the reasons why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

from integrations.aging.mapping import ColumnMapping
from integrations.aging.reading import RawRow
from integrations.tabular import parse_cents, parse_date

Responsibility = Literal["insurance", "patient", "both"]

_INSURANCE = frozenset({"ins", "insurance", "i", "payer", "primary", "secondary", "tertiary", "carrier", "third party"})
_PATIENT = frozenset({"pat", "patient", "p", "self", "self pay", "selfpay", "client", "guarantor", "pt", "private pay"})
_SELF_PAY_PAYERS = frozenset({"self pay", "selfpay", "self-pay", "patient", "private pay", "cash", "self"})


@dataclass(frozen=True, slots=True)
class AgingRow:
    """One open balance. A claim can have two: what the payer owes and what the patient owes.

    `insurance_cents + patient_cents == balance_cents`; a credit is negative and is never netted against
    another row. `fingerprint` is equal for two rows that say the same, whatever their line or account number.
    """

    line_number: int
    claim_id: str
    patient_account: str
    patient_name: str
    member_id: str
    payer_name: str
    payer_id: str
    service_on: date
    charge_cents: int | None
    balance_cents: int
    insurance_cents: int
    patient_cents: int
    responsibility: Responsibility
    bucket: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RowRejected:
    """A row that is not taken over; every reason is a `(field, message)` pair."""

    line_number: int
    original_text: str
    reasons: tuple[tuple[str, str], ...]
    balance_cents: int | None = None


def parse_row(raw: RawRow, mapping: ColumnMapping) -> AgingRow | RowRejected:
    """Read one claim row. All its faults are reported at once.

    A rejected row still tells its `balance_cents` when that much can be read, so that totals can be compared.
    """
    reasons: list[tuple[str, str]] = []
    cells = {name: raw.values[i] if i < len(raw.values) else "" for name, i in mapping.columns.items()}
    payer = cells.get("payer_name", "") or raw.section
    shape = _shape_reason(raw, mapping)
    if shape:
        reasons.append(("row", shape))
    service_on = _service_on(cells.get("service_on", ""), reasons)
    charge_cents = _optional_cents("charge", cells.get("charge", ""), reasons)
    insurance_cents, patient_cents, responsibility = _balances(cells, payer, reasons)
    balance_cents = None
    if insurance_cents is not None and patient_cents is not None:
        balance_cents = insurance_cents + patient_cents
    bucket = _bucket(raw, mapping, cells, balance_cents, reasons)
    if not payer and responsibility != "patient":
        reasons.append(("payer_name", "the payer is missing"))
    name = _patient_name(cells)
    if not (cells.get("claim_id") or cells.get("patient_account") or name):
        reasons.append(("claim_id", "neither a claim number nor a patient is given"))
    if reasons or service_on is None or insurance_cents is None or patient_cents is None:
        readable_cents = None if shape else balance_cents
        return RowRejected(raw.line_number, raw.original_text, tuple(reasons), readable_cents)
    facts = (service_on, charge_cents, insurance_cents, patient_cents)
    return AgingRow(
        line_number=raw.line_number,
        claim_id=cells.get("claim_id", ""),
        patient_account=cells.get("patient_account", ""),
        patient_name=name,
        member_id=cells.get("member_id", ""),
        payer_name=payer or "Self Pay",
        payer_id=cells.get("payer_id", ""),
        service_on=service_on,
        charge_cents=charge_cents,
        balance_cents=insurance_cents + patient_cents,
        insurance_cents=insurance_cents,
        patient_cents=patient_cents,
        responsibility=responsibility,
        bucket=bucket,
        fingerprint=_fingerprint(cells, name, payer, *facts),
    )


def stated_total_cents(raw: RawRow, mapping: ColumnMapping) -> int | None:
    """Return the balance that a subtotal or grand-total row states, or None when it states none."""
    names = ("balance",) if "balance" in mapping.columns else ("insurance_balance", "patient_balance")
    amounts = []
    for name in names:
        column = mapping.columns.get(name)
        cell = raw.values[column] if column is not None and column < len(raw.values) else ""
        try:
            amounts.append(parse_cents(cell))
        except ValueError:
            return None
    return sum(amounts)


def _shape_reason(raw: RawRow, mapping: ColumnMapping) -> str:
    if raw.is_damaged:
        return "a quotation mark is opened and never closed"
    extra = len(raw.values) - len(mapping.headers)
    if extra > 0 and any(raw.values[len(mapping.headers) :]):
        return f"the row has {len(raw.values)} cells where the header has {len(mapping.headers)}"
    return ""


def _service_on(cell: str, reasons: list[tuple[str, str]]) -> date | None:
    if not cell:
        reasons.append(("service_on", "the date of service is missing"))
        return None
    try:
        return parse_date(cell, allow_serial=True)
    except ValueError as wrong:
        reasons.append(("service_on", str(wrong)))
        return None


def _optional_cents(name: str, cell: str, reasons: list[tuple[str, str]]) -> int | None:
    if not cell:
        return None
    try:
        return parse_cents(cell)
    except ValueError as wrong:
        reasons.append((name, str(wrong)))
        return None


def _balances(
    cells: dict[str, str], payer: str, reasons: list[tuple[str, str]]
) -> tuple[int | None, int | None, Responsibility]:
    """Return what insurance and patient owe, and who of them owes."""
    split = [name for name in ("insurance_balance", "patient_balance") if cells.get(name)]
    if "balance" not in cells or (split and not cells["balance"]):
        amounts = [
            _optional_cents(name, cells[name], reasons) if name in split else 0
            for name in ("insurance_balance", "patient_balance")
        ]
        if not split:
            reasons.append(("balance", "the balance is missing"))
            return None, None, "insurance"
        who_of_two: Responsibility = "patient" if amounts[1] or split == ["patient_balance"] else "insurance"
        return amounts[0], amounts[1], "both" if all(amounts) else who_of_two
    if not cells["balance"]:
        reasons.append(("balance", "the balance is missing"))
        return None, None, "insurance"
    amount = _optional_cents("balance", cells["balance"], reasons)
    who = _responsibility(cells, payer, reasons)
    return (amount, 0, who) if who == "insurance" else (0 if amount is not None else None, amount, who)


def _responsibility(
    cells: dict[str, str], payer: str, reasons: list[tuple[str, str]]
) -> Literal["insurance", "patient"]:
    word = cells.get("responsibility", "").strip().lower().rstrip(".")
    if word in _PATIENT:
        return "patient"
    if word and word not in _INSURANCE:
        reasons.append(("responsibility", f"{word[:40]!r} is neither insurance nor patient"))
    if not word and payer.strip().lower() in _SELF_PAY_PAYERS:
        return "patient"
    return "insurance"


def _bucket(
    raw: RawRow,
    mapping: ColumnMapping,
    cells: dict[str, str],
    balance_cents: int | None,
    reasons: list[tuple[str, str]],
) -> str:
    filled: list[str] = []
    total = 0
    for column, label in mapping.buckets:
        cell = raw.values[column] if column < len(raw.values) else ""
        if cell and cell not in ("-", "$-", "$ -"):
            amount = _optional_cents("bucket", cell, reasons)
            if amount:
                filled.append(label)
                total += amount
    if filled and balance_cents is not None and total != balance_cents:
        reasons.append(("balance", "the aging columns do not add up to the balance"))
    return filled[0] if len(filled) == 1 else cells.get("bucket", "")


def _patient_name(cells: dict[str, str]) -> str:
    last, first = cells.get("patient_last", ""), cells.get("patient_first", "")
    if last or first:
        return ", ".join(part for part in (last, first) if part)
    return cells.get("patient_name", "")


def _fingerprint(cells: dict[str, str], name: str, payer: str, *facts: date | int | None) -> str:
    # Some exports number every line as an "account", so it tells rows apart only where no claim is named.
    who = cells.get("claim_id") or cells.get("patient_account", "")
    parts = [who, name, cells.get("member_id", ""), payer]
    parts += ["" if fact is None else str(fact) for fact in facts]
    return hashlib.sha256("\x1f".join(" ".join(part.upper().split()) for part in parts).encode()).hexdigest()
