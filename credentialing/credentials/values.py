"""What a credential may be said to be: the values of a statement, checked and brought into the form in which they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from credentialing.credentials.models import CREDENTIAL_STATUSES, SEALED_KINDS
from credentialing.requirements.catalog import load_catalog
from infra.problems import invalid
from integrations.dea import dea_is_valid
from tenants.schemas import STATE_CODES

TEXTS = {"number": 80, "issuer": 200, "holder_name": 200}
DATES = frozenset({"issued_on", "expires_on"})
COLUMNS = frozenset({*TEXTS, *DATES, "state", "status", "document_id"})
DETAILS = frozenset(
    "limits_each_cents limits_total_cents has_tail coverage retroactive_on is_primary is_lifetime schedules specialty"
    " license_class supervisor_name supervisor_npi named_insured license_type is_authorized".split()
)
BAD_DEA = "That is no DEA number: two letters and seven digits, the last of which fits the others."


def check_kind(kind: str) -> str:
    """Return the kind. Raises `Invalid` at `#/kind` when requirements.yaml knows no such document."""
    if kind not in load_catalog().documents:
        raise invalid("kind", f"There is no credential of the kind {kind[:40]}.")
    return kind


def checked(kind: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns and the details in a statement. Details may stand under `details` or beside the columns.

    Dates may be ISO text. None empties. Raises `Invalid` naming the field that cannot be.
    """
    columns: dict[str, Any] = {}
    details: dict[str, Any] = {}
    flat = {**{name: value for name, value in values.items() if name != "details"}, **(values.get("details") or {})}
    for name, value in flat.items():
        if name in COLUMNS:
            columns[name] = _column(kind, name, value)
        elif name in DETAILS:
            details[name] = value.isoformat() if isinstance(value, date) else value
        else:
            raise invalid(name, f"A credential has no {name.replace('_', ' ')}.")
    begins, ends = columns.get("issued_on"), columns.get("expires_on")
    if begins and ends and ends < begins:
        raise invalid("expires_on", "It ends before it begins.")
    return columns, details


def _column(kind: str, name: str, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return "unverified" if name == "status" else None
    if name in DATES:
        return _date(name, value)
    if name == "document_id":
        return value if isinstance(value, UUID) else UUID(str(value))
    text = " ".join(str(value).split())
    if name == "state":
        return _one_of(name, text.upper(), STATE_CODES, "Give the two letters of a US state.")
    if name == "status":
        return _one_of(name, text, CREDENTIAL_STATUSES, f"Give one of: {', '.join(CREDENTIAL_STATUSES)}.")
    if name == "number" and kind in SEALED_KINDS:
        text = text.upper().replace(" ", "")
        if not dea_is_valid(text):
            raise invalid("number", BAD_DEA, "check-digit")
    if len(text) > TEXTS[name]:
        raise invalid(name, f"At most {TEXTS[name]} characters.")
    return text


def _one_of(name: str, text: str, allowed: Any, words: str) -> str:
    if text not in allowed:
        raise invalid(name, words)
    return text


def _date(name: str, value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise invalid(name, "Give a date: year, month and day.") from error
