"""One row of a roster into a provider's plain facts, or the reasons why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from integrations.npi import npi_is_valid
from integrations.roster.mapping import ColumnMapping
from integrations.tabular import Record, parse_date

_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "V"})
_CREDENTIALS = frozenset(
    "MD DO PHD PSYD EDD DNP APRN PMHNP PMHNP-BC NP PA PA-C RN LPN CNS BCBA RBT QMHS LCSW LCSW-R LICSW LISW LISW-S LSW "
    "LMSW LPC LPCC LPCC-S LCPC LMHC LMFT LIMFT MFT LADC LCADC LCDC LICDC CADC LAC LP MSW MA MS CPC".split()
)
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_STATE = re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One provider. Texts are empty and dates None when the file says nothing; codes and states are upper case."""

    line_number: int
    npi: str
    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    credential: str
    taxonomy_code: str
    birth_on: date | None
    license_number: str
    license_state: str
    license_expires_on: date | None
    caqh_id: str
    caqh_attested_on: date | None
    dea_number: str
    email: str
    phone: str
    city: str
    state: str
    postal_code: str
    external_id: str


@dataclass(frozen=True, slots=True)
class RowRejected:
    """A row that is not taken over; every reason is a `(field, message)` pair."""

    line_number: int
    original_text: str
    reasons: tuple[tuple[str, str], ...]


def parse_row(record: Record, mapping: ColumnMapping, *, today: date | None = None) -> RosterRow | RowRejected:
    """Read one provider row. All its faults are reported at once.

    Args:
        today: The last day a birth or an attestation can lie on, so that `1/14/67` is 1967. When None it is the
            machine's own day.
    """
    cells = {name: record.values[i] if i < len(record.values) else "" for name, i in mapping.columns.items()}
    reasons: list[tuple[str, str]] = []
    if record.is_damaged:
        reasons.append(("row", "a quotation mark is opened and never closed"))
    elif any(record.values[len(mapping.headers) :]):
        reasons.append(("row", f"the row has more cells than the header's {len(mapping.headers)}"))
    last_day = today or date.today()  # noqa: DTZ011 - only bounds the century of two-digit years
    npi = _npi(cells.get("npi", ""), reasons)
    last_name, first_name, middle_name, suffix, credential = _names(cells)
    if not last_name or not first_name:
        reasons.append(("full_name", "first and last name are needed"))
    birth_on = _day("birth_on", cells, reasons, not_after=last_day)
    if birth_on and birth_on > last_day:
        reasons.append(("birth_on", "the date of birth lies in the future"))
    expires_on = _day("license_expires_on", cells, reasons)
    attested_on = _day("caqh_attested_on", cells, reasons, not_after=last_day)
    row = RosterRow(
        line_number=record.line_number,
        npi=npi,
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        suffix=suffix,
        credential=credential,
        taxonomy_code=_code("taxonomy_code", cells, _TAXONOMY, "is not a taxonomy code", reasons),
        birth_on=birth_on,
        license_number=cells.get("license_number", ""),
        license_state=_code("license_state", cells, _STATE, "is not a two-letter state", reasons),
        license_expires_on=expires_on,
        caqh_id=cells.get("caqh_id", "").removesuffix(".0"),
        caqh_attested_on=attested_on,
        dea_number=cells.get("dea_number", "").upper().replace(" ", ""),
        email=_email(cells, reasons),
        phone=cells.get("phone", ""),
        city=cells.get("city", ""),
        state=_code("state", cells, _STATE, "is not a two-letter state", reasons),
        postal_code=cells.get("postal_code", ""),
        external_id=cells.get("external_id", ""),
    )
    if reasons:
        return RowRejected(record.line_number, record.original_text, tuple(reasons))
    return row


def split_name(name: str) -> tuple[str, str, str, str, str]:
    """Split a written name into last, first, middle, suffix and credential.

    Takes `Last, First M`, `Last Jr, First`, `First M Last` and `First Last, LCSW`.
    """
    parts = [part.strip() for part in name.split(",") if part.strip()]
    credential = ""
    if len(parts) > 1 and parts[-1].replace(".", "").upper() in _CREDENTIALS and (len(parts) > 2 or " " in parts[0]):
        credential = parts.pop().replace(".", "")
    if len(parts) > 1:
        last_words, first_words = parts[0].split(), [word for part in parts[1:] for word in part.split()]
    else:
        words = parts[0].split() if parts else []
        words, suffix = _take_suffix(words)
        last_words, first_words = [*words[-1:], *suffix], words[:-1]
    last_words, suffix_of_last = _take_suffix(last_words)
    first_words, suffix_of_first = _take_suffix(first_words)
    suffix_words = suffix_of_last or suffix_of_first
    return (
        " ".join(last_words),
        " ".join(first_words[:1]),
        " ".join(first_words[1:]),
        suffix_words[0].strip(".").upper() if suffix_words else "",
        credential,
    )


def _take_suffix(words: list[str]) -> tuple[list[str], list[str]]:
    if len(words) > 1 and words[-1].strip(".").upper() in _SUFFIXES:
        return words[:-1], words[-1:]
    return words, []


def _names(cells: dict[str, str]) -> tuple[str, str, str, str, str]:
    if cells.get("last_name") or cells.get("first_name"):
        return (
            cells.get("last_name", ""),
            cells.get("first_name", ""),
            cells.get("middle_name", ""),
            cells.get("suffix", "").strip(".").upper(),
            cells.get("credential", ""),
        )
    last_name, first_name, middle_name, suffix, credential = split_name(cells.get("full_name", ""))
    return (
        last_name,
        first_name,
        cells.get("middle_name", "") or middle_name,
        cells.get("suffix", "").strip(".").upper() or suffix,
        cells.get("credential", "") or credential,
    )


def _npi(cell: str, reasons: list[tuple[str, str]]) -> str:
    digits = re.sub(r"[\s.\-]", "", cell.removesuffix(".0"))
    if not digits:
        reasons.append(("npi", "the NPI is missing"))
    elif not (digits.isascii() and digits.isdigit()):
        reasons.append(("npi", f"{cell[:40]!r} is not a number"))
    elif len(digits) != 10:
        reasons.append(("npi", f"the NPI has {len(digits)} digits instead of 10"))
    elif not npi_is_valid(digits):
        reasons.append(("npi", f"{digits} is not a valid NPI: its check digit is wrong"))
    return digits


def _day(
    name: str, cells: dict[str, str], reasons: list[tuple[str, str]], *, not_after: date | None = None
) -> date | None:
    cell = cells.get(name, "")
    if not cell or cell.lower() in ("n/a", "na", "none", "-", "--"):
        return None
    try:
        return parse_date(cell, not_after=not_after, allow_serial=True)
    except ValueError as wrong:
        reasons.append((name, str(wrong)))
        return None


def _code(
    name: str, cells: dict[str, str], shape: re.Pattern[str], message: str, reasons: list[tuple[str, str]]
) -> str:
    value = cells.get(name, "").strip().upper()
    if value and not shape.fullmatch(value):
        reasons.append((name, f"{value[:40]!r} {message}"))
    return value


def _email(cells: dict[str, str], reasons: list[tuple[str, str]]) -> str:
    value = cells.get("email", "").strip()
    if value and not _EMAIL.fullmatch(value):
        reasons.append(("email", f"{value[:60]!r} is not an e-mail address"))
    return value
