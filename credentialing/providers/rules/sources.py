"""What the NPI registry and a CAQH profile say, as statements about the provider's file; and each difference as one question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credentialing.providers.rules.incoming import (
    ADDED_TO,
    IDENTITY,
    Change,
    FieldDiff,
    Snapshot,
    Statement,
    changes_between,
    comparable,
    identifier_of,
    record_in_words,
)
from credentialing.providers.rules.people import proper_name
from integrations.caqh.profile import PracticeLocation, Profile
from integrations.nppes.records import Address, NppesRecord

Source = Literal["nppes", "caqh"]
SOURCES: tuple[Source, ...] = ("nppes", "caqh")
SOURCE_NAMES: Mapping[str, str] = {"nppes": "NPI registry", "caqh": "CAQH ProView"}
_FORMER = frozenset({"FORMER NAME", "OTHER NAME", "PROFESSIONAL NAME"})
_SUITE = re.compile(r"[, ]+((?:STE|SUITE|UNIT|APT|FL|FLOOR|RM|ROOM|BLDG)\b.*|#.*)$", re.IGNORECASE)
_PROGRAMS = (("INTERN", "internship"), ("RESID", "residency"), ("FELLOW", "fellowship"), ("PRACTIC", "practicum"))
_ARRANGEMENTS = {"privilege": "admitting", "arrangement": "coverage"}


def statements_of_registry(record: NppesRecord) -> list[Statement]:
    """Return what an entry of the registry says: names with former ones, taxonomies, a license for each taxonomy that names
    one, practice addresses.

    Source:
        NPPES API 2.1; its holder says all of it, and nobody checks a license number (npiregistry.cms.hhs.gov).
    """
    primary = record.primary_taxonomy
    place = next((a for a in record.addresses if a.purpose == "location"), None)
    last_names = [
        proper_name(other.last_name)
        for other in record.other_names
        if other.last_name and other.kind.upper() in _FORMER and not _same(other.last_name, record.last_name)
    ]
    identity = {
        "first_name": proper_name(record.first_name or ""),
        "middle_name": proper_name(record.middle_name or ""),
        "last_name": proper_name(record.last_name or ""),
        "suffix": (record.suffix or "").strip("."),
        "former_names": list(dict.fromkeys(last_names)),
        "credential": record.credential or "",
        "taxonomy": primary.code if primary else "",
        "other_taxonomies": list(
            dict.fromkeys(row.code for row in record.taxonomies if primary and row.code and row.code != primary.code)
        ),
        "phone": place.phone if place and place.phone else "",
    }
    licenses = [
        Statement("state_license", _said({"number": row.license_number, "state": row.state}))
        for row in record.taxonomies
        if row.license_number and row.state
    ]
    places = [_registry_place(a) for a in (*record.addresses, *record.practice_locations) if a.purpose == "location"]
    return _distinct([Statement(IDENTITY, _said(identity)), *licenses, *places])


def _registry_place(address: Address) -> Statement:
    line1, line2 = _split_suite(" ".join(filter(None, (address.line1, address.line2))))
    postal = address.postal_code
    return Statement(
        "locations",
        _said(
            {
                "line1": _street(line1),
                "line2": _street(line2),
                "city": proper_name(address.city),
                "state": address.state,
                "postal_code": f"{postal[:5]}-{postal[5:]}" if len(postal) == 9 else postal,
                "phone": address.phone,
            }
        ),
    )


def _split_suite(line: str) -> tuple[str, str]:
    found = _SUITE.search(line)
    return (line[: found.start()], found[1]) if found else (line, "")


def _street(line: str) -> str:
    return re.sub(r"\b(Ne|Nw|Se|Sw|Po)\b", lambda word: word[0].upper(), proper_name(line))


def statements_of_profile(profile: Profile) -> list[Statement]:
    """Return what a provider attested in CAQH ProView: names, birth date, every credential, education, training, hospitals,
    practice locations and languages.

    Source:
        CAQH ProView profile extract; payers read these sections (domain.md 2.2).
    """
    identity = {
        "first_name": proper_name(profile.first_name),
        "middle_name": proper_name(profile.middle_name),
        "last_name": proper_name(profile.last_name),
        "suffix": profile.suffix.strip("."),
        "former_names": [proper_name(name) for name in profile.other_names if not _same(name, profile.last_name)],
        "email": profile.primary_email or profile.personal_email,
        "birth_date": profile.birth_on.isoformat() if profile.birth_on else "",
    }
    return _distinct([Statement(IDENTITY, _said(identity)), *_credentials(profile), *_entries(profile)])


def _credentials(profile: Profile) -> list[Statement]:
    found = [Statement("caqh_profile", _said({"number": profile.caqh_id, "issued_on": profile.attested_on}))]
    found += [
        Statement(
            "state_license",
            _said(
                {
                    "number": row.number,
                    "state": row.state,
                    "issued_on": row.issued_on,
                    "expires_on": row.expires_on,
                    "license_class": row.kind,
                }
            ),
        )
        for row in profile.licenses
    ]
    found += [Statement("dea", _said({"number": row.number, "state": row.state})) for row in profile.deas]
    found += [
        Statement(
            "board_cert",
            _said(
                {
                    "issuer": row.board,
                    "specialty": row.name,
                    "issued_on": row.certified_on,
                    "expires_on": row.expires_on,
                }
            ),
        )
        for row in profile.specialties
        if row.is_certified and row.board
    ]
    for kind, numbers in (("medicare_ptan", profile.medicare), ("medicaid_id", profile.medicaid)):
        found += [Statement(kind, _said({"number": row.number, "state": row.state})) for row in numbers if row.number]
    return found


def _entries(profile: Profile) -> list[Statement]:
    places = [_place(row) for row in profile.locations if row.is_current is not False and row.line1]
    languages = [Statement("languages", {"language": name}) for name in profile.languages]
    return [*_schooling(profile), *_hospitals(profile), *places, *languages]


def _schooling(profile: Profile) -> list[Statement]:
    found = [
        Statement(
            "education",
            _said(
                {
                    "school": row.institution,
                    "degree": row.degree,
                    "started": _month(row.started_on),
                    "ended": _month(row.completed_on or row.ended_on),
                    "city": row.city,
                    "region": row.state or row.country,
                }
            ),
        )
        for row in profile.education
    ]
    found += [
        Statement(
            "training",
            _said(
                {
                    "program": next((code for word, code in _PROGRAMS if word in row.kind.upper()), ""),
                    "institution": row.institution,
                    "started": _month(row.started_on),
                    "ended": _month(row.completed_on or row.ended_on),
                    "is_completed": row.is_complete,
                }
            ),
        )
        for row in profile.training
    ]
    return found


def _hospitals(profile: Profile) -> list[Statement]:
    return [
        Statement(
            "hospital",
            _said(
                {
                    "facility": row.name,
                    "arrangement": _ARRANGEMENTS.get(row.kind, ""),
                    "started": _month(row.started_on),
                }
            ),
        )
        for row in profile.hospitals
        if row.ended_on is None
    ]


def _place(row: PracticeLocation) -> Statement:
    return Statement(
        "locations",
        _said(
            {
                "name": row.name,
                "line1": row.line1,
                "line2": row.line2,
                "city": row.city,
                "state": row.state,
                "postal_code": row.postal_code,
                "phone": row.phone,
                "is_primary": row.is_primary or None,
            }
        ),
    )


def _month(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


def _same(one: str, other: str | None) -> bool:
    return comparable(IDENTITY, "last_name", one) == comparable(IDENTITY, "last_name", other)


def _distinct(statements: Sequence[Statement]) -> list[Statement]:
    """Statements that say something, each record once."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for statement in statements:
        key = (statement.kind, slug_of(statement))
        if statement.values and (statement.kind == IDENTITY or key not in seen):
            seen.add(key)
            found.append(statement)
    return found


