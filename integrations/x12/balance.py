"""The three balances that an 835 must keep.

Source:
    X12 005010X221A1, section 1.10.2.1 "Balancing": service line, claim and transaction level.
"""

from __future__ import annotations

from integrations.x12.drafts import ClaimDraft, RemittanceDraft
from integrations.x12.problems import X12Problem, problem_at


def check_claim(claim: ClaimDraft, transaction: str) -> list[X12Problem]:
    """Compare charge less payment with the adjustments, for each line and for the claim."""
    problems = []
    adjusted = sum(item.amount_cents for item in claim.adjustments)
    for line in claim.lines:
        line_adjusted = sum(item.amount_cents for item in line.adjustments)
        adjusted += line_adjusted
        if line.charge_cents - line.paid_cents != line_adjusted:
            message = _message("the line", line.charge_cents, line.paid_cents, line_adjusted)
            problems.append(problem_at(line.segment, "line-balance", message, None, transaction))
    if claim.charge_cents - claim.paid_cents != adjusted:
        message = _message("the claim", claim.charge_cents, claim.paid_cents, adjusted)
        problems.append(problem_at(claim.segment, "claim-balance", message, None, transaction))
    return problems


def check_payment(draft: RemittanceDraft) -> list[X12Problem]:
    """Compare the payment with what was paid on claims less the provider-level adjustments."""
    paid = sum(claim.paid_cents for claim in draft.claims)
    kept = sum(item.amount_cents for item in draft.provider_adjustments)
    if draft.payment_cents == paid - kept:
        return []
    message = (
        f"the payment of {_dollars(draft.payment_cents)} is not the claims' {_dollars(paid)} "
        f"less {_dollars(kept)} of provider adjustments"
    )
    return [problem_at(draft.payment_segment, "payment-balance", message, 2, draft.start.get(2))]


def _message(what: str, charge: int, paid: int, adjusted: int) -> str:
    return (
        f"{what} charges {_dollars(charge)} and pays {_dollars(paid)}, "
        f"but its adjustments come to {_dollars(adjusted)} instead of {_dollars(charge - paid)}"
    )


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
