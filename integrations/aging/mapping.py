"""What each column of an aging file means: presets for known exports, a guess with confidence for others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations.tabular import normalize

_ALIASES: dict[str, list[str]] = {
    field_name: aliases.split(", ")
    for field_name, aliases in {
        "claim_id": (
            "claim id, claim, claim number, claim no, claim control number, encounter number, encounter id, "
            "encounter, visit id, visit number, invoice, invoice number, bill number, icn, "
            "pcn, patient control number"
        ),
        "patient_account": (
            "account number, account, account no, acct, acct number, acct no, patient "
            "account, patient account number, patient id, client id, patient number, chart "
            "number, mrn, chart"
        ),
        "patient_last": "patient last, patient last name, last name, last, client last name, lastname",
        "patient_first": ("patient first, patient first name, first name, first, client first name, firstname"),
        "patient_name": "patient, patient name, client, client name, name, member name",
        "member_id": (
            "member id, member number, subscriber id, policy number, policy, insured id, insurance id, policy id"
        ),
        "payer_name": (
            "payer, payer name, insurance, insurance name, insurance company, carrier, "
            "carrier name, plan, plan name, primary insurance, primary payer, current payer, "
            "responsible payer, payor"
        ),
        "payer_id": "payer id, payor id, carrier id, payer code, electronic payer id, carrier code",
        "service_on": (
            "dos, date of service, service date, svc date, from dos, from date, service from, "
            "dos from, serv date, first dos, date"
        ),
        "charge": (
            "original charge, charge, charges, billed, billed amount, charge amount, total "
            "charge, total charges, amount billed, fee, billed charge"
        ),
        "balance": (
            "balance, total, open balance, outstanding, amount due, balance due, outstanding "
            "balance, claim balance, total balance, ar balance, current balance, total due, "
            "amount outstanding"
        ),
        "insurance_balance": "insurance balance, ins balance, ins bal, payer balance, insurance due",
        "patient_balance": ("patient balance, pat balance, pat bal, client balance, patient due, self pay balance"),
        "responsibility": (
            "responsibility, resp, responsible, responsible party, balance type, ins pat, "
            "payer type, financial class, resp party"
        ),
        "bucket": "bucket, aging bucket, age bucket, aging, age group",
    }.items()
}

FIELDS: tuple[str, ...] = tuple(_ALIASES)
"""Every field that a column can be mapped to."""

KNOWN_HEADERS: frozenset[str] = frozenset(alias for aliases in _ALIASES.values() for alias in aliases)

# Words that stand in many headers, so that they mean a column only when they are all of its name.
_TOO_SHORT = frozenset({"date", "name", "first", "last", "total", "account", "plan", "fee"})
_BUCKET = re.compile(
    r"(?:bucket )?(?:current|\d{1,3} (?:to )?\d{1,3}(?: days)?|\d{2,3} ?\+(?: days)?"
    r"|(?:over|>|older than) ?\d{2,3}(?: days)?|\d{2,3} (?:and )?(?:over|up)|< ?\d{2})"
)
_PRESETS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "claim detail, one line per balance",
        {
            "account number": "patient_account",
            "claim id": "claim_id",
            "patient last": "patient_last",
            "patient first": "patient_first",
            "member id": "member_id",
            "payer": "payer_name",
            "payer id": "payer_id",
            "dos": "service_on",
            "original charge": "charge",
            "balance": "balance",
            "responsibility": "responsibility",
        },
    ),
    (
        "insurance and patient aging by payer",
        {
            "payer": "payer_name",
            "patient": "patient_name",
            "claim": "claim_id",
            "svc date": "service_on",
            "0 30": "",
            "31 60": "",
            "61 90": "",
            "91 120": "",
            "120+": "",
            "total": "balance",
        },
    ),
    (
        "A/R detail workbook",
        {
            "claim": "claim_id",
            "patient": "patient_name",
            "payer": "payer_name",
            "dos": "service_on",
            "billed": "charge",
            "balance": "balance",
            "resp": "responsibility",
            "notes": "",
        },
    ),
)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column holds which field.

    `columns` maps a field of `FIELDS` to a zero-based column, `buckets` the aging columns to their labels,
    `confidence` runs from 0 to 1 (1: the export is known or a person chose), `missing` names what a
    claim-level import needs and the file lacks.
    """

    headers: tuple[str, ...]
    columns: Mapping[str, int]
    buckets: tuple[tuple[int, str], ...] = ()
    confidence: float = 1.0
    preset: str | None = None
    field_confidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields without which no row can become a claim balance; empty when the file is good enough."""
        have = self.columns.keys()
        lacking = [name for name in ("service_on", "payer_name") if name not in have]
        if not have & {"balance", "insurance_balance", "patient_balance"}:
            lacking.append("balance")
        if not have & {"claim_id", "patient_account", "patient_name", "patient_last"}:
            lacking.append("claim_id")
        return tuple(lacking)

    @property
    def is_client_level(self) -> bool:
        """Tell whether the file has balances per client only: it ties out in total but cannot be triaged."""
        return "service_on" in self.missing and "balance" not in self.missing

    def as_choice(self) -> dict[str, str]:
        """Return `{field: header}`, which `mapping_from` takes back after a person has changed it."""
        return {name: self.headers[column] for name, column in self.columns.items()}


def guess_mapping(headers: Sequence[str]) -> ColumnMapping:
    """Guess the meaning of each column from the header names alone."""
    names = [normalize(header) for header in headers]
    buckets = tuple((i, headers[i].strip()) for i, name in enumerate(names) if _BUCKET.fullmatch(name))
    for label, fields in _PRESETS:
        if fields.keys() == {name for name in names if name}:
            known = {fields[name]: i for i, name in enumerate(names) if fields.get(name)}
            return ColumnMapping(tuple(headers), known, buckets, 1.0, label, dict.fromkeys(known, 1.0))
    taken = {index for index, _ in buckets}
    columns: dict[str, int] = {}
    scores: dict[str, float] = {}
    candidates = sorted(
        (
            (-_score(name, alias, rank), field_name, index)
            for index, name in enumerate(names)
            if name and index not in taken
            for field_name, aliases in _ALIASES.items()
            for rank, alias in enumerate(aliases)
            if _score(name, alias, rank) > 0
        ),
    )
    for negative_score, field_name, index in candidates:
        if field_name not in columns and index not in taken:
            columns[field_name], scores[field_name] = index, round(-negative_score, 2)
            taken.add(index)
    mapping = ColumnMapping(tuple(headers), columns, buckets, 0.0, None, scores)
    needed = [scores[name] for name in ("service_on", "payer_name", "balance", "claim_id") if name in scores]
    confidence = 0.0 if mapping.missing or not needed else min(needed)
    return ColumnMapping(tuple(headers), columns, buckets, confidence, None, scores)


def mapping_from(headers: Sequence[str], choice: Mapping[str, str]) -> ColumnMapping:
    """Make the mapping that a person chose, `{field: header name}`.

    Raises:
        ValueError: an unknown field, a header the file lacks, or one column given to two fields.
    """
    positions = {header.strip(): index for index, header in reversed(list(enumerate(headers)))}
    columns: dict[str, int] = {}
    for name, header in choice.items():
        if name not in _ALIASES:
            raise ValueError(f"there is no field {name!r}")
        if header.strip() not in positions:
            raise ValueError(f"the file has no column {header!r}")
        columns[name] = positions[header.strip()]
    if len(set(columns.values())) != len(columns):
        raise ValueError("one column is given to two fields")
    buckets = tuple(bucket for bucket in guess_mapping(headers).buckets if bucket[0] not in columns.values())
    return ColumnMapping(tuple(headers), columns, buckets, 1.0, "chosen", dict.fromkeys(columns, 1.0))


def _score(name: str, alias: str, rank: int) -> float:
    """How well a header fits an alias: 1 for the first alias itself, less for later ones or a part of it."""
    if name == alias:
        return 1.0 - rank * 0.01
    words, wanted = set(name.split()), set(alias.split())
    if alias not in _TOO_SHORT and wanted <= words and len(wanted) * 2 >= len(words):
        return 0.6 * len(wanted) / len(words) + 0.1 - rank * 0.002
    return 0.0
