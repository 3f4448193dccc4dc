"""By when a claim must be filed, how it is worked, and in which order.

The order is explained, not learned: what it is worth, times the chance to collect it, times how urgent it is. Chances
are defaults (confidence C) until the vendor's own outcomes replace them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from infra.words import counted, money
from onboarding.ar.rules.totals import bucket

RESCUE_DAYS = 30
SMALL_BALANCE_CENTS = 1000
# The chance to collect by age (confidence C): old money is hard money.
CHANCE_BY_BUCKET = {"0-30": 95, "31-60": 90, "61-90": 80, "91-120": 65, "121-180": 50, "180+": 25}
CHANCE_PAST_LIMIT = 10
# Denials by claim adjustment reason code; a code that is not here is looked up at the payer.
RESUBMIT_CODES = frozenset(
    {"4", "5", "8", "11", "15", "16", "22", "24", "26", "27", "31", "109", "206", "208", "B7", "185"}
)
APPEAL_CODES = frozenset({"29", "50", "119", "197", "198", "96", "97", "204", "242"})
RECORDS_CODES = frozenset({"252"})
PATIENT_CODES = frozenset({"1", "2", "3"})


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What triage knows of an open balance. `responsibility` is insurance, patient or both; `denial_code` a CARC."""

    balance_cents: int
    responsibility: str
    service_on: date
    timely_filing_days: int | None = None
    primary_eob_on: date | None = None
    denial_code: str | None = None
    is_secondary: bool = False
    left_to_prior_biller: bool = False
    on_legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class Triage:
    """How a claim is worked. `priority` are points: expected dollars times urgency; more comes first."""

    disposition: str
    priority: int
    filing_deadline: date | None
    days_left: int | None
    chance_pct: int
    urgency: int
    why: str


def filing_deadline(
    service_on: date, timely_filing_days: int | None, primary_eob_on: date | None = None
) -> date | None:
    """Return the last day on which the first claim may reach the payer; None when the payer's limit is not known.

    Counted from the date of service; for a secondary payer from the date of the primary payer's explanation of
    benefits.

    Source:
        Payer book, timely_filing_days; coordination of benefits from the primary EOB (Cigna, "when to file claims").
    """
    if timely_filing_days is None:
        return None
    return (primary_eob_on or service_on) + timedelta(days=timely_filing_days)


def days_left(deadline: date | None, today: date) -> int | None:
    """Return how many days are left to file, negative when the limit has passed.

    Source:
        Payer book, timely_filing_days.
    """
    return None if deadline is None else (deadline - today).days


def urgency(left: int | None) -> int:
    """Return how urgent a claim is: 10 in its last week, 5 in its last thirty days, 2 in its last sixty, else 1.

    Source:
        Triage order: days to the filing limit at most 30 first (domain.md 4.2).
    """
    if left is None or left < 0:
        return 1
    return next((weight for limit, weight in ((7, 10), (RESCUE_DAYS, 5), (60, 2)) if left <= limit), 1)


def _disposition(claim: ClaimFacts, left: int | None) -> tuple[str, str]:
    code = (claim.denial_code or "").upper()
    if claim.on_legal_hold:
        return "legal_hold", "On legal hold."
    if claim.balance_cents < 0:
        return "credit_refund", "A credit: find out whose it is before refunding."
    if claim.left_to_prior_biller:
        return "prior_vendor_rundown", "Left to the prior biller by the old-AR decision."
    if claim.responsibility == "patient" or code in PATIENT_CODES:
        return "patient_statement", "The patient owes it."
    if claim.balance_cents < SMALL_BALANCE_CENTS:
        return "write_off_policy", f"Below {money(SMALL_BALANCE_CENTS)}: the small-balance policy decides."
    if left is not None and left < 0 and code != "29":
        late = counted(-left, "day")
        return "appeal", f"The filing limit passed {late} ago: only proof of timely filing helps."
    if code in RECORDS_CODES:
        return "request_records", f"Denied with {code}: the payer wants records."
    if code in APPEAL_CODES:
        return "appeal", f"Denied with {code}: usually worth an appeal."
    if code in RESUBMIT_CODES:
        return "resubmit_corrected", f"Denied with {code}: correct and send again."
    if left is not None and left <= RESCUE_DAYS:
        return "rescue_filing", f"The filing limit ends in {counted(left, 'day')}."
    if claim.is_secondary:
        return "secondary_billing", "The primary payer has paid: bill the secondary."
    return "status_check", "Ask the payer for the status."


def triage(claim: ClaimFacts, today: date) -> Triage:
    """Say how an open balance is worked and how soon: value times chance times urgency.

    Source:
        domain.md 4.2 (triage order) and reference.yaml, ar_import.dispositions and denials; chances are confidence C.
    """
    deadline = filing_deadline(claim.service_on, claim.timely_filing_days, claim.primary_eob_on)
    left = days_left(deadline, today)
    disposition, why = _disposition(claim, left)
    chance = CHANCE_BY_BUCKET[bucket((today - claim.service_on).days)]
    if left is not None and left < 0 and disposition == "appeal":
        chance = CHANCE_PAST_LIMIT
    weight = (
        urgency(left)
        if disposition in ("rescue_filing", "resubmit_corrected", "secondary_billing", "status_check")
        else 1
    )
    points = abs(claim.balance_cents) * chance * weight // 10_000
    return Triage(disposition, points, deadline, left, chance, weight, why)


def filing_risk(claims: Iterable[ClaimFacts], today: date, within_days: int = RESCUE_DAYS) -> tuple[int, int]:
    """Return how many insurance claims, and how many cents, pass their filing limit within the next days.

    Source:
        Product rule: the sentence on the AR page (looks.md).
    """
    count = cents = 0
    for claim in claims:
        left = days_left(filing_deadline(claim.service_on, claim.timely_filing_days, claim.primary_eob_on), today)
        if (
            claim.responsibility != "patient"
            and claim.balance_cents > 0
            and left is not None
            and 0 <= left <= within_days
        ):
            count, cents = count + 1, cents + claim.balance_cents
    return count, cents
