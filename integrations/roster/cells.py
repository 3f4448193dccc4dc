"""Single cells of a roster: read, or the reason why not together with what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from integrations.dea import dea_is_valid
from integrations.npi import npi_is_valid
from integrations.tabular import parse_cents, parse_date

Reasons = list[tuple[str, str]]

NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "#n/a", "tbd", "pending", "unknown", "?"})
LONGEST = {
    "last_name": 80, "first_name": 80, "middle_name": 80, "suffix": 10, "credential": 60, "license_number": 60,
    "license_2_number": 60, "license_3_number": 60, "caqh_id": 20, "phone": 40, "email": 254, "city": 80,
    "malpractice_carrier": 200, "malpractice_policy": 80, "medicare_ptan": 40, "medicaid_id": 40, "former_names": 300,
    "languages": 300, "external_id": 80, "full_name": 200,
}  # fmt: skip
_BROKEN = re.compile(r"#(REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ufffe\uffff]")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_STATE = re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")
_ZIP = re.compile(r"\d{3,5}(?:-?\d{4})?")
_SSN = re.compile(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}")
_MILLIONS = re.compile(r"\$?\s*(\d{1,3}(?:\.\d{1,2})?)\s*(M|MM|MIL|MILLION|K)\b\.?", re.IGNORECASE)
STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI"
    " SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP".split()
)


def clean(cell: str) -> str:
    """A cell as it is read: control characters and doubled blanks gone, and the apostrophe that marks text taken off."""
    text = " ".join(_CONTROL.sub(" ", cell).replace("\u00a0", " ").split())
    return text[1:] if re.match(r"'[\d=+\-@]", text) else text


def readable(cells: Mapping[str, str], reasons: Reasons) -> dict[str, str]:
    """The cells of a row by field, cleaned. Spreadsheet errors and overlong texts become reasons, "n/a" becomes nothing."""
    found = {}
    for name, cell in cells.items():
        text = clean(cell)
        if _BROKEN.fullmatch(text):
            reasons.append((name, f"the spreadsheet could not calculate this cell ({text}); write the value itself"))
            text = ""
        elif len(text) > LONGEST.get(name, 400):
            reasons.append((name, f"the text has {len(text):,} characters; at most {LONGEST.get(name, 400)} are taken"))
            text = ""
        found[name] = "" if text.lower() in NOTHING else text
    return found


def is_told(name: str, reasons: Reasons) -> bool:
    """True when something is wrong with that field already."""
    return any(told == name for told, _ in reasons)


def npi(cell: str, reasons: Reasons) -> str:
    """The ten digits of an NPI."""
    if _SCIENTIFIC.fullmatch(cell):
        reasons.append(("npi", f"the spreadsheet rounded the NPI to {cell}; format the column as text, ten digits"))
        return ""
    digits = re.sub(r"[\s.\-]", "", cell.removesuffix(".0"))
    if not digits:
        if not is_told("npi", reasons):
            reasons.append(("npi", "the NPI is missing"))
    elif not (digits.isascii() and digits.isdigit()):
        reasons.append(("npi", f"{cell[:40]!r} is not a number; an NPI has ten digits"))
    elif len(digits) != 10:
        reasons.append(("npi", f"the NPI has {len(digits)} digits instead of 10"))
    elif not npi_is_valid(digits):
        reasons.append(("npi", f"{digits} is not a valid NPI: its check digit is wrong"))
    return digits


def day(name: str, cells: Mapping[str, str], reasons: Reasons, *, not_after: date | None = None) -> date | None:
    """A date in any of the ways that spreadsheets write one."""
    cell = cells.get(name, "")
    if not cell:
        return None
    try:
        return parse_date(cell, not_after=not_after, allow_serial=True)
    except ValueError as wrong:
        # A date of birth is secret, also one that is no date.
        said = "this is no day of the calendar" if name == "birth_on" else str(wrong)
        reasons.append((name, f"{said}; write it as month/day/year, like 05/31/2027"))
        return None


def state(name: str, cells: Mapping[str, str], reasons: Reasons) -> str:
    """A state as two letters."""
    value = cells.get(name, "").upper()
    if value and not (_STATE.fullmatch(value) and value in STATES):
        reasons.append((name, f"{value[:40]!r} is not a state; write its two letters, like OH"))
        return ""
    return value


def taxonomy(cells: Mapping[str, str], reasons: Reasons) -> str:
    """A taxonomy code of the NUCC."""
    value = cells.get("taxonomy_code", "").upper()
    if value and not _TAXONOMY.fullmatch(value):
        reasons.append(
            ("taxonomy_code", f"{value[:40]!r} is not a taxonomy code: nine characters and an X, like 101YM0800X")
        )
        return ""
    return value


def email(cells: Mapping[str, str], reasons: Reasons) -> str:
    """An e-mail address."""
    value = cells.get("email", "")
    if value and not _EMAIL.fullmatch(value):
        reasons.append(("email", f"{value[:60]!r} is not one e-mail address, like name@clinic.org"))
        return ""
    return value


def dea(cells: Mapping[str, str], reasons: Reasons) -> str:
    """A DEA number. It is secret, so the reason does not repeat it."""
    value = re.sub(r"[\s\-]", "", cells.get("dea_number", "").upper())
    if value and not dea_is_valid(value):
        reasons.append(
            ("dea_number", "the check digit of the DEA number is wrong; it has two letters and seven digits")
        )
        return ""
    return value


def ssn(cells: Mapping[str, str], reasons: Reasons) -> str:
    """The nine digits of a social security number. It is secret, so the reason does not repeat it.

    Source:
        SSA, numbers that are never assigned: area 000, 666 and 900-999, group 00, serial 0000.
    """
    value = re.sub(r"[\s\-]", "", cells.get("ssn", "").removesuffix(".0"))
    if value and not _SSN.fullmatch(value):
        reasons.append(("ssn", "this is no social security number; it has nine digits, like 123-45-6789"))
        return ""
    return value


def caqh_id(cells: Mapping[str, str], reasons: Reasons) -> str:
    """A CAQH provider ID."""
    written = cells.get("caqh_id", "")
    value = written.removesuffix(".0").replace(" ", "")
    if value and not (value.isascii() and value.isdigit() and len(value) <= 10):
        reasons.append(("caqh_id", f"{written[:20]!r} is not a CAQH ID; it has at most ten digits, usually eight"))
        return ""
    return value


def postal_code(cells: Mapping[str, str], reasons: Reasons) -> str:
    """A ZIP code; the zeros that a spreadsheet dropped in front are put back."""
    value = cells.get("postal_code", "").removesuffix(".0")
    if value and not _ZIP.fullmatch(value):
        reasons.append(("postal_code", f"{value[:20]!r} is not a ZIP code of five or nine digits"))
        return ""
    return value.zfill(5) if value and len(value) < 5 else value


def names(cell: str) -> tuple[str, ...]:
    """Names or languages in one cell, each once."""
    parts = (part.strip() for part in re.split(r"[,;/|]| and ", cell))
    return tuple(dict.fromkeys(part for part in parts if part))


def limits(cells: Mapping[str, str], reasons: Reasons) -> tuple[int | None, int | None]:
    """The limits of a malpractice policy in cents, per claim and in total: from one cell (`1M/3M`) or from two."""
    written = cells.get("malpractice_limits", "")
    parts = [part for part in re.split(r"\s*(?:/|\band\b|;)\s*", written) if part]
    if len(parts) > 2:
        reasons.append(("malpractice_limits", f"{written[:40]!r} is not two amounts, like $1,000,000/$3,000,000"))
        parts = []
    each = _amount("malpractice_each", cells.get("malpractice_each", ""), reasons)
    total = _amount("malpractice_total", cells.get("malpractice_total", ""), reasons)
    if parts:
        each = each if each is not None else _amount("malpractice_limits", parts[0], reasons)
    if len(parts) == 2:
        total = total if total is not None else _amount("malpractice_limits", parts[1], reasons)
    if each is not None and total is not None and total < each:
        reasons.append(("malpractice_limits", "the limit in total is smaller than the limit per claim"))
    return each, total


def _amount(name: str, text: str, reasons: Reasons) -> int | None:
    if not text:
        return None
    if found := _MILLIONS.fullmatch(text):
        unit = 1_000 if found[2].upper() == "K" else 1_000_000
        whole, _, part = found[1].partition(".")
        return (int(whole) * 100 + int((part + "00")[:2])) * unit
    try:
        cents = parse_cents(text)
    except ValueError as wrong:
        reasons.append((name, f"{wrong}; write dollars, like $1,000,000 or 1M"))
        return None
    if cents <= 0:
        reasons.append((name, "a limit is more than zero dollars"))
        return None
    return cents
