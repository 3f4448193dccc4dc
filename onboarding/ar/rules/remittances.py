"""How a remittance ties out: what the payer paid is what its claims say, less what it kept or added outside of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onboarding.ar.rules.totals import Control, Difference, TieOut


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """One payment of an 835: `kept_cents` are provider-level adjustments, positive when they lower the payment."""

    trace: str
    payer: str
    payment_cents: int
    paid_cents: int
    kept_cents: int
    claims: int


def tie_out_payments(payments: Iterable[PaymentFacts], control: Control) -> TieOut:
    """Compare each payment with its claims, and all of them with the totals that a person gave.

    Source:
        X12 005010X221A1, section 1.10.2.1 (balancing); product rule: tie-out to the cent (domain.md 4.2).
    """
    known = list(payments)
    pairs = [Difference("payment", each.trace, each.payment_cents, each.paid_cents - each.kept_cents) for each in known]
    if control.total_cents is not None:
        pairs.append(Difference("total", "", control.total_cents, sum(each.payment_cents for each in known)))
    if control.count is not None:
        pairs.append(Difference("count", "", control.count, sum(each.claims for each in known)))
    for payer, cents in control.by_payer.items():
        pairs.append(
            Difference("payer", payer, cents, sum(each.payment_cents for each in known if each.payer == payer))
        )
    different = tuple(pair for pair in pairs if pair.difference)
    return TieOut(len(pairs) - len(different), different, "payments as the file states them")
