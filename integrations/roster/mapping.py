"""What each column of a roster means, guessed from its header."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from integrations.dea import dea_is_valid
from integrations.npi import npi_is_valid
from integrations.tabular import normalize

_ALIASES: dict[str, list[str]] = {
    field_name: aliases.split(", ")
    for field_name, aliases in {
        "npi": "npi, npi number, individual npi, provider npi, rendering npi, type 1 npi, npi no",
        "full_name": "provider name, name, provider, full name, clinician, clinician name, therapist, practitioner",
        "last_name": "last, last name, lastname, provider last name, surname, family name",
        "first_name": "first, first name, firstname, provider first name, given name",
        "middle_name": "middle, middle name, middlename, mi, middle initial",
        "suffix": "suffix, name suffix, generation",
        "credential": "credential, cred, credentials, degree, license type, title, designation",
        "former_names": (
            "former name, former names, maiden name, maiden, other names, other name, previous name, prior name, "
            "aka, previous last name, former last name"
        ),
        "taxonomy_code": "taxonomy, taxonomy code, primary taxonomy, provider taxonomy",
        "birth_on": "dob, date of birth, birth date, birthdate, birthday",
        "ssn": "ssn, social security number, social security, social, ss number, soc sec number",
        "license_number": "license no, lic number, license number, license, lic no, state license number, lic",
        "license_state": "license state, lic state, state of license, licensing state, state license",
        "license_expires_on": (
            "license exp, lic exp, license expiration, license expiration date, lic exp date, license expires, "
            "license exp date, expiration date, exp date"
        ),
        "license_issued_on": (
            "license issued, license issue date, lic issue date, lic issued, original license date, date licensed"
        ),
        **{
            f"license_{n}_{part}": ", ".join(name.format(n=n, word=word) for name in names)
            for n, word in ((2, "second"), (3, "third"))
            for part, names in {
                "number": (
                    "license {n}",
                    "license {n} number",
                    "license number {n}",
                    "license no {n}",
                    "lic {n}",
                    "{word} license",
                    "{word} license number",
                    "lic number {n}",
                ),
                "state": (
                    "license {n} state",
                    "license state {n}",
                    "lic state {n}",
                    "lic {n} state",
                    "{word} license state",
                    "state {n}",
                ),
                "expires_on": (
                    "license {n} exp",
                    "license exp {n}",
                    "lic exp {n}",
                    "license {n} expiration",
                    "lic {n} exp",
                    "license {n} expires",
                    "{word} license expiration",
                    "license expiration {n}",
                ),
            }.items()
        },
        "caqh_id": "caqh, caqh id, caqh number, caqh provider id, caqh no",
        "caqh_attested_on": (
            "caqh attested, last attest, last attested, caqh attestation, last attestation, attestation date, "
            "caqh last attested, caqh attestation date"
        ),
        "dea_number": "dea, dea number, dea no, dea registration",
        "dea_state": "dea state, dea registered state",
        "dea_expires_on": "dea exp, dea expiration, dea expires, dea exp date, dea expiration date",
        "malpractice_carrier": (
            "malpractice carrier, malpractice, malpractice insurer, malpractice insurance, insurance carrier, "
            "liability carrier, liability insurance, carrier, insurer"
        ),
        "malpractice_policy": (
            "malpractice policy, policy number, malpractice policy number, policy no, liability policy number, policy"
        ),
        "malpractice_starts_on": (
            "malpractice effective, malpractice effective date, policy effective, policy effective date, coverage start, "
            "malpractice start"
        ),
        "malpractice_expires_on": (
            "malpractice exp, malpractice expiration, malpractice expires, malpractice exp date, policy expiration, "
            "policy expiration date, coverage end, liability exp, malpractice expiration date, coi exp, policy exp"
        ),
        "malpractice_limits": (
            "malpractice limits, limits of liability, coverage limits, limits, malpractice limit, liability limits"
        ),
        "malpractice_each": "per claim, per occurrence, occurrence limit, each claim, limit per claim, each occurrence",
        "malpractice_total": "aggregate, aggregate limit, malpractice aggregate, annual aggregate",
        "medicare_ptan": "ptan, medicare ptan, medicare number, medicare id, medicare",
        "medicaid_id": "medicaid id, medicaid, medicaid number, medicaid provider id",
        "languages": "languages, language, languages spoken",
        "email": "email, e mail, email address, provider email, work email",
        "phone": "phone, phone number, telephone, cell, mobile, cell phone",
        "city": "city, practice city, town",
        "state": "state, practice state, st",
        "postal_code": "zip, zip code, postal code, zipcode",
        "external_id": "provider id, employee id, id, staff id, emp id",
    }.items()
}
FIELDS: tuple[str, ...] = tuple(_ALIASES)
"""Every field that a column can be mapped to."""

KNOWN_HEADERS: frozenset[str] = frozenset(alias for aliases in _ALIASES.values() for alias in aliases)
_SHAPES: Mapping[str, Callable[[str], bool]] = {
    "npi": lambda cell: npi_is_valid(re.sub(r"[\s.\-]", "", cell)),
    "taxonomy_code": lambda cell: bool(re.fullmatch(r"[0-9A-Z]{9}X", cell.upper())),
    "dea_number": lambda cell: dea_is_valid(cell.upper()),
    "email": lambda cell: bool(re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}", cell)),
}
_BY_ALIAS = {alias: (name, rank) for name, aliases in _ALIASES.items() for rank, alias in enumerate(aliases)}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column holds which field.

    `columns` maps a field of `FIELDS` to a zero-based column; `confidence` runs from 0 to 1; `unmapped` lists the
    headers that nothing was made of.
    """

    headers: tuple[str, ...]
    columns: Mapping[str, int]
    confidence: float = 1.0
    field_confidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields without which no row can become a provider: an NPI and a name."""
        lacking = [] if "npi" in self.columns else ["npi"]
        if "full_name" not in self.columns and not {"last_name", "first_name"} <= self.columns.keys():
            lacking.append("full_name")
        return tuple(lacking)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headers of columns that no field is read from."""
        used = set(self.columns.values())
        return tuple(header for index, header in enumerate(self.headers) if index not in used and header.strip())

    def as_choice(self) -> dict[str, str]:
        """Return `{field: header}`, which `mapping_from` takes back after a person has changed it."""
        return {name: self.headers[column] for name, column in self.columns.items()}


