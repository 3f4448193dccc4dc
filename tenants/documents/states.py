"""The state machine of an uploaded file, and of its review. Pure."""

from __future__ import annotations

from enum import StrEnum


class DocumentStatus(StrEnum):
    """Where a file is between the browser and the shelf."""

    AWAITING_UPLOAD = "awaiting_upload"
    SCANNING = "scanning"
    AVAILABLE = "available"
    QUARANTINED = "quarantined"
    ABANDONED = "abandoned"


class ReviewStatus(StrEnum):
    """What a person said of a file."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class NotAllowed(Exception):
    """The file is not in a state from which this can happen."""


_MOVES = {
    (DocumentStatus.AWAITING_UPLOAD, DocumentStatus.SCANNING),
    (DocumentStatus.AWAITING_UPLOAD, DocumentStatus.ABANDONED),
    (DocumentStatus.AWAITING_UPLOAD, DocumentStatus.QUARANTINED),
    (DocumentStatus.SCANNING, DocumentStatus.AVAILABLE),
    (DocumentStatus.SCANNING, DocumentStatus.QUARANTINED),
}


def move(state: DocumentStatus, to: DocumentStatus) -> DocumentStatus:
    """The next state. Raises `NotAllowed`."""
    if (state, to) not in _MOVES:
        raise NotAllowed(f"a file that is {state.value} cannot become {to.value}")
    return to
