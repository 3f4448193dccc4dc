"""Decisions about an enrollment, on plain values: no clock, no session.

`cadence` says when to look again and what the law grants, `prediction` when an answer may be expected, `billing` who
may be billed on which day and why not, `panel` how a state is said in a table cell and in a sentence, `packet` what is
still wrong with an application, `lapsing` what the end of a license stops, `places` which state a case is about.
"""

from credentialing.enrollment.rules.billing import Billable, BillableFacts, billable, billable_from, hold_reason
from credentialing.enrollment.rules.cadence import (
    StatutoryDeadline,
    cadence_days,
    capped_follow_up,
    next_follow_up,
    statutory_deadline,
)
from credentialing.enrollment.rules.lapsing import Ending, concerns, lapse_words, lapsed
from credentialing.enrollment.rules.packet import (
    AddressSaid,
    Defect,
    Exclusion,
    License,
    PacketFacts,
    PacketItem,
    Paper,
    Policy,
    Signature,
    WorkGap,
    asks_for,
    blocking,
    defects_sentence,
    packet_defects,
    same_address,
)
from credentialing.enrollment.rules.panel import PanelWord, panel_word, plain_sentence
from credentialing.enrollment.rules.places import state_in, state_of_case
from credentialing.enrollment.rules.prediction import Prediction, PredictionFacts, predict

__all__ = [
    "AddressSaid",
    "Billable",
    "BillableFacts",
    "Defect",
    "Ending",
    "Exclusion",
    "License",
    "PacketFacts",
    "PacketItem",
    "PanelWord",
    "Paper",
    "Policy",
    "Prediction",
    "PredictionFacts",
    "Signature",
    "StatutoryDeadline",
    "WorkGap",
    "asks_for",
    "billable",
    "billable_from",
    "blocking",
    "cadence_days",
    "capped_follow_up",
    "concerns",
    "defects_sentence",
    "hold_reason",
    "lapse_words",
    "lapsed",
    "next_follow_up",
    "packet_defects",
    "panel_word",
    "plain_sentence",
    "predict",
    "same_address",
    "state_in",
    "state_of_case",
    "statutory_deadline",
]