def guess_mapping(headers: Sequence[str]) -> ColumnMapping:
    """Guess the meaning of each column from the header names alone; the better name wins a field."""
    scores: dict[str, float] = {}
    columns: dict[str, int] = {}
    for index, header in enumerate(headers):
        known = _BY_ALIAS.get(normalize(header))
        if known is None:
            continue
        name, rank = known
        score = round(1.0 - rank * 0.02, 2)
        if score > scores.get(name, 0.0):
            columns[name], scores[name] = index, score
    mapping = ColumnMapping(tuple(headers), columns, 0.0, scores)
    needed = [scores[name] for name in ("npi", "full_name", "last_name", "first_name") if name in scores]
    return ColumnMapping(tuple(headers), columns, 0.0 if mapping.missing else min(needed), scores)


def guess_from_values(mapping: ColumnMapping, samples: Sequence[Sequence[str]]) -> ColumnMapping:
    """Give columns whose header says nothing the field that nearly all of their sample values have the shape of.

    Only shapes that speak for themselves are taken: NPI, taxonomy code, DEA number, e-mail address.
    """
    columns, scores = dict(mapping.columns), dict(mapping.field_confidence)
    for name, has_shape in _SHAPES.items():
        if name in columns:
            continue
        for index in range(len(mapping.headers)):
            cells = [row[index].strip() for row in samples if index < len(row) and row[index].strip()]
            if index not in columns.values() and cells and sum(map(has_shape, cells)) >= 0.8 * len(cells):
                columns[name], scores[name] = index, 0.5
                break
    return ColumnMapping(mapping.headers, columns, mapping.confidence, scores)


def with_memory(mapping: ColumnMapping, memory: Mapping[str, str]) -> ColumnMapping:
    """Lay what a person once said of columns over a guess: `{normalized header: field}`, an empty field for "leave out"."""
    columns, scores = dict(mapping.columns), dict(mapping.field_confidence)
    for index, header in enumerate(mapping.headers):
        wanted = memory.get(normalize(header))
        if wanted is None:
            continue
        for name in [name for name, column in columns.items() if column == index]:
            del columns[name]
        if wanted in _ALIASES:
            columns[wanted], scores[wanted] = index, 1.0
    return ColumnMapping(mapping.headers, columns, mapping.confidence, scores)


def mapping_from(headers: Sequence[str], choice: Mapping[str, str]) -> ColumnMapping:
    """Make the mapping that a person chose, `{field: header name}`.

    Raises:
        ValueError: an unknown field, or a header the file lacks.
    """
    positions = {header.strip(): index for index, header in reversed(list(enumerate(headers)))}
    columns: dict[str, int] = {}
    for name, header in choice.items():
        if name not in _ALIASES:
            raise ValueError(f"there is no field {name!r}")
        if header.strip() not in positions:
            raise ValueError(f"the file has no column {header!r}")
        columns[name] = positions[header.strip()]
    return ColumnMapping(tuple(headers), columns, 1.0, dict.fromkeys(columns, 1.0))
