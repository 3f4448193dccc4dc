"""The state machine of a possible match with an exclusion list. Pure."""

from __future__ import annotations

from enum import StrEnum


class MatchState(StrEnum):
    """What people decided: nothing yet, a false positive, somebody with more say must look, or it is this provider."""

    NEW = "new"
    CLEARED = "cleared"
    ESCALATED = "escalated"
    CONFIRMED = "confirmed"


class NotAllowed(Exception):
    """The match is not in a state from which this can be decided."""


_S = MatchState
_MOVES = frozenset(
    {
        (_S.NEW, _S.CLEARED),
        (_S.NEW, _S.ESCALATED),
        (_S.NEW, _S.CONFIRMED),
        (_S.ESCALATED, _S.CLEARED),
        (_S.ESCALATED, _S.CONFIRMED),
        (_S.CLEARED, _S.ESCALATED),
        (_S.CONFIRMED, _S.CLEARED),
    }
)
OPEN = frozenset({_S.NEW, _S.ESCALATED})
"""States that wait for somebody."""


def move(state: MatchState, to: MatchState) -> MatchState:
    """The next state. Raises `NotAllowed`."""
    if (state, to) not in _MOVES:
        raise NotAllowed(f"A match that is {state.value} cannot become {to.value}.")
    return to


def next_states(state: MatchState) -> list[MatchState]:
    """What can be decided about a match in this state."""
    return [to for to in MatchState if (state, to) in _MOVES]
