"""Remittances, claims and lines while their segments are still coming in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from integrations.x12.problems import X12Problem
from integrations.x12.remittance import Adjustment, Claim, ProviderAdjustment, Remittance, ServiceLine
from integrations.x12.segments import Segment


class LineDraft:
    """A service line that is being read."""

    __slots__ = (
        "adjustments",
        "charge_cents",
        "control_number",
        "paid_cents",
        "remarks",
        "segment",
        "service_from",
        "service_to",
        "units",
    )

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.charge_cents = 0
        self.paid_cents = 0
        self.units: Decimal | None = None
        self.service_from: date | None = None
        self.service_to: date | None = None
        self.control_number = ""
        self.adjustments: list[Adjustment] = []
        self.remarks: list[str] = []

    def freeze(self) -> ServiceLine:
        """Return the finished line."""
        parts = self.segment.components(1)
        # A qualifier such as HC has two characters. An element without one is kept whole.
        has_qualifier = len(parts) > 1 and len(parts[0]) == 2
        qualifier, procedure = (parts[0], parts[1]) if has_qualifier else ("", self.segment.get(1))
        revenue_code = self.segment.get(4) or (procedure if qualifier == "NU" else "")
        return ServiceLine(
            procedure=procedure,
            qualifier=qualifier,
            modifiers=tuple(filter(None, parts[2:6])) if has_qualifier else (),
            revenue_code=revenue_code,
            charge_cents=self.charge_cents,
            paid_cents=self.paid_cents,
            units=self.units,
            service_from=self.service_from,
            service_to=self.service_to,
            control_number=self.control_number,
            adjustments=tuple(self.adjustments),
            remarks=tuple(self.remarks),
            segment_number=self.segment.number,
        )


class ClaimDraft:
    """A claim that is being read."""

    __slots__ = (
        "adjustments",
        "charge_cents",
        "dates",
        "lines",
        "member_id",
        "other",
        "paid_cents",
        "patient_first_name",
        "patient_last_name",
        "patient_responsibility_cents",
        "problems",
        "remarks",
        "rendering_npi",
        "segment",
    )

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.charge_cents = 0
        self.paid_cents = 0
        self.patient_responsibility_cents = 0
        self.patient_last_name = ""
        self.patient_first_name = ""
        self.member_id = ""
        self.rendering_npi = ""
        self.dates: dict[str, date | None] = {}
        self.adjustments: list[Adjustment] = []
        self.remarks: list[str] = []
        self.lines: list[LineDraft] = []
        self.other: list[Segment] = []
        self.problems: list[X12Problem] = []

    def freeze(self) -> Claim:
        """Return the finished claim. Dates missing on the claim are taken from its lines."""
        lines = tuple(line.freeze() for line in self.lines)
        starts = [line.service_from for line in lines if line.service_from]
        ends = [line.service_to or line.service_from for line in lines if line.service_to or line.service_from]
        service_from = self.dates.get("232") or min(starts, default=None)
        segment = self.segment
        return Claim(
            patient_control_number=segment.get(1),
            status_code=segment.get(2),
            charge_cents=self.charge_cents,
            paid_cents=self.paid_cents,
            patient_responsibility_cents=self.patient_responsibility_cents,
            filing_code=segment.get(6),
            payer_control_number=segment.get(7),
            facility_code=segment.get(8),
            frequency_code=segment.get(9),
            patient_last_name=self.patient_last_name,
            patient_first_name=self.patient_first_name,
            member_id=self.member_id,
            rendering_npi=self.rendering_npi,
            service_from=service_from,
            service_to=self.dates.get("233") or max(filter(None, ends), default=service_from),
            received_on=self.dates.get("050"),
            adjustments=tuple(self.adjustments),
            remarks=tuple(self.remarks),
            lines=lines,
            other=tuple(self.other),
            problems=tuple(self.problems),
            segment_number=segment.number,
        )


class RemittanceDraft:
    """A transaction set that is being read."""

    def __init__(self, start: Segment) -> None:
        self.start = start
        self.has_payment = False
        self.payment_segment = start
        self.payment_cents = 0
        self.payment_on: date | None = None
        self.produced_on: date | None = None
        self.method = self.handling_code = self.trace = ""
        self.payer_name = self.payer_id = self.payer_tin = ""
        self.payee_name = self.payee_id = self.payee_npi = self.payee_tin = ""
        self.claims: list[Claim] = []
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.other: list[Segment] = []
        self.problems: list[X12Problem] = []

    def freeze(self) -> Remittance:
        """Return the finished remittance."""
        return Remittance(
            control_number=self.start.get(2),
            payer_name=self.payer_name,
            payer_id=self.payer_id,
            payer_tin=self.payer_tin,
            payee_name=self.payee_name,
            payee_npi=self.payee_npi,
            payee_tin=self.payee_tin,
            payee_id=self.payee_id,
            payment_cents=self.payment_cents,
            payment_on=self.payment_on,
            produced_on=self.produced_on,
            method=self.method,
            handling_code=self.handling_code,
            trace=self.trace,
            claims=tuple(self.claims),
            provider_adjustments=tuple(self.provider_adjustments),
            other=tuple(self.other),
            problems=tuple(self.problems),
            segment_number=self.start.number,
        )
