"""One row of a roster into a provider's plain facts, or the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.roster import cells as read
from integrations.roster.mapping import ColumnMapping
from integrations.tabular import Record

_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "V"})
_CREDENTIALS = frozenset(
    "MD DO PHD PSYD EDD DNP APRN PMHNP PMHNP-BC NP PA PA-C RN LPN CNS BCBA RBT QMHS LCSW LCSW-R LICSW LISW LISW-S LSW "
    "LMSW LPC LPCC LPCC-S LCPC LMHC LMFT LIMFT MFT LADC LCADC LCDC LICDC CADC LAC LP MSW MA MS CPC".split()
)


@dataclass(frozen=True, slots=True)
class RosterLicense:
    """A license as a roster names it."""

    number: str
    state: str
    expires_on: date | None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class RosterPolicy:
    """A malpractice policy as a roster names it; limits in cents."""

    carrier: str
    number: str
    starts_on: date | None
    expires_on: date | None
    each_cents: int | None
    total_cents: int | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One provider. Texts are empty and dates None when the file says nothing; codes and states are upper case."""

    line_number: int
    npi: str
    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    former_names: tuple[str, ...]
    credential: str
    taxonomy_code: str
    birth_on: date | None
    ssn: str
    license_number: str
    license_state: str
    license_expires_on: date | None
    license_issued_on: date | None
    more_licenses: tuple[RosterLicense, ...]
    caqh_id: str
    caqh_attested_on: date | None
    dea_number: str
    dea_state: str
    dea_expires_on: date | None
    policy: RosterPolicy | None
    medicare_ptan: str
    medicaid_id: str
    languages: tuple[str, ...]
    email: str
    phone: str
    city: str
    state: str
    postal_code: str
    external_id: str

    @property
    def licenses(self) -> tuple[RosterLicense, ...]:
        """Every license that the row names, the first one first."""
        first = RosterLicense(self.license_number, self.license_state, self.license_expires_on, self.license_issued_on)
        return (
            (first, *self.more_licenses) if any((first.number, first.state, first.expires_on)) else self.more_licenses
        )


@dataclass(frozen=True, slots=True)
class RowRejected:
    """A row that is not taken over; every reason is a `(field, message)` pair, the message saying what was expected."""

    line_number: int
    original_text: str
    reasons: tuple[tuple[str, str], ...]


def parse_row(record: Record, mapping: ColumnMapping, *, today: date | None = None) -> RosterRow | RowRejected:
    """Read one provider row. All its faults are reported at once.

    Args:
        today: The last day a birth or an attestation can lie on, so that `1/14/67` is 1967. When None it is the
            machine's own day.
    """
    reasons: read.Reasons = []
    if record.is_damaged:
        reasons.append(("row", "a quotation mark is opened and never closed"))
    elif any(record.values[len(mapping.headers) :]):
        reasons.append(("row", f"the row has more cells than the header's {len(mapping.headers)}"))
    cells = read.readable(
        {name: record.values[i] if i < len(record.values) else "" for name, i in mapping.columns.items()}, reasons
    )
    last_day = today or date.today()  # noqa: DTZ011 - only bounds the century of two-digit years
    row = _row(record.line_number, cells, reasons, last_day)
    if reasons:
        return RowRejected(record.line_number, record.original_text, tuple(reasons))
    return row


def _row(line_number: int, cells: dict[str, str], reasons: read.Reasons, last_day: date) -> RosterRow:
    npi = read.npi(cells.get("npi", ""), reasons)
    last_name, first_name, middle_name, suffix, credential = _names(cells)
    is_told = any(read.is_told(name, reasons) for name in ("full_name", "last_name", "first_name"))
    if not is_told and not (last_name and first_name):
        reasons.append(("full_name", "first and last name are needed"))
    birth_on = read.day("birth_on", cells, reasons, not_after=last_day)
    if birth_on and birth_on > last_day:
        reasons.append(("birth_on", "the date of birth lies in the future"))
    attested_on = read.day("caqh_attested_on", cells, reasons, not_after=last_day)
    if attested_on and attested_on > last_day:
        reasons.append(("caqh_attested_on", "the day of the attestation lies in the future"))
    return RosterRow(
        line_number=line_number,
        npi=npi,
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        suffix=suffix,
        former_names=read.names(cells.get("former_names", "")),
        credential=credential,
        taxonomy_code=read.taxonomy(cells, reasons),
        birth_on=birth_on,
        ssn=read.ssn(cells, reasons),
        license_number=cells.get("license_number", ""),
        license_state=read.state("license_state", cells, reasons),
        license_expires_on=read.day("license_expires_on", cells, reasons),
        license_issued_on=read.day("license_issued_on", cells, reasons),
        more_licenses=_more_licenses(cells, reasons),
        caqh_id=read.caqh_id(cells, reasons),
        caqh_attested_on=attested_on,
        dea_number=read.dea(cells, reasons),
        dea_state=read.state("dea_state", cells, reasons),
        dea_expires_on=read.day("dea_expires_on", cells, reasons),
        policy=_policy(cells, reasons),
        medicare_ptan=cells.get("medicare_ptan", "").removesuffix(".0"),
        medicaid_id=cells.get("medicaid_id", "").removesuffix(".0"),
        languages=read.names(cells.get("languages", "")),
        email=read.email(cells, reasons),
        phone=cells.get("phone", ""),
        city=cells.get("city", ""),
        state=read.state("state", cells, reasons),
        postal_code=read.postal_code(cells, reasons),
        external_id=cells.get("external_id", ""),
    )


def _more_licenses(cells: dict[str, str], reasons: read.Reasons) -> tuple[RosterLicense, ...]:
    found = []
    for place in (2, 3):
        number = cells.get(f"license_{place}_number", "")
        state = read.state(f"license_{place}_state", cells, reasons)
        expires_on = read.day(f"license_{place}_expires_on", cells, reasons)
        if number and not state:
            if not read.is_told(f"license_{place}_state", reasons):
                reasons.append((f"license_{place}_state", "a further license needs its state, like KY"))
        elif number or expires_on:
            found.append(RosterLicense(number, state, expires_on))
    return tuple(found)


def _policy(cells: dict[str, str], reasons: read.Reasons) -> RosterPolicy | None:
    each, total = read.limits(cells, reasons)
    starts_on = read.day("malpractice_starts_on", cells, reasons)
    expires_on = read.day("malpractice_expires_on", cells, reasons)
    if starts_on and expires_on and expires_on < starts_on:
        reasons.append(("malpractice_expires_on", "the policy ends before it begins"))
    policy = RosterPolicy(
        carrier=cells.get("malpractice_carrier", ""),
        number=cells.get("malpractice_policy", ""),
        starts_on=starts_on,
        expires_on=expires_on,
        each_cents=each,
        total_cents=total,
    )
    said = (policy.carrier, policy.number, starts_on, expires_on, each, total)
    return policy if any(value not in ("", None) for value in said) else None


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
