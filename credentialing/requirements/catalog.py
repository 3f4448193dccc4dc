"""The documents and license types of behavioral health, read from `requirements.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LEVELS = {"r": "required", "c": "conditional", "o": "optional"}
PARTIES = ("provider", "clinic", "vendor", "payer", "third_party")
LAPSES = ("hold", "tell")
# The condition of a conditional document whose row names none.
SOME_PAYERS = "asked_by_payer"


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One document that may be asked for. `kinds` are the document kinds that satisfy it; `proof` names a check that
    does.
    """

    code: str
    label: str
    hint: str
    expires: bool
    renewal_months: int | None
    renewal_days: int | None
    renewal_days_by_state: Mapping[str, int]
    when: str | None
    kinds: tuple[str, ...]
    payer_kinds: frozenset[str]
    proof: str | None
    source: str
    confidence: str
    word: str
    owes: str
    on_lapse: str
    given_by: str | None
    per_state: bool


@dataclass(frozen=True, slots=True)
class LicenseType:
    """One license type and what it needs: document code to required, conditional or optional."""

    code: str
    label: str
    independent: bool
    prescriber: bool
    taxonomies: tuple[str, ...]
    credentials: tuple[str, ...]
    medicare_eligible: bool | None
    malpractice_min: str
    ohio_board: str
    needs: Mapping[str, str]


@dataclass(frozen=True)
class Catalog:
    """All documents, conditions and license types."""

    version: int
    reminder_days_before: tuple[int, ...]
    expiring_within_days: int
    documents: Mapping[str, DocumentKind]
    conditions: Mapping[str, str]
    license_types: Mapping[str, LicenseType]


def _document(code: str, row: Mapping[str, Any]) -> DocumentKind:
    return DocumentKind(
        code=code,
        label=row["label"],
        hint=row.get("hint", ""),
        expires=row["expires"],
        renewal_months=row.get("renewal_months"),
        renewal_days=row.get("renewal_days"),
        renewal_days_by_state=row.get("renewal_days_by_state", {}),
        when=row.get("when"),
        kinds=tuple(dict.fromkeys([code, *row.get("kinds", ())])),
        payer_kinds=frozenset(row.get("payer_kinds", ())),
        proof=row.get("proof"),
        source=row.get("source", ""),
        confidence=row["confidence"],
        word=row.get("word", row["label"]),
        owes=row.get("owes", "provider"),
        on_lapse=row.get("on_lapse", "tell"),
        given_by=row.get("given_by"),
        per_state=row.get("per_state", False),
    )


def _license_type(row: Mapping[str, Any]) -> LicenseType:
    medicare = row.get("medicare")
    return LicenseType(
        code=row["code"],
        label=row["label"],
        independent=row["independent"],
        prescriber=row["prescriber"],
        taxonomies=tuple(row["taxonomies"]),
        credentials=tuple(row.get("credentials", ())),
        medicare_eligible=None if medicare is None else medicare == "eligible",
        malpractice_min=row.get("malpractice_min", ""),
        ohio_board=row.get("ohio_board", ""),
        needs={code: LEVELS[letter] for code, letter in row["needs"].items()},
    )


def _problems(catalog: Catalog) -> Iterator[str]:
    for document in catalog.documents.values():
        if document.when is not None and document.when not in catalog.conditions:
            yield f"{document.code} has unknown condition {document.when}"
        if document.owes not in PARTIES or document.on_lapse not in LAPSES:
            yield f"{document.code} names an unknown party or effect: {document.owes}, {document.on_lapse}"
    seen: dict[str, str] = {}
    for kind in catalog.license_types.values():
        yield from (f"{kind.code} needs unknown {code}" for code in kind.needs if code not in catalog.documents)
        for credential in kind.credentials:
            if seen.setdefault(credential, kind.code) != kind.code:
                yield f"{credential} means both {seen[credential]} and {kind.code}"


def read_catalog(text: str) -> Catalog:
    """Return the catalog written in `text` (YAML).

    Raises:
        ValueError: It names documents, conditions or credentials that do not fit together.
    """
    data: Mapping[str, Any] = yaml.safe_load(text)
    catalog = Catalog(
        version=data["version"],
        reminder_days_before=tuple(data["reminder_days_before"]),
        expiring_within_days=data["expiring_within_days"],
        documents={code: _document(code, row) for code, row in data["documents"].items()},
        conditions=data["conditions"],
        license_types={row["code"]: _license_type(row) for row in data["license_types"]},
    )
    problems = list(_problems(catalog))
    if problems:
        raise ValueError("; ".join(problems))
    return catalog


@cache
def load_catalog() -> Catalog:
    """Return the catalog that ships with the product."""
    return read_catalog(files("credentialing.requirements").joinpath("requirements.yaml").read_text(encoding="utf-8"))
