"""The states of an AR import and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from infra.states import EvidenceMissing, NotAllowed


class ArImportStatus(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    READING = "reading"
    RECONCILING = "reconciling"
    NEEDS_MAPPING = "needs_mapping"
    READY = "ready"
    TIED_OUT = "tied_out"
    ACCEPTED = "accepted"
    FAILED = "failed"


S = ArImportStatus

FINAL = frozenset({S.ACCEPTED})
# A job is at work; a sweeper looks after these when it died.
WORKING = frozenset({S.QUEUED, S.READING, S.RECONCILING})

TRANSITIONS: Mapping[ArImportStatus, tuple[ArImportStatus, ...]] = {
    S.QUEUED: (S.READING, S.FAILED),
    # Back to queued: the job died and is run again from the start.
    S.READING: (S.RECONCILING, S.NEEDS_MAPPING, S.FAILED, S.QUEUED),
    S.RECONCILING: (S.READY, S.TIED_OUT, S.FAILED, S.QUEUED),
    S.NEEDS_MAPPING: (S.QUEUED, S.FAILED),
    # Ready: read and added up, but not compared with a control total, or different from it.
    S.READY: (S.TIED_OUT, S.ACCEPTED, S.QUEUED),
    S.TIED_OUT: (S.ACCEPTED, S.READY, S.QUEUED),
    S.ACCEPTED: (),
    S.FAILED: (S.QUEUED,),
}


def move(status: ArImportStatus, to: ArImportStatus, *, differences: int = 0, reason: str = "") -> ArImportStatus:
    """Return the status after the step.

    Args:
        differences: How many totals differ from the control totals.
    Raises:
        NotAllowed: The step does not follow, or it says tied out although totals differ.
        EvidenceMissing: Accepting in spite of differences, or failing, needs a reason.
    """
    if to not in TRANSITIONS[status] or (to is S.TIED_OUT and differences):
        allowed = [each for each in TRANSITIONS[status] if not (each is S.TIED_OUT and differences)]
        raise NotAllowed(status, to, allowed)
    if not reason.strip() and (to is S.FAILED or (to is S.ACCEPTED and differences)):
        words = (
            "Say what went wrong." if to is S.FAILED else "The totals differ: say why they are accepted all the same."
        )
        raise EvidenceMissing(to, ("reason",), words)
    return to
