"""Decisions about an enrollment, on plain values: no clock, no session.

`cadence` says when to look again and what the law grants, `prediction` when an answer may be expected, `billing` who
may be billed on which day and why not, `panel` how a state is said in a table cell and in a sentence, `packet` what is
still wrong with an application.
"""

from credentialing.enrollment.rules.billing import Billable, BillableFacts, billable, billable_from, hold_reason
from credentialing.enrollment.rules.cadence import (
    StatutoryDeadline,
    cadence_days,
    capped_follow_up,
    next_follow_up,
    statutory_deadline,
)
from credentialing.enrollment.rules.packet import (
    Defect,
    PacketFacts,
    PacketItem,
    asks_for,
    defects_sentence,
    packet_defects,
)
from credentialing.enrollment.rules.panel import PanelWord, panel_word, plain_sentence
from credentialing.enrollment.rules.prediction import Prediction, PredictionFacts, predict

__all__ = [
    "Billable",
    "BillableFacts",
    "Defect",
    "PacketFacts",
    "PacketItem",
    "PanelWord",
    "Prediction",
    "PredictionFacts",
    "StatutoryDeadline",
    "asks_for",
    "billable",
    "billable_from",
    "cadence_days",
    "capped_follow_up",
    "defects_sentence",
    "hold_reason",
    "next_follow_up",
    "packet_defects",
    "panel_word",
    "plain_sentence",
    "predict",
    "statutory_deadline",
]
