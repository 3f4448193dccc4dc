"""The payer book, read from `payers.yaml`, and how a payer is recognized by the name or number in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

EVERYWHERE = "ALL"
# Words that name another line of business: "Aetna Medicare" is not the commercial Aetna panel.
OTHER_LINES = frozenset(
    {"medicare", "medicaid", "marketplace", "exchange", "tricare", "workers", "advantage", "military"}
)


@dataclass(frozen=True, slots=True)
class PanelDays:
    """Calendar days from a clean application to effective."""

    min_days: int
    typical_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class Retro:
    """How far before the effective date services may be billed. `rule` is none, automatic or on_request."""

    rule: str = "none"
    days: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer. Days are calendar days; `timely_filing_days` is None when not known."""

    id: str
    name: str
    short_name: str
    kind: str
    states: tuple[str, ...]
    channel: str
    behavioral_admin: str
    panel_days: PanelDays
    load_lag_days: int
    load_lag_confidence: str
    timely_filing_days: int | None
    appeal_days: int | None
    retro: Retro
    follow_up_days: int
    recred_months: int
    group_min: int | None
    notes: str
    source: tuple[str, ...]
    confidence: str
    also_called: tuple[str, ...]
    payer_ids: tuple[str, ...]

    def serves(self, state: str) -> bool:
        """Say whether the payer has a panel in this state."""
        return EVERYWHERE in self.states or state.upper() in self.states


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """What a state's law grants a provider once a complete application is submitted; calendar days."""

    id: str
    state: str
    payer_kinds: frozenset[str]
    deficiency_notice_days: int
    complete_days: int
    remedy: str
    source: str
    confidence: str


@dataclass(frozen=True)
class PayerBook:
    """All payers, in the order in which they are shown, and the ways to find one."""

    version: int
    as_of: date
    payers: Mapping[str, Payer]
    clocks: tuple[StatutoryClock, ...]
    by_name: Mapping[str, str]
    by_number: Mapping[str, str]
    medicaid_names: frozenset[str]
    medicaid_numbers: frozenset[str]
    medicaid_by_state: Mapping[str, str]


def normalized(name: str) -> str:
    """Return a payer's name as it is compared: lower case, without punctuation and without the words that say
    nothing.
    """
    words = re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ")).split()
    while words and words[-1] in {"inc", "llc", "co", "corp", "company", "insurance", "ins", "plan", "plans"}:
        words.pop()
    return " ".join(words)


def _payer(row: Mapping[str, Any], default_lag: int) -> Payer:
    days, retro = row["panel_days"], row.get("retro", {})
    return Payer(
        id=row["id"],
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        states=tuple(row["states"]),
        channel=row.get("channel", ""),
        behavioral_admin=row.get("behavioral_admin", ""),
        panel_days=PanelDays(days["min"], days["typical"], days["max"]),
        load_lag_days=row.get("load_lag_days", default_lag),
        load_lag_confidence="C",
        timely_filing_days=row["timely_filing_days"],
        appeal_days=row.get("appeal_days"),
        retro=Retro(retro.get("rule", "none"), retro.get("days", 0), retro.get("source", "")),
        follow_up_days=row["follow_up_days"],
        recred_months=row["recred_months"],
        group_min=row.get("group_min"),
        notes=row.get("notes", ""),
        source=tuple(row["source"]),
        confidence=row["confidence"],
        also_called=tuple(row["also_called"]),
        payer_ids=tuple(row.get("payer_ids", ())),
    )


def _clock(row: Mapping[str, Any]) -> StatutoryClock:
    return StatutoryClock(
        id=row["id"],
        state=row["state"],
        payer_kinds=frozenset(row["payer_kinds"]),
        deficiency_notice_days=row["deficiency_notice_days"],
        complete_days=row["complete_days"],
        remedy=row["remedy"],
        source=row["source"],
        confidence=row["confidence"],
    )


def read_book(text: str) -> PayerBook:
    """Return the book written in `text` (YAML).

    Raises:
        ValueError: Two payers share an id, a name or a number: a file could then not be matched for certain.
    """
    data: Mapping[str, Any] = yaml.safe_load(text)
    payers: dict[str, Payer] = {}
    by_name: dict[str, str] = {}
    by_number: dict[str, str] = {}
    for row in data["payers"]:
        payer = _payer(row, data["load_lag_default_days"])
        if payer.id in payers:
            raise ValueError(f"payer {payer.id} stands twice")
        payers[payer.id] = payer
        for known, keys in ((by_name, map(normalized, (payer.name, *payer.also_called))), (by_number, payer.payer_ids)):
            for key in keys:
                if known.setdefault(key, payer.id) != payer.id:
                    raise ValueError(f"{key!r} is the name or number of two payers: {known[key]} and {payer.id}")
    medicaid = data["state_medicaid"]
    return PayerBook(
        version=data["version"],
        as_of=data["as_of"],
        payers=payers,
        clocks=tuple(_clock(row) for row in data["statutory_clocks"]),
        by_name=by_name,
        by_number=by_number,
        medicaid_names=frozenset(map(normalized, medicaid["also_called"])),
        medicaid_numbers=frozenset(medicaid["payer_ids"]),
        medicaid_by_state=medicaid["by_state"],
    )


@cache
def load_book() -> PayerBook:
    """Return the book that ships with the product."""
    return read_book(files("credentialing.payers").joinpath("payers.yaml").read_text(encoding="utf-8"))


def payer(payer_id: str) -> Payer | None:
    """Return the payer with this id, or None."""
    return load_book().payers.get(payer_id)


def payers_in(state: str) -> tuple[Payer, ...]:
    """Return the payers with a panel in this state, in the order of the book."""
    return tuple(each for each in load_book().payers.values() if each.serves(state))


def match_payer(name: str, number: str | None = None, *, state: str | None = None) -> str | None:
    """Return the id of the payer meant by a name or number in a file, or None when that is not certain.

    The whole name decides first, then the number (files often carry a clearinghouse's number for several plans), then
    the longest known name that the text begins with, unless what follows names another line of business.

    Args:
        state: Of the clinic; "State Medicaid" means something only with it.
    Source:
        Payer numbers as used by clearinghouses (confidence C); product rule: better unmatched than wrong.
    """
    book = load_book()
    words, number = normalized(name), (number or "").strip().upper()
    if words in book.medicaid_names or (number in book.medicaid_numbers and words not in book.by_name):
        return book.medicaid_by_state.get((state or "").upper())
    if words in book.by_name:
        return book.by_name[words]
    if number in book.by_number:
        return book.by_number[number]
    tokens = words.split()
    for length in range(len(tokens) - 1, 0, -1):
        found = book.by_name.get(" ".join(tokens[:length]))
        if found:
            return None if OTHER_LINES & set(tokens[length:]) else found
    return None


def statutory_clock(state: str, kind: str) -> StatutoryClock | None:
    """Return the clock that a state's law sets for this kind of payer, or None.

    Source:
        Ohio Revised Code 3963.06 (payers.yaml, statutory_clocks).
    """
    for clock in load_book().clocks:
        if clock.state == state.upper() and kind in clock.payer_kinds:
            return clock
    return None
