"""What a roster, the NPI registry or CAQH says, laid beside the file: which records they speak of and which fields differ.

A source makes `Statement`s about the provider (`identity`), about credentials and about entries of sections; the file is a
`Snapshot`. `changes_between` says what taking the statements over would change, and how the file would then look.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from credentialing.credentials.rules import Held, comparable_number, same_credential
from credentialing.providers.rules.people import credential_tokens
from credentialing.requirements.catalog import load_catalog

IDENTITY = "identity"
ADDED_TO = frozenset({"former_names", "other_taxonomies"})
"""Lists of the identity: a source that names some adds them and never takes the others away."""
SECRET = frozenset({(IDENTITY, "birth_date"), (IDENTITY, "ssn"), ("dea", "number")})
LABELS: Mapping[str, str] = {
    "first_name": "First name", "middle_name": "Middle name", "last_name": "Last name", "suffix": "Suffix",
    "former_names": "Former names", "credential": "Credential", "taxonomy": "Taxonomy",
    "other_taxonomies": "Further taxonomies", "email": "E-mail", "phone": "Phone", "birth_date": "Date of birth",
    "ssn": "Social security number", "number": "Number", "state": "State", "issuer": "Issuer", "issued_on": "Issued on",
    "expires_on": "Expires on", "holder_name": "Holder", "limits_each_cents": "Limit per claim",
    "limits_total_cents": "Limit in total", "status": "Status", "license_class": "Class", "specialty": "Specialty",
    "school": "School", "degree": "Degree", "started": "From", "ended": "Until", "program": "Kind",
    "institution": "Institution", "is_completed": "Completed", "line1": "Street", "line2": "Suite",
    "postal_code": "ZIP code", "facility": "Hospital or practice", "region": "State or country",
    "is_primary": "Main place", "city": "City", "name": "Name", "language": "Language",
}  # fmt: skip
_DATE_LABELS = {("caqh_profile", "issued_on"): "Attested on", ("malpractice_face", "issued_on"): "Begins on"}
_PHONES = frozenset({"phone", "fax"})
_STREET_WORDS = {
    "STREET": "ST", "AVENUE": "AVE", "ROAD": "RD", "DRIVE": "DR", "BOULEVARD": "BLVD", "LANE": "LN", "COURT": "CT",
    "PLACE": "PL", "SUITE": "STE", "FLOOR": "FL", "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "HIGHWAY": "HWY",
    "PARKWAY": "PKWY", "UNIT": "STE", "APARTMENT": "APT", "CIRCLE": "CIR", "SQUARE": "SQ", "TERRACE": "TER",
}  # fmt: skip

_SUITE_WORDS = frozenset({"STE", "FL", "APT", "RM", "ROOM", "BLDG", "DEPT", "PMB"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of one thing: `kind` is `identity`, a kind of credential, or a section. Empty values are left out."""

    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A credential or an entry that the file has. `key` is its id, or a made-up one for what an earlier row would add."""

    key: str
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The file as it is compared. Secret values are in clear here and leave only as a comparison's result."""

    identity: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field before and after; `old` is None when the file says nothing."""

    kind: str
    field: str
    old: Any
    new: Any

    @property
    def label(self) -> str:
        """The field in words."""
        return _DATE_LABELS.get((self.kind, self.field)) or LABELS.get(
            self.field, self.field.replace("_", " ").capitalize()
        )

    @property
    def old_shown(self) -> str:
        """The value before, secrets masked."""
        return shown_value(self.kind, self.field, self.old)

    @property
    def new_shown(self) -> str:
        """The value after, secrets masked; of a list that is added to only what is new."""
        added = self.new
        if self.field in ADDED_TO and self.old:
            added = [name for name in self.new if name not in self.old]
        return shown_value(self.kind, self.field, added)


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement would change. `record_key` is None for a record that the file does not have yet; `said` is all that the
    statement says, also what the file has already.
    """

    kind: str
    record_key: str | None
    identifier: str
    fields: tuple[FieldDiff, ...]
    said: Mapping[str, Any]

    @property
    def is_new(self) -> bool:
        """True for a record that would be added."""
        return self.kind != IDENTITY and self.record_key is None

    @property
    def values(self) -> dict[str, Any]:
        """The new value of each field that changes."""
        return {diff.field: diff.new for diff in self.fields}

    @property
    def title(self) -> str:
        """What it is about, in words: `State license OH`."""
        return "" if self.kind == IDENTITY else " ".join(filter(None, (word_of(self.kind), self.identifier)))


