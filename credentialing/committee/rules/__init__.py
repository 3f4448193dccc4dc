"""Decisions of the committee's work on plain values: what a file must prove, who may vote, what a decision needs and sets."""

from credentialing.committee.rules.deadlines import notice_due_on, recredential_due_on
from credentialing.committee.rules.review import (
    ELEMENTS,
    Check,
    Checklist,
    Element,
    FileFacts,
    Program,
    Proof,
    limit_days,
    review,
)
from credentialing.committee.rules.voting import (
    Ballot,
    Outcome,
    Tally,
    Vote,
    blocking_reason,
    quorum_needed,
    recusal_defects,
    tally,
)

__all__ = [
    "ELEMENTS",
    "Ballot",
    "Check",
    "Checklist",
    "Element",
    "FileFacts",
    "Outcome",
    "Program",
    "Proof",
    "Tally",
    "Vote",
    "blocking_reason",
    "limit_days",
    "notice_due_on",
    "quorum_needed",
    "recredential_due_on",
    "recusal_defects",
    "review",
    "tally",
]
