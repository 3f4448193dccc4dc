"""What a provider signs for: every fact of the file by a readable name, secrets masked, and how two states of it differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.sections import SECTIONS, Section
from credentialing.providers.services.entries import entries_of
from credentialing.requirements.catalog import load_catalog

Attested = dict[str, str]
_PROVIDER_FIELDS = {
    "npi": "NPI",
    "first_name": "First name",
    "middle_name": "Middle name",
    "last_name": "Last name",
    "suffix": "Suffix",
    "credential": "Credential",
    "license_type": "License type",
    "taxonomy": "Taxonomy",
    "other_taxonomies": "Other taxonomies",
    "email": "E-mail",
    "phone": "Phone",
    "caqh_id": "CAQH id",
    "ssn_tail": "Social security number (last four)",
}
# Kinds whose renewal is no new statement of the provider: they are asked about elsewhere, and the attestation is one of them.
_LEFT_OUT = frozenset({"attestation_release", "caqh_profile"})
_OUT_OF_USE = frozenset({"removed", "superseded"})
# Marks of ours, no statement of the provider.
_LABELS = {
    spec.name: spec.label for section in SECTIONS.values() if section.kind == "credentials" for spec in section.fields
}
_DATE = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?")
_OURS = frozenset({"is_primary", "is_authorized"})


def attested_facts(
    providers: Sequence[Provider],
    *,
    held: Mapping[UUID, Sequence[Credential]] | None = None,
    entries: Mapping[UUID, Mapping[str, Sequence[FileEntry]]] | None = None,
) -> dict[UUID, Attested]:
    """What each of these providers would sign for now; two queries for any number, none for what is given."""
    ids = [provider.id for provider in providers]
    if not ids:
        return {}
    held = credentials_of(ids) if held is None else held
    entries = entries_of(ids) if entries is None else entries
    return {provider.id: _facts(provider, held[provider.id], _in_order(entries[provider.id])) for provider in providers}


def _in_order(entries: Mapping[str, Sequence[FileEntry]]) -> list[FileEntry]:
    return [row for section in sorted(entries) for row in entries[section]]


def _facts(provider: Provider, held: Sequence[Credential], entries: Sequence[FileEntry]) -> Attested:
    facts = {label: _said(getattr(provider, name)) for name, label in _PROVIDER_FIELDS.items()}
    facts["Date of birth"] = "on file" if provider.sealed_birth_date else ""
    documents = load_catalog().documents
    for row in held:
        if row.kind in _LEFT_OUT or row.status in _OUT_OF_USE:
            continue
        label = documents[row.kind].label if row.kind in documents else row.kind
        facts[_free(facts, f"{label} {row.state or ''}".strip())] = "; ".join(filter(None, _credential_words(row)))
    for entry in entries:
        section = SECTIONS.get(entry.section)
        name = section.title if section else entry.section.replace("_", " ").capitalize()
        facts[_free(facts, name)] = "; ".join(_entry_words(section, entry.values))
    return {name: words for name, words in facts.items() if words}


def _credential_words(row: Credential) -> list[str]:
    details = [
        f"{_LABELS.get(key, key.replace('_', ' '))}: {_said(value, key)}"
        for key, value in sorted(row.details.items())
        if _said(value, key) and key not in _OURS
    ]
    return [
        row.number_shown,
        row.issuer or "",
        row.holder_name or "",
        f"from {_said(row.issued_on)}" if row.issued_on else "",
        f"until {_said(row.expires_on)}" if row.expires_on else "",
        *details,
    ]


def _entry_words(section: Section | None, values: Mapping[str, Any]) -> list[str]:
    """What an entry says, field by field in the order of its section; the first ones speak for themselves."""
    order = [spec.name for spec in section.fields] if section else sorted(values)
    names = [name for name in order if name in values] + sorted(name for name in values if name not in order)
    found: list[str] = []
    for name in names:
        spec = section.spec(name) if section else None
        words = dict(spec.options).get(str(values[name]), "") if spec and spec.options else ""
        words = words or _said(values[name], name)
        if words and not (name == "kind" and words == "Work"):
            label = (spec.label if spec else name.replace("_", " ")).rstrip("?")
            found.append(words if len(found) < 2 and not isinstance(values[name], bool) else f"{label}: {words}")
    return found


def _said(value: Any, name: str = "") -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_cents") and isinstance(value, int):
        return f"${value // 100:,}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    found = _DATE.fullmatch(str(value))
    if found:
        day, month = found["day"], date(int(found["year"]), int(found["month"]), 1)
        return f"{month:%b} {int(day)}, {month.year}" if day else f"{month:%b} {month.year}"
    return str(value)


def _free(facts: Mapping[str, str], name: str) -> str:
    """The name, with a number when several rows have it: `Education`, `Education 2`."""
    if name not in facts:
        return name
    number = 2
    while f"{name} {number}" in facts:
        number += 1
    return f"{name} {number}"


def facts_hash(facts: Mapping[str, str]) -> str:
    """The SHA-256 of attested facts, in hexadecimal; their order does not count."""
    return hashlib.sha256(json.dumps(dict(facts), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def changed_names(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the facts that differ, in the order of the file as it is now; those that are gone come last."""
    changed = [name for name, words in after.items() if before.get(name, "") != words]
    return changed + [name for name in before if name not in after]
