"""Decisions about packets: which fact a form field means, what goes into a field, the order of parts, how versions differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Phrases in the name or label of a field, in the order in which they are tried, and the fact that they mean.
GUESSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("clinic.npi", ("group npi", "npi 2", "type 2 npi", "organization npi", "organizational npi", "billing npi")),
    ("location.npi", ("location npi", "facility npi")),
    ("provider.npi", ("npi", "national provider identifier")),
    ("clinic.tin", ("tin", "tax id", "taxid", "ein", "employer identification", "federal tax", "tax identification")),
    ("provider.ssn", ("ssn", "social security")),
    ("provider.birth_date", ("dob", "date of birth", "birth date", "birthdate")),
    ("provider.dea_number", ("dea",)),
    ("provider.caqh_id", ("caqh",)),
    ("provider.taxonomy", ("taxonomy",)),
    ("provider.license_expires_on", ("license expiration", "license exp", "license expires", "lic exp")),
    ("provider.license_state", ("license state", "state of license", "state of licensure")),
    ("provider.license_number", ("license number", "license no", "license num", "lic no", "license")),
    ("malpractice.policy_number", ("policy number", "policy no")),
    ("malpractice.carrier", ("malpractice carrier", "liability carrier", "insurance carrier", "carrier")),
    ("malpractice.each", ("per claim", "per occurrence", "each claim", "each occurrence")),
    ("malpractice.total", ("aggregate",)),
    ("malpractice.expires_on", ("policy expiration", "coverage expiration", "insurance expiration")),
    ("provider.last_name", ("last name", "lastname", "surname", "lname")),
    ("provider.first_name", ("first name", "firstname", "given name", "fname")),
    ("provider.middle_name", ("middle name", "middle initial", "mname")),
    ("provider.suffix", ("suffix",)),
    ("clinic.name", ("group name", "practice name", "organization name", "legal business name", "clinic name")),
    ("location.street", ("street", "address line 1", "address 1", "practice address", "office address")),
    ("location.city", ("city",)),
    ("location.zip", ("zip", "postal code")),
    ("location.state", ("state",)),
    ("location.address", ("address",)),
    ("provider.email", ("email", "e mail")),
    ("provider.phone", ("phone", "telephone")),
    ("payer.name", ("payer", "health plan", "plan name", "requester")),
    ("signature.date", ("date signed", "signature date", "sign date")),
    ("signature.name", ("signature", "signed by")),
    ("provider.credential", ("degree", "credentials", "credential", "title")),
    ("provider.license_type", ("license type", "provider type", "specialty")),
    ("provider.full_name", ("provider name", "practitioner name", "full name", "applicant name", "name")),
    ("today", ("today", "date")),
)
# Parts in the order in which payers read them; what is not named comes after, by its title.
ORDER = (
    "form application attestation_release w9 irs_letter cv state_license dea cds board_cert malpractice_face claims_history "
    "disclosure_explanations diploma residency ecfmg collab_agreement supervision_agreement caqh_profile photo_id npi1 npi2"
).split()
_TRUE = frozenset({"yes", "true", "on", "1", "x"})


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part of a version as it is compared: `key` stays the same over versions, `sha256` is its content's."""

    key: str
    title: str
    sha256: str


def field_words(name: str, label: str) -> str:
    """Return the words of a field's name and label: `topmost[0].ProviderLastName[0]` is `provider last name`.

    Source:
        Product rule: authors of forms write names in camel case, with dots, brackets and underscores.
    """
    last = name.rsplit(".", 1)[-1]
    plain = re.sub(r"\[\d+\]", " ", last)
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)", " ", plain)
    return re.sub(r"[^a-z0-9]+", " ", f"{plain} {label}".lower()).strip()


def guess_fact(name: str, label: str = "") -> str | None:
    """Return the fact that a field most likely means, None when its words say nothing. The name decides before the label.

    Source:
        Product rule: a guess is shown as one until a person saves the map.
    """
    for words in (field_words(name, ""), field_words("", label)):
        for path, phrases in GUESSES:
            if any(f" {phrase} " in f" {words} " for phrase in phrases):
                return path
    return None


def value_for(entry: Mapping[str, str], kind: str, facts: Mapping[str, str]) -> str | bool:
    """Return what goes into a field: the text of its fact or its constant; for a checkbox whether it is ticked.

    `{"fact": path}` is the fact, `{"text": words}` a constant, and with `"is"` a checkbox or radio is set when the fact says so.

    Source:
        Product rule: the saved map of a form.
    """
    words = facts.get(entry["fact"], "") if entry.get("fact") else entry.get("text", "")
    if kind == "checkbox":
        if entry.get("is"):
            return words.casefold() == entry["is"].casefold()
        return words.casefold() in _TRUE
    return words


def part_rank(kind: str) -> int:
    """Return where parts of a kind stand in a packet.

    Source:
        Product rule: forms and signatures first, then what proves them, as payers' check lists ask (domain.md 2.6).
    """
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def content_hash(parts: Sequence[PartFacts], facts: Mapping[str, str], letter: str) -> str:
    """Return the hash of everything that makes a version: when it is the same, no new version is made.

    Source:
        Product rule: a version is immutable, and a new one means that something changed.
    """
    told: Any = [[(part.key, part.title, part.sha256) for part in parts], dict(facts), letter]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def version_changes(
    before: Sequence[PartFacts],
    after: Sequence[PartFacts],
    facts_before: Mapping[str, str],
    facts_after: Mapping[str, str],
) -> list[str]:
    """Return in sentences how a version differs from the one before: parts added, removed, replaced, and facts changed.

    Source:
        Product rule: whoever sends a second version can tell the payer what is new.
    """
    old, new = {part.key: part for part in before}, {part.key: part for part in after}
    said = [f"Added: {part.title}." for key, part in new.items() if key not in old]
    said += [f"Removed: {part.title}." for key, part in old.items() if key not in new]
    said += [f"Replaced: {part.title}." for key, part in new.items() if key in old and old[key].sha256 != part.sha256]
    for name in dict.fromkeys((*facts_after, *facts_before)):
        one, other = facts_before.get(name, ""), facts_after.get(name, "")
        if one != other:
            said.append(f"{name}: {one or 'nothing'} is now {other or 'nothing'}.")
    return said