def slug_of(statement: Statement) -> str:
    """Return what tells a record from others of its kind, short and without secrets, for the path of a difference.

    Source:
        Product rule: a decision is found again when the source is asked again.
    """
    words = comparable(statement.kind, "", identifier_of(statement)).lower().replace(" ", "-")
    return re.sub(r"[^a-z0-9-]", "", words)[:80]


@dataclass(frozen=True, slots=True)
class Difference:
    """One question to a person: the source says this, the file that. `path` names it; `is_addition` when the file lacks the record
    or the name in a list, so that nothing is contradicted.
    """

    source: Source
    path: str
    label: str
    says: str
    file_says: str
    mark: str
    is_addition: bool
    change: Change

    @property
    def field(self) -> str:
        """The path, under the name of the API."""
        return self.path

    @property
    def registry_says(self) -> str:
        """What the source says, under the name of the API."""
        return self.says


def differences_between(
    source: Source, snapshot: Snapshot, statements: Sequence[Statement], former_names: Sequence[str] = ()
) -> list[Difference]:
    """Return every difference between what a source says and the file, one for each field, one for each record that is new.

    A last name that the file has as a former one is no difference: the registry is only slower.

    Source:
        NPPES and payers' most frequent defect: name, address or taxonomy that differ between sources (domain.md 2.3).
    """
    changes, _ = changes_between(snapshot, statements)
    found: list[Difference] = []
    for change in changes:
        if change.is_new:
            found.append(_new_record(source, change))
            continue
        for diff in change.fields:
            if diff.kind == IDENTITY and diff.field == "last_name" and any(_same(diff.new, n) for n in former_names):
                continue
            found.append(_one_field(source, change, diff))
    return found


def _new_record(source: Source, change: Change) -> Difference:
    path = ".".join(filter(None, (change.kind, slug_of(Statement(change.kind, change.said)))))
    says = record_in_words(change) or change.identifier or change.title
    mark = "|".join(comparable(change.kind, name, value) for name, value in sorted(change.said.items()))
    return Difference(source, path, change.title, says, "", mark, True, change)


def _one_field(source: Source, change: Change, diff: FieldDiff) -> Difference:
    if change.kind == IDENTITY:
        path, label = diff.field, diff.label
    else:
        path = ".".join(filter(None, (change.kind, slug_of(Statement(change.kind, change.said)), diff.field)))
        label = f"{change.title}, {diff.label.lower()}"
    only = Change(change.kind, change.record_key, change.identifier, (diff,), change.said)
    mark = comparable(diff.kind, diff.field, diff.new)
    return Difference(source, path, label, diff.new_shown, diff.old_shown, mark, diff.field in ADDED_TO, only)