_SELF_EVIDENT = frozenset(
    "number state issuer line1 line2 city postal_code school degree institution facility language region name specialty".split()
)


def record_in_words(change: Change) -> str:
    """Return what a new record says beyond what its title names: `expires on 2027-05-31, limit per claim $1,000,000`.

    Source:
        Product rule: how a new record is shown on the page.
    """
    parts = []
    for diff in change.fields:
        text = diff.new_shown
        if not text or text in change.identifier:
            continue
        parts.append(text if diff.field in _SELF_EVIDENT else f"{diff.label.lower()} {text}")
    return ", ".join(parts)


SECTION_WORDS: Mapping[str, str] = {
    "education": "Education", "training": "Training", "hospital": "Hospital", "hospitals": "Hospital",
    "locations": "Practice address", "languages": "Language", "supervision": "Supervision",
    "work_history": "Work history", "former_names": "Former name",
}  # fmt: skip


def word_of(kind: str) -> str:
    """Return a kind of credential or a section in one or two words.

    Source:
        requirements.yaml, document_catalog; the sections of the file (issue 3, part 1).
    """
    known = load_catalog().documents.get(kind)
    return known.word if known else SECTION_WORDS.get(kind, kind.replace("_", " ").capitalize())


def shown_value(kind: str, name: str, value: Any) -> str:
    """Return a value as it may be shown: dates and amounts in words, secret ones masked, an empty one as nothing.

    Source:
        design.md section 6: SSN, date of birth and DEA numbers are shown masked.
    """
    if value in (None, "", [], ()):
        return ""
    if (kind, name) == (IDENTITY, "birth_date"):
        return "••••-••-••"
    if (kind, name) in SECRET:
        text = str(value)
        return "•" * 5 + text[-4 if name == "ssn" else -2 :]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if name.endswith("_cents"):
        return f"${int(value) / 100:,.0f}"
    return str(value)


def comparable(kind: str, name: str, value: Any) -> str:
    """Return a value as it is compared: case, accents, punctuation, phone and ZIP formats do not count.

    Source:
        Product rule: a payer's defect is another fact, not another way to write the same one (domain.md 2.3).
    """
    if value in (None, "", [], ()):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "|".join(sorted(comparable(kind, "", part) for part in value))
    text = str(value).strip()
    if name in _PHONES:
        return re.sub(r"\D", "", text)[-10:]
    if name == "postal_code":
        return re.sub(r"\D", "", text)[:5]
    if name == "credential":
        return " ".join(credential_tokens(text))
    if name == "number":
        return comparable_number(text)
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or text
    words = re.sub(r"[^A-Z0-9@]+", " ", folded.upper()).split()
    if name in ("line1", "line2"):
        words = [_STREET_WORDS.get(word, word) for word in words]
        suite = next((place for place, word in enumerate(words) if place and word in _SUITE_WORDS), len(words))
        words = words[:suite] if name == "line1" else [word for word in words if word not in _SUITE_WORDS]
    return " ".join(words)


ENTRY_IDENTITY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "education": (("school", "degree"), ("school",)),
    "training": (("program", "institution"), ("institution",)),
    "locations": (("line1", "postal_code"), ("line1", "city")),
    "hospital": (("facility",),),
    "languages": (("language",),),
}
"""By which fields an entry of a section is found again; the first ones of which both sides say all."""


def _same_entry(records: Iterable[Record], statement: Statement) -> Record | None:
    rows = [row for row in records if row.kind == statement.kind]
    for names in ENTRY_IDENTITY.get(statement.kind, ()):
        wanted = [comparable(statement.kind, name, statement.values.get(name)) for name in names]
        if not all(wanted):
            continue
        found = [row for row in rows if [comparable(row.kind, name, row.values.get(name)) for name in names] == wanted]
        if len(found) == 1 or (found and names == ENTRY_IDENTITY[statement.kind][0]):
            return found[0]
    return None


def same_record(snapshot: Snapshot, statement: Statement) -> Record | None:
    """Return the record of the file that a statement speaks of; None when the file has none.

    Source:
        Product rule: a roster, a registry and a document that name the same license must not make three of it.
    """
    if statement.kind not in load_catalog().documents:
        return _same_entry(snapshot.records, statement)
    held = [
        Held(
            id=row.key,
            kind=row.kind,
            number=str(row.values.get("number") or ""),
            state=str(row.values.get("state") or ""),
            issuer=str(row.values.get("issuer") or ""),
            is_primary=bool(row.values.get("is_primary")),
            order=order,
        )
        for order, row in enumerate(snapshot.records)
    ]
    values = statement.values
    wanted = same_credential(
        held,
        statement.kind,
        number=str(values.get("number") or ""),
        state=str(values.get("state") or ""),
        issuer=str(values.get("issuer") or ""),
    )
    return next((row for row in snapshot.records if row.key == wanted), None)


