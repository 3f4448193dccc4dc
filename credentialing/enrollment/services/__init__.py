"""The verbs of enrollment.

`cases` starts and finds cases, `steps` moves one with its evidence, `follow_ups` logs contacts and keeps the next
date, `outlook` says for many cases at once what is expected and what is still wrong, `facts` answers for other rooms
in counts and pairs.
"""

from credentialing.enrollment.services.cases import (
    AlreadyEnrolled,
    CaseFilter,
    NewEnrollment,
    PairResult,
    add_location,
    get_enrollment,
    history,
    list_enrollments,
    list_locations,
    start_enrollment,
    start_many,
    touches,
)
from credentialing.enrollment.services.facts import (
    PanelCounts,
    UnbillablePair,
    panel_counts,
    payers_by_provider,
    unbillable_pairs,
)
from credentialing.enrollment.services.follow_ups import (
    due_follow_ups,
    hand_over,
    log_touch,
    possible_owners,
    proposed_follow_up,
)
from credentialing.enrollment.services.lapses import pairs_by_provider
from credentialing.enrollment.services.outlook import Outlook, outlooks
from credentialing.enrollment.services.packet_facts import case_packet, packets_of
from credentialing.enrollment.services.papers import unreviewed_proofs
from credentialing.enrollment.services.steps import Step, take_step
from credentialing.requirements.missing import set_pairs_lookup
from credentialing.requirements.services import set_payers_lookup

__all__ = [
    "AlreadyEnrolled",
    "CaseFilter",
    "NewEnrollment",
    "Outlook",
    "PairResult",
    "PanelCounts",
    "Step",
    "UnbillablePair",
    "add_location",
    "case_packet",
    "due_follow_ups",
    "get_enrollment",
    "hand_over",
    "history",
    "list_enrollments",
    "list_locations",
    "log_touch",
    "outlooks",
    "packets_of",
    "panel_counts",
    "payers_by_provider",
    "possible_owners",
    "proposed_follow_up",
    "start_enrollment",
    "start_many",
    "take_step",
    "touches",
    "unbillable_pairs",
    "unreviewed_proofs",
]

set_payers_lookup(payers_by_provider)
set_pairs_lookup(pairs_by_provider)
