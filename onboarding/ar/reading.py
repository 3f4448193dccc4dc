"""A file of old receivables into rows to store and totals to compare. Asks no database; calls `progress` now and then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO
from uuid import UUID

from credentialing.payers.book import Payer, match_payer, payer
from infra.crypto import encrypt
from infra.ids import uuid7
from integrations.aging import (
    AgingRow,
    ColumnMapping,
    RawRow,
    Report,
    RowKind,
    RowRejected,
    UnreadableFile,
    mapping_from,
    open_report,
    parse_row,
    stated_total_cents,
)
from integrations.tabular import parse_date
from onboarding.ar.jsonb import dumped
from onboarding.ar.rules import (
    ImportTotals,
    RowFacts,
    add_up,
    bucket,
    bucket_label,
    filing_deadline,
    payer_key,
    scheme_of,
)
from onboarding.ar.spool import Spool

Progress = Callable[[int], None]
SURE = 0.75
"""A guessed mapping below this confidence is shown to a person first."""
_EVERY_ROWS = 5000
_SAMPLE_ROWS = 5


class CannotImport(Exception):
    """The file can never be imported as it is. The message says why and what to do, in words for people."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """What a job needs to know of an import before it opens the file."""

    import_id: UUID
    tenant_id: UUID
    object_key: str
    wanted_format: str
    state: str
    clinic_npi: str | None
    as_of: date | None
    today: date
    mapping: Mapping[str, str]
    bucket_names: tuple[str, ...]
    allow_foreign_payee: bool


class NeedsMapping(Exception):
    """A person must say what the columns mean. `sample` holds the first rows, `columns` the headers and the guess."""

    def __init__(self, message: str, columns: dict[str, object], sample: list[tuple[str, ...]]) -> None:
        super().__init__(message)
        self.columns = columns
        self.sample = sample


@dataclass
class AgingFile:
    """What was read of an aging file: rows to store, totals, and the names under which payers are shown."""

    format: str
    as_of: date
    scheme: str
    columns: dict[str, object]
    mapping: dict[str, str]
    lines: Spool
    rejects: Spool
    labels: dict[str, str] = field(default_factory=dict)
    facts: list[RowFacts] = field(default_factory=list)
    grand_total_cents: int | None = None
    subtotal_cents: int | None = None

    @property
    def stated_total_cents(self) -> int | None:
        """The total that the file itself states: its grand total, else its subtotals added up."""
        return self.grand_total_cents if self.grand_total_cents is not None else self.subtotal_cents

    def totals(self) -> ImportTotals:
        """All rows added up by what became of them. Raises `LawBroken`."""
        return add_up(self.facts)


def read_aging(stream: IO[bytes], task: ReadTask, *, file_format: str, lines: Spool, rejects: Spool) -> AgingReader:
    """Open a file and settle what its columns mean; `run` of the answer then reads the rows.

    Raises:
        NeedsMapping: The headers are not known well enough.
        CannotImport: The file cannot be read, or a chosen column is not in it.
    """
    try:
        report = open_report(stream)
    except UnreadableFile as wrong:
        raise CannotImport(f"The file cannot be read: {wrong}.") from wrong
    columns = _columns(report.mapping)
    mapping = report.mapping
    if task.mapping:
        try:
            mapping = mapping_from(report.headers, task.mapping)
        except ValueError as wrong:
            raise NeedsMapping(f"The chosen columns do not fit: {wrong}.", columns, _sample(report)) from wrong
    if mapping.missing or mapping.confidence < SURE:
        raise NeedsMapping(_what_is_missing(mapping), columns, _sample(report))
    scheme = scheme_of(label for _, label in mapping.buckets) or scheme_of(task.bucket_names) or "standard"
    as_of = task.as_of or report.as_of or task.today
    found = AgingFile(file_format, as_of, scheme, columns, mapping.as_choice(), lines, rejects)
    return AgingReader(task, replace(report, mapping=mapping), found)


def _columns(mapping: ColumnMapping) -> dict[str, object]:
    return {
        "headers": list(mapping.headers),
        "guess": mapping.as_choice(),
        "confidence": mapping.confidence,
        "field_confidence": dict(mapping.field_confidence),
        "preset": mapping.preset,
        "missing": list(mapping.missing),
        "buckets": [label for _, label in mapping.buckets],
    }


def _what_is_missing(mapping: ColumnMapping) -> str:
    if mapping.is_client_level:
        return (
            "No column holds a date of service. Balances per client tie out in total but cannot be triaged: "
            "choose the column, or ask for the claim-level export."
        )
    return "The headers are not known: say which column holds what, and reading goes on."


def _sample(report: Report) -> list[tuple[str, ...]]:
    sample: list[tuple[str, ...]] = []
    for raw in report.rows:
        if raw.kind is RowKind.CLAIM:
            sample.append(raw.values)
        if len(sample) >= _SAMPLE_ROWS:
            break
    return sample


class AgingReader:
    """Reads the rows of an opened aging file."""

    def __init__(self, task: ReadTask, report: Report, found: AgingFile) -> None:
        self._task, self._report, self._found = task, report, found
        self._first_line: dict[bytes, int] = {}
        self._keys: dict[str, str] = {}
        self._books: dict[tuple[str, str], Payer | None] = {}

    def run(self, progress: Progress) -> AgingFile:
        """Read to the end. Raises `CannotImport` when the file breaks off in the middle or holds no rows."""
        try:
            for raw in self._report.rows:
                self._take(raw)
                if len(self._found.facts) % _EVERY_ROWS == 1:
                    progress(len(self._found.facts))
        except UnreadableFile as wrong:
            raise CannotImport(f"The file cannot be read to its end: {wrong}.") from wrong
        if not self._found.facts:
            raise CannotImport("The file has a header but no rows below it.")
        progress(len(self._found.facts))
        return self._found

    def _take(self, raw: RawRow) -> None:
        found, mapping = self._found, self._report.mapping
        if raw.kind is RowKind.GRAND_TOTAL:
            found.grand_total_cents = stated_total_cents(raw, mapping)
        elif raw.kind is RowKind.SUBTOTAL:
            stated = stated_total_cents(raw, mapping)
            if stated is not None:
                found.subtotal_cents = (found.subtotal_cents or 0) + stated
        elif raw.kind is RowKind.CLAIM:
            row = parse_row(raw, mapping)
            if isinstance(row, RowRejected):
                key, label = self._place_of_reject(raw)
                self._reject(raw, "rejected", row.reasons, row.balance_cents, key, label)
                return
            fingerprint = bytes.fromhex(row.fingerprint)[:16]
            first = self._first_line.setdefault(fingerprint, row.line_number)
            key, label = self._key(row.payer_name), self._bucket(row)
            if first != row.line_number:
                reason = (("row", f"says the same as row {first}"),)
                self._reject(raw, "duplicate", reason, row.balance_cents, key, label)
                return
            self._accept(row, key, label)

    def _accept(self, row: AgingRow, key: str, label: str) -> None:
        book = self._book(row)
        limit = book.timely_filing_days if book and row.responsibility != "patient" else None
        self._found.lines.add(
            (
                uuid7(),
                row.line_number,
                row.claim_id,
                row.patient_account,
                row.payer_name,
                key,
                book.id if book else None,
                row.service_on,
                filing_deadline(row.service_on, limit),
                row.charge_cents,
                row.balance_cents,
                row.insurance_cents,
                row.patient_cents,
                row.responsibility,
                label,
                "file" if row.bucket else "service_date",
            )
        )
        self._found.facts.append(RowFacts("accepted", row.balance_cents, key, label))

    def _reject(
        self,
        raw: RawRow,
        outcome: str,
        reasons: tuple[tuple[str, str], ...],
        balance_cents: int | None,
        key: str,
        label: str,
    ) -> None:
        row_id = uuid7()
        sealed = encrypt(raw.original_text, tenant_id=self._task.tenant_id, place=reject_place(row_id))
        listed = dumped([{"field": name, "reason": words} for name, words in reasons])
        self._found.rejects.add((row_id, raw.line_number, outcome, sealed, listed, balance_cents))
        self._found.facts.append(RowFacts(outcome, balance_cents, key, label))

    def _key(self, name: str) -> str:
        known = self._keys.get(name)
        if known is None:
            known = self._keys[name] = payer_key(name)
            self._found.labels.setdefault(known, name)
        return known

    def _book(self, row: AgingRow) -> Payer | None:
        place = (row.payer_name, row.payer_id)
        if place not in self._books:
            found = match_payer(row.payer_name, row.payer_id or None, state=self._task.state)
            self._books[place] = payer(found) if found else None
        return self._books[place]

    def _bucket(self, row: AgingRow) -> str:
        if row.bucket:
            return bucket_label(row.bucket)
        return bucket((self._found.as_of - row.service_on).days, self._found.scheme)

    def _place_of_reject(self, raw: RawRow) -> tuple[str, str]:
        """Payer and bucket of a row that cannot be taken over, as far as they can be read: totals are compared by them."""

        def cell(name: str) -> str:
            place = self._report.mapping.columns.get(name)
            return raw.values[place] if place is not None and place < len(raw.values) else ""

        name = cell("payer_name") or raw.section
        key = self._key(name) if name else ""
        try:
            age = (self._found.as_of - parse_date(cell("service_on"), allow_serial=True)).days
        except ValueError:
            return key, ""
        return key, bucket(age, self._found.scheme)


def reject_place(row_id: UUID) -> str:
    """The place for which the text of a rejected row is sealed."""
    return f"ar_reject.text.{row_id}"
