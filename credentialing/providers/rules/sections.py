"""What a section of the file still lacks, as sentences that name the field. On plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from credentialing.providers.rules.history import Gap, Month, Reason, Span, work_gaps

REFERENCES_NEEDED = 3
HISTORY_YEARS = 5


class Asked(Protocol):
    """A field as this rule sees it."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def needed(self) -> bool: ...

    def asked(self, values: Mapping[str, Any], kind: str = "") -> bool: ...


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that a section lacks. `row` is the index of the entry, None for the section as a whole."""

    text: str
    field: str = ""
    row: int | None = None


def missing_fields(
    fields: Iterable[Asked], values: Mapping[str, Any], kind: str = "", row: int | None = None
) -> list[Lack]:
    """Return the needed fields of a row that are empty.

    Source:
        Product rule: what applications of payers ask for in every row; sections/catalog.py marks it.
    """
    return [
        Lack(f"{field.label} is missing", field.name, row)
        for field in fields
        if field.needed and field.asked(values, kind) and values.get(field.name) in (None, "", [])
    ]


def history_spans(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Span], list[Reason]]:
    """Return work and reasons in the entries of a work history; entries without months say nothing.

    Source:
        Product rule: an entry of kind `gap` with a reason explains its months.
    """
    spans, reasons = [], []
    for row in rows:
        begin, end = _month(row.get("started")), _month(row.get("ended"))
        if begin is None:
            continue
        if row.get("kind") == "gap":
            if end is not None and row.get("explanation"):
                reasons.append(Reason(begin, end, row.get("explained_how") == "written"))
        elif end is not None or row.get("is_current"):
            spans.append(Span(begin, None if row.get("is_current") else end))
    return spans, reasons


def _month(text: Any) -> Month | None:
    try:
        return Month.parse(str(text)) if text else None
    except ValueError:
        return None


def open_gaps(
    work: Sequence[Mapping[str, Any]],
    training: Sequence[Mapping[str, Any]],
    today: date,
    *,
    licensed_on: date | None = None,
) -> list[Gap]:
    """Return the gaps of a work history that still need a reason. Training counts as work.

    Source:
        NCQA CR 3, see `history.work_gaps`.
    """
    spans, reasons = history_spans(work)
    more, _ = history_spans(training)
    since = Month.of(licensed_on.year, licensed_on.month) if licensed_on else None
    return [gap for gap in work_gaps([*spans, *more], reasons, today, since=since) if not gap.is_settled]


def gap_words(gap: Gap) -> str:
    """Return the sentence about a gap.

    Source:
        NCQA CR 3, see `history.work_gaps`.
    """
    how = "in writing" if gap.needs == "written" else "with a reason"
    return f"{gap.started.words} to {gap.ended.words} ({gap.months} months) is not explained {how}"


def disclosure_lacks(questions: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Lack]:
    """Return what is open in the disclosures: questions without an answer, and each yes without an explanation.

    Source:
        NCQA CR 3 (attestation); requirements.yaml, disclosure_explanations.
    """
    answers = {row.get("question"): row for row in rows if row.get("answer") is not None}
    open_ones = [code for code in questions if code not in answers]
    found = []
    if open_ones:
        count = len(open_ones)
        found.append(Lack(f"{count} question{'s are' if count > 1 else ' is'} not answered", "answer"))
    for index, row in enumerate(rows):
        if row.get("answer") is True and not row.get("explanation"):
            found.append(Lack("A yes needs an explanation", "explanation", index))
    return found


def malpractice_lacks(rows: Sequence[Mapping[str, Any]], today: date) -> list[Lack]:
    """Return what the policies lack as a whole: one that is in force, and a tail behind each claims-made policy that ended.

    A claims-made policy that another one continues with the same or an earlier retroactive date needs no tail.

    Source:
        Claims-made policies cover only claims made while they run; a tail or prior acts (retroactive date) covers the rest
        (confidence C); requirements.yaml, malpractice_face.
    """
    found = []
    ends = [row["expires_on"] for row in rows if row.get("expires_on")]
    if rows and ends and max(ends) < today:
        found.append(Lack("No policy is in force", "expires_on"))
    for index, row in enumerate(rows):
        if row.get("coverage") != "claims_made" or not row.get("expires_on") or row["expires_on"] >= today:
            continue
        if not row.get("has_tail") and not any(_continues(other, row) for other in rows if other is not row):
            found.append(Lack("This claims-made policy has ended: tail coverage is missing", "has_tail", index))
    return found


def _continues(later: Mapping[str, Any], ended: Mapping[str, Any]) -> bool:
    begins, back = later.get("issued_on"), later.get("retroactive_on")
    if later.get("coverage") != "claims_made" or not begins or not back or begins <= ended.get("issued_on", begins):
        return False
    covered_since = ended.get("retroactive_on") or ended.get("issued_on")
    return covered_since is not None and str(back) <= str(covered_since)


def reversed_months(values: Mapping[str, Any]) -> str | None:
    """Return the name of the later field when a row ends before it begins, else None.

    Source:
        Product rule: a row that ends before it begins is a typing mistake.
    """
    for begin, end in (("started", "ended"), ("started_on", "ends_on"), ("occurred", "closed")):
        if values.get(begin) and values.get(end) and str(values[end]) < str(values[begin]):
            return end
    return None