def corrected_license(snapshot: Snapshot, statement: Statement, statements: Sequence[Statement]) -> Record | None:
    """Return the license whose number a statement corrects: the only one of its state, of which no other statement speaks.

    Source:
        Product rule: a mistyped number is the usual reason why two sources name two numbers for one state; a second license
        in the same state is named beside the first one.
    """
    state = statement.values.get("state")
    if statement.kind != "state_license" or not state:
        return None
    rows = [row for row in snapshot.records if row.kind == statement.kind and row.values.get("state") == state]
    others = [same_record(snapshot, other) for other in statements if other is not statement]
    return rows[0] if len(rows) == 1 and rows[0] not in others else None


def identifier_of(statement: Statement) -> str:
    """Return what tells a record from others of its kind, in words: the state and number of a license, the school of a degree.
    A secret number is left out.

    Source:
        Product rule: how a difference is named on the page.
    """
    values = statement.values
    names: Sequence[str] = ("issuer", "state", "number") if statement.kind in load_catalog().documents else ()
    if not names:
        names = next(iter(ENTRY_IDENTITY.get(statement.kind, ())), ())
    return " ".join(str(values[name]) for name in names if values.get(name) and (statement.kind, name) not in SECRET)


def changes_between(
    snapshot: Snapshot, statements: Sequence[Statement], *, corrects: bool = True
) -> tuple[list[Change], Snapshot]:
    """Return what the statements would change in the file, and the file as it would be then.

    `corrects` False takes another license number of a state for another license, for sources that say more elsewhere.

    Source:
        Issue 3, part 2: preview with a field-by-field difference, and a second import of the same file changes nothing.
    """
    changes: list[Change] = []
    for statement in statements:
        if statement.kind == IDENTITY:
            change, snapshot = _identity_change(snapshot, statement)
        else:
            found = same_record(snapshot, statement)
            if found is None and corrects:
                found = corrected_license(snapshot, statement, statements)
            change, snapshot = _record_change(snapshot, statement, found)
        if change is not None:
            changes.append(change)
    return changes, snapshot


def _identity_change(snapshot: Snapshot, statement: Statement) -> tuple[Change | None, Snapshot]:
    diffs = []
    for name, value in statement.values.items():
        old = snapshot.identity.get(name) or None
        if name in ADDED_TO:
            known = {comparable(IDENTITY, "", each) for each in old or ()}
            first = "taxonomy" if name == "other_taxonomies" else "last_name"
            known.add(comparable(IDENTITY, "", statement.values.get(first) or snapshot.identity.get(first)))
            added = [each for each in value if comparable(IDENTITY, "", each) not in known]
            if added:
                diffs.append(FieldDiff(IDENTITY, name, old, [*(old or ()), *added]))
        elif comparable(IDENTITY, name, value) not in ("", comparable(IDENTITY, name, old)):
            diffs.append(FieldDiff(IDENTITY, name, old, value))
    if not diffs:
        return None, snapshot
    identity = {**snapshot.identity, **{diff.field: diff.new for diff in diffs}}
    return Change(IDENTITY, None, "", tuple(diffs), statement.values), Snapshot(identity, snapshot.records)


def _record_change(snapshot: Snapshot, statement: Statement, found: Record | None) -> tuple[Change | None, Snapshot]:
    known = found.values if found else {}
    diffs = tuple(
        FieldDiff(statement.kind, name, known.get(name), value)
        for name, value in statement.values.items()
        if comparable(statement.kind, name, value) not in ("", comparable(statement.kind, name, known.get(name)))
    )
    if not diffs:
        return None, snapshot
    key = found.key if found else f"new:{len(snapshot.records)}"
    row = Record(key, statement.kind, {**known, **{diff.field: diff.new for diff in diffs}})
    others = tuple(other for other in snapshot.records if other.key != key)
    records = tuple(row if other.key == key else other for other in snapshot.records) if found else (*others, row)
    change = Change(statement.kind, found.key if found else None, identifier_of(statement), diffs, statement.values)
    return change, Snapshot(snapshot.identity, records)
