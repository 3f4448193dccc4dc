"""What fields each kind of document has, and the words that documents print beside, before or above their values (`words.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DATES = frozenset({"issued_on", "effective_on", "expires_on", "signed_on", "attested_on"})
AMOUNTS = frozenset({"limits_each_cents", "limits_total_cents"})
_PLAIN = ("holder_name", "issued_on", "expires_on")

Labels = tuple[tuple[str, float], ...]
"""Patterns and how surely each means the value, from 0 to 1."""


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(
        files("integrations.reading").joinpath("words.yaml").read_text(encoding="utf-8")
    )
    return found


def _whole(pattern: str) -> str:
    """A pattern with its fragments put in."""
    for name, fragment in _table()["fragments"].items():
        pattern = pattern.replace(f"<{name}>", fragment)
    return pattern


def _labels(rows: Any) -> Labels:
    return tuple((_whole(pattern), float(weight)) for weight, pattern in rows)


@cache
def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind, in the order in which a person checks them; of one without a list of its own the name and two dates."""
    return tuple(_table()["fields"].get(kind, _PLAIN))


@cache
def name_labels() -> Labels:
    """Words by which the name of the holder stands."""
    return _labels(_table()["names"])


@cache
def date_labels(name: str) -> Labels:
    """Words by which this date stands."""
    return _labels(_table()["dates"][name])


@cache
def number_labels(kind: str) -> Labels:
    """Words by which the number of such a document stands; none for kinds without a number."""
    return _labels(_table()["numbers"].get(kind, ()))


@cache
def limit_label(name: str) -> str:
    """The pattern by which `limits_each_cents` or `limits_total_cents` stands."""
    return _whole(_table()["limits"]["each" if name == "limits_each_cents" else "total"])


@cache
def issuer_patterns(kind: str) -> Labels:
    """How issuers of such documents are called."""
    same = {"claims_history": "malpractice_face", "residency": "diploma"}
    return _labels(_table()["issuers"].get(same.get(kind, kind), ()))


@cache
def issuer_words() -> tuple[str, str]:
    """The words that announce an issuer, and those that no issuer's name has."""
    return _whole(_table()["issuer_is_told"]), _whole(_table()["never_issuers"])
