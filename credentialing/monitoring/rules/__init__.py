"""Decisions about what runs out, on plain values: no clock, no session.

`clocks` says when something ends (CAQH, recredentialing, revalidation) and when a check is due again, `lead` when and whom to
tell, `renewal` what a new end means for an old one.
"""

from credentialing.monitoring.rules.clocks import (
    CHECK_SOURCES,
    caqh_due_on,
    check_due_on,
    end_of_month,
    recredential_due_on,
    revalidation_due_on,
    revalidation_window,
)
from credentialing.monitoring.rules.lead import (
    LEVELS,
    Person,
    Stage,
    first_reminder_on,
    is_quiet,
    level_of,
    recipients,
    remind_on,
    stage_due,
    stages_of,
    untold,
)
from credentialing.monitoring.rules.renewal import (
    BANDS,
    Claim,
    Watched,
    band_of,
    best_claim,
    item_key,
    others_beside,
    restored_on,
    when_words,
)

__all__ = [
    "BANDS",
    "CHECK_SOURCES",
    "LEVELS",
    "Claim",
    "Person",
    "Stage",
    "Watched",
    "band_of",
    "best_claim",
    "caqh_due_on",
    "check_due_on",
    "end_of_month",
    "first_reminder_on",
    "is_quiet",
    "item_key",
    "level_of",
    "others_beside",
    "recipients",
    "recredential_due_on",
    "remind_on",
    "restored_on",
    "revalidation_due_on",
    "revalidation_window",
    "stage_due",
    "stages_of",
    "untold",
    "when_words",
]
