"""Segments of an 835 into remittances.

Source:
    X12 005010X221A1 (Health Care Claim Payment/Advice): loops 1000A/B, 2100, 2110 and PLB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from integrations.x12.balance import check_claim, check_payment
from integrations.x12.drafts import ClaimDraft, LineDraft, RemittanceDraft
from integrations.x12.envelope import EnvelopeChecker
from integrations.x12.problems import NotX12, ProblemCode, X12Problem, problem_at
from integrations.x12.remittance import Adjustment, ProviderAdjustment, Remittance
from integrations.x12.segments import ByteStream, Segment, read_segments
from integrations.x12.values import read_cents, read_date, read_quantity

T = TypeVar("T")

_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
_CLAIM_REMARKS = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}


def read_835(stream: ByteStream) -> Iterator[Remittance | X12Problem]:
    """Yield each transaction set of a stream as a `Remittance`, and before it each problem found in it.

    Never raises for what a file says: a file that is no X12, another transaction type, a wrong count, an unreadable
    amount or a payment that does not balance all come as `X12Problem`.
    """
    checker = EnvelopeChecker()
    reader: _TransactionReader | None = None
    segment: Segment | None = None
    try:
        for segment in read_segments(stream):
            name = segment.elements[0]
            if reader is not None and name not in _ENVELOPE and segment.is_terminated:
                reader.take(segment)
                continue
            if reader is not None and name in _ENVELOPE and name != "SE":
                # The transaction set was never ended; what it held is not lost.
                yield from _finished(reader)
                reader = None
            yield from checker.see(segment)
            if name == "ST":
                if segment.get(1) == "835":
                    reader = _TransactionReader(segment)
                else:
                    message = f"this transaction set is a {segment.get(1) or 'nameless one'}, not an 835"
                    yield problem_at(segment, "transaction-type", message, 1, segment.get(2))
            elif name == "SE":
                if reader is not None:
                    yield from _finished(reader)
                reader = None
            elif reader is not None:
                reader.take(segment)
        if reader is not None:
            yield from _finished(reader)
        yield from checker.finish(segment)
    except NotX12 as failure:
        if reader is not None:
            yield from _finished(reader)
        yield X12Problem("not-x12", str(failure), 0, failure.byte_offset, "")


def _finished(reader: _TransactionReader) -> Iterator[Remittance | X12Problem]:
    remittance = reader.finish()
    yield from remittance.problems
    for claim in remittance.claims:
        yield from claim.problems
    yield remittance


class _TransactionReader:
    """Takes the segments between ST and SE."""

    def __init__(self, start: Segment) -> None:
        self._draft = RemittanceDraft(start)
        self._claim: ClaimDraft | None = None
        self._line: LineDraft | None = None
        self._party = ""
        self._takers: dict[str, Callable[[Segment], None]] = {
            "BPR": self._take_bpr,
            "TRN": self._take_trn,
            "N1": self._take_n1,
            "REF": self._take_ref,
            "DTM": self._take_dtm,
            "CLP": self._take_clp,
            "CAS": self._take_cas,
            "NM1": self._take_nm1,
            "MIA": self._take_remarks,
            "MOA": self._take_remarks,
            "SVC": self._take_svc,
            "LQ": self._take_lq,
            "PLB": self._take_plb,
            "LX": self._take_lx,
        }

    def take(self, segment: Segment) -> None:
        """Take in the next segment; one that nobody reads is kept in `other`."""
        taker = self._takers.get(segment.elements[0])
        if taker is None:
            self._keep(segment)
        else:
            taker(segment)

    def finish(self) -> Remittance:
        """Close the last claim, check the balances and return the remittance."""
        self._close_claim()
        if not self._draft.has_payment:
            self._problem(self._draft.start, "structure", "the transaction set has no BPR, so no payment amount")
        else:
            self._draft.problems += check_payment(self._draft)
        return self._draft.freeze()

    def _keep(self, segment: Segment) -> None:
        (self._claim.other if self._claim is not None else self._draft.other).append(segment)

    def _problem(self, segment: Segment, code: ProblemCode, message: str, element: int | None = None) -> None:
        found = problem_at(segment, code, message, element, self._draft.start.get(2))
        (self._claim.problems if self._claim is not None else self._draft.problems).append(found)

    def _read(self, segment: Segment, position: int, read: Callable[[str], T], code: ProblemCode) -> T | None:
        """Read one element; an empty one is None, an unreadable one is None and a problem."""
        text = segment.get(position)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as wrong:
            self._problem(segment, code, f"{segment.id}{position:02d}: {wrong}", position)
            return None

    def _cents(self, segment: Segment, position: int, *, is_needed: bool = False) -> int:
        text = segment.get(position)
        if not text and not is_needed:
            return 0
        try:
            return read_cents(text)
        except ValueError as wrong:
            message = str(wrong) if text else "the amount is missing"
            self._problem(segment, "amount", f"{segment.id}{position:02d}: {message}", position)
            return 0

    def _take_bpr(self, segment: Segment) -> None:
        draft = self._draft
        draft.has_payment = True
        draft.payment_segment = segment
        draft.payment_cents = self._cents(segment, 2, is_needed=True)
        draft.handling_code, draft.method = segment.get(1), segment.get(4)
        draft.payment_on = self._read(segment, 16, read_date, "date")

    def _take_trn(self, segment: Segment) -> None:
        if self._draft.trace or self._claim is not None:
            self._keep(segment)
            return
        self._draft.trace, self._draft.payer_tin = segment.get(2), segment.get(3)

    def _take_n1(self, segment: Segment) -> None:
        draft, self._party = self._draft, segment.get(1)
        if self._party == "PR" and not draft.payer_name:
            draft.payer_name, draft.payer_id = segment.get(2), segment.get(4)
        elif self._party == "PE" and not draft.payee_name:
            draft.payee_name, draft.payee_id = segment.get(2), segment.get(4)
            if segment.get(3) == "XX":
                draft.payee_npi = segment.get(4)
            elif segment.get(3) == "FI":
                draft.payee_tin = segment.get(4)
        else:
            self._keep(segment)

    def _take_ref(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        if self._line is not None and qualifier == "6R":
            self._line.control_number = segment.get(2)
        elif self._claim is None and self._party == "PR" and qualifier == "2U" and not self._draft.payer_id:
            self._draft.payer_id = segment.get(2)
        elif self._claim is None and self._party == "PE" and qualifier == "TJ" and not self._draft.payee_tin:
            self._draft.payee_tin = segment.get(2)
        elif self._line is not None and qualifier == "HPI" and self._claim and not self._claim.rendering_npi:
            self._claim.rendering_npi = segment.get(2)
        else:
            self._keep(segment)

    def _take_dtm(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        on = self._read(segment, 2, read_date, "date")
        if self._line is not None and qualifier in ("472", "150", "151"):
            if qualifier != "151":
                self._line.service_from = on
            if qualifier != "150":
                self._line.service_to = on
        elif self._line is None and self._claim is not None and qualifier in ("232", "233", "050"):
            self._claim.dates[qualifier] = on
        elif self._claim is None and qualifier == "405":
            self._draft.produced_on = on
        else:
            self._keep(segment)

    def _take_lx(self, segment: Segment) -> None:
        # A header number begins a new group of claims; its own number carries nothing.
        self._close_claim()
        self._party = ""

    def _take_clp(self, segment: Segment) -> None:
        self._close_claim()
        self._claim = claim = ClaimDraft(segment)
        if not segment.get(1):
            self._problem(segment, "structure", "CLP01: the patient control number is missing", 1)
        claim.charge_cents = self._cents(segment, 3, is_needed=True)
        claim.paid_cents = self._cents(segment, 4, is_needed=True)
        claim.patient_responsibility_cents = self._cents(segment, 5)

    def _take_nm1(self, segment: Segment) -> None:
        claim = self._claim
        qualifier = segment.get(1)
        if claim is None:
            self._keep(segment)
        elif qualifier == "QC":
            claim.patient_last_name, claim.patient_first_name = segment.get(3), segment.get(4)
            claim.member_id = segment.get(9) or claim.member_id
        elif qualifier == "IL" and not claim.member_id:
            claim.member_id = segment.get(9)
            claim.other.append(segment)
        elif qualifier == "82" and segment.get(8) == "XX":
            claim.rendering_npi = segment.get(9)
        else:
            claim.other.append(segment)

    def _take_remarks(self, segment: Segment) -> None:
        if self._claim is None:
            self._keep(segment)
            return
        self._claim.remarks += filter(None, map(segment.get, _CLAIM_REMARKS[segment.id]))
        self._claim.other.append(segment)

    def _take_lq(self, segment: Segment) -> None:
        if self._line is not None and segment.get(1) == "HE" and segment.get(2):
            self._line.remarks.append(segment.get(2))
        else:
            self._keep(segment)

    def _take_svc(self, segment: Segment) -> None:
        if self._claim is None:
            self._problem(segment, "structure", "SVC stands outside of a claim")
            self._keep(segment)
            return
        line = self._line = LineDraft(segment)
        self._claim.lines.append(line)
        line.charge_cents = self._cents(segment, 2, is_needed=True)
        line.paid_cents = self._cents(segment, 3, is_needed=True)
        line.units = self._read(segment, 5, read_quantity, "amount")

    def _take_cas(self, segment: Segment) -> None:
        if self._claim is None:
            self._problem(segment, "structure", "CAS stands outside of a claim")
            self._keep(segment)
            return
        target = self._line.adjustments if self._line is not None else self._claim.adjustments
        group = segment.get(1)
        if not group:
            self._problem(segment, "adjustment", "CAS01: the adjustment group is missing", 1)
        for position in range(2, max(len(segment.elements), 3), 3):
            carc, amount = segment.get(position), segment.get(position + 1)
            if not carc and not amount:
                continue
            if not carc or not amount:
                lacking, at = ("reason", position) if not carc else ("amount", position + 1)
                self._problem(segment, "adjustment", f"CAS{at:02d}: the {lacking} is missing", at)
            cents = self._cents(segment, position + 1)
            target.append(Adjustment(group, carc, cents, self._read(segment, position + 2, read_quantity, "amount")))

    def _take_plb(self, segment: Segment) -> None:
        self._close_claim()
        period_on = self._read(segment, 2, read_date, "date")
        for position in range(3, len(segment.elements), 2):
            if not segment.get(position) and not segment.get(position + 1):
                continue
            reason, _, reference = segment.get(position).partition(segment.delimiters.component)
            cents = self._cents(segment, position + 1, is_needed=True)
            self._draft.provider_adjustments.append(
                ProviderAdjustment(segment.get(1), period_on, reason, reference, cents)
            )

    def _close_claim(self) -> None:
        if self._claim is not None:
            self._claim.problems += check_claim(self._claim, self._draft.start.get(2))
            self._draft.claims.append(self._claim.freeze())
        self._claim = self._line = None
