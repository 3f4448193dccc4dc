"""Remittances added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.x12.remittance import Remittance


@dataclass(frozen=True, slots=True)
class AdjustmentTotal:
    """All adjustments of one group and reason, on claims and lines together."""

    group: str
    carc: str
    amount_cents: int
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The totals of one or more remittances; names and numbers of payers and payees without repetition."""

    payers: tuple[str, ...]
    payee_npis: tuple[str, ...]
    remittances: int
    payment_cents: int
    claims: int
    service_lines: int
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int
    provider_adjustment_cents: int
    adjustments: tuple[AdjustmentTotal, ...]

    @property
    def payer(self) -> str:
        """The payer's name; several are joined by commas."""
        return ", ".join(self.payers)

    @property
    def payee_npi(self) -> str:
        """The payee's NPI; several are joined by commas."""
        return ", ".join(self.payee_npis)


def summary(remittances: Iterable[Remittance]) -> Summary:
    """Add remittances up. Adjustments come sorted by group and reason."""
    payers: dict[str, None] = {}
    npis: dict[str, None] = {}
    totals: dict[tuple[str, str], list[int]] = {}
    count = payment = claims = lines = charge = paid = patient = provider = 0
    for remittance in remittances:
        count += 1
        payers.setdefault(remittance.payer_name)
        npis.setdefault(remittance.payee_npi)
        payment += remittance.payment_cents
        provider += sum(item.amount_cents for item in remittance.provider_adjustments)
        for claim in remittance.claims:
            claims += 1
            lines += len(claim.lines)
            charge += claim.charge_cents
            paid += claim.paid_cents
            patient += claim.patient_responsibility_cents
            for adjustments in (claim.adjustments, *(line.adjustments for line in claim.lines)):
                for item in adjustments:
                    total = totals.setdefault((item.group, item.carc), [0, 0])
                    total[0] += item.amount_cents
                    total[1] += 1
    return Summary(
        payers=tuple(filter(None, payers)),
        payee_npis=tuple(filter(None, npis)),
        remittances=count,
        payment_cents=payment,
        claims=claims,
        service_lines=lines,
        charge_cents=charge,
        paid_cents=paid,
        patient_responsibility_cents=patient,
        provider_adjustment_cents=provider,
        adjustments=tuple(
            AdjustmentTotal(group, carc, amount, times) for (group, carc), (amount, times) in sorted(totals.items())
        ),
    )
