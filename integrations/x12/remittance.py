"""What an 835 says: one remittance per transaction set, with its claims, service lines and adjustments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.x12.problems import X12Problem
from integrations.x12.segments import Segment


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a charge was not paid in full: group (CO, PR, OA, PI, CR), reason code (CARC) and amount."""

    group: str
    carc: str
    amount_cents: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One paid service (SVC). `procedure` is the code, or the revenue code when no procedure was billed."""

    procedure: str
    qualifier: str
    modifiers: tuple[str, ...]
    revenue_code: str
    charge_cents: int
    paid_cents: int
    units: Decimal | None
    service_from: date | None
    service_to: date | None
    control_number: str
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    segment_number: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim as the payer settled it (CLP).

    `patient_control_number` is the number we sent, `payer_control_number` the payer's own (ICN). `adjustments` are
    those of the claim itself; its lines have their own. `problems` holds what is wrong inside this claim: an amount
    that could not be read counts as 0, so a claim with problems should be looked at before it is posted.
    """

    patient_control_number: str
    status_code: str
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int
    filing_code: str
    payer_control_number: str
    facility_code: str
    frequency_code: str
    patient_last_name: str
    patient_first_name: str
    member_id: str
    rendering_npi: str
    service_from: date | None
    service_to: date | None
    received_on: date | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    lines: tuple[ServiceLine, ...]
    other: tuple[Segment, ...]
    problems: tuple[X12Problem, ...]
    segment_number: int

    @property
    def adjusted_cents(self) -> int:
        """The sum of all adjustments, of the claim and of its lines."""
        own = sum(item.amount_cents for item in self.adjustments)
        return own + sum(item.amount_cents for line in self.lines for item in line.adjustments)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money kept or added outside of any claim (PLB). A positive amount lowers the payment."""

    provider_id: str
    fiscal_period_on: date | None
    reason: str
    reference: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Remittance:
    """One transaction set: one payment, or a notice that there is none.

    `method` is the payment method (ACH, CHK, NON, FWT, BOP), `trace` the check or EFT number. `other` holds every
    segment of the header that no field above has taken.
    """

    control_number: str
    payer_name: str
    payer_id: str
    payer_tin: str
    payee_name: str
    payee_npi: str
    payee_tin: str
    payee_id: str
    payment_cents: int
    payment_on: date | None
    produced_on: date | None
    method: str
    handling_code: str
    trace: str
    claims: tuple[Claim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    other: tuple[Segment, ...]
    problems: tuple[X12Problem, ...]
    segment_number: int
