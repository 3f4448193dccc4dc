"""The states of a meeting and of a file on its agenda. Pure."""

from __future__ import annotations

from enum import StrEnum


class MeetingState(StrEnum):
    """Where a meeting is."""

    PLANNED = "planned"
    IN_SESSION = "in_session"
    CLOSED = "closed"
    CANCELED = "canceled"


class CaseState(StrEnum):
    """Where a file on an agenda is."""

    AGENDA = "agenda"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class NotAllowed(Exception):
    """The meeting or file is not in a state from which this can happen."""


_MEETING = {
    (MeetingState.PLANNED, MeetingState.IN_SESSION),
    (MeetingState.PLANNED, MeetingState.CANCELED),
    (MeetingState.IN_SESSION, MeetingState.CLOSED),
}
_CASE = {(CaseState.AGENDA, CaseState.DECIDED), (CaseState.AGENDA, CaseState.WITHDRAWN)}


def move_meeting(state: MeetingState, to: MeetingState) -> MeetingState:
    """The next state of a meeting. Raises `NotAllowed`."""
    if (state, to) not in _MEETING:
        raise NotAllowed(
            f"a meeting that is {state.value.replace('_', ' ')} cannot become {to.value.replace('_', ' ')}"
        )
    return to


def move_case(state: CaseState, to: CaseState) -> CaseState:
    """The next state of a file on an agenda. Raises `NotAllowed`."""
    if (state, to) not in _CASE:
        raise NotAllowed(f"a file that is {state.value} cannot become {to.value}")
    return to
