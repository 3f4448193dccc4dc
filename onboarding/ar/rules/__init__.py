"""Decisions about old receivables, on plain values: no files, no clock, no session.

`totals` adds rows up and ties them out to the cent, `remittances` does so for the payments of an 835, `labels` makes
the names of buckets and payers comparable, `triage` says by when a claim must be filed, how it is worked and
in which order.
"""

from onboarding.ar.rules.labels import bucket_label, payer_key, scheme_of
from onboarding.ar.rules.remittances import PaymentFacts, tie_out_payments
from onboarding.ar.rules.totals import (
    SCHEMES,
    Amount,
    Control,
    Difference,
    ImportTotals,
    LawBroken,
    RowFacts,
    TieOut,
    Totals,
    add_up,
    bucket,
    bucket_labels,
    check_law,
    tie_out,
)
from onboarding.ar.rules.triage import (
    ClaimFacts,
    Triage,
    days_left,
    filing_deadline,
    filing_risk,
    triage,
)

__all__ = [
    "SCHEMES",
    "Amount",
    "ClaimFacts",
    "Control",
    "Difference",
    "ImportTotals",
    "LawBroken",
    "PaymentFacts",
    "RowFacts",
    "TieOut",
    "Totals",
    "Triage",
    "add_up",
    "bucket",
    "bucket_label",
    "bucket_labels",
    "check_law",
    "days_left",
    "filing_deadline",
    "filing_risk",
    "payer_key",
    "scheme_of",
    "tie_out",
    "tie_out_payments",
    "triage",
]
