"""Quorum, votes, recusals, and what each outcome needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from credentialing.committee.rules.review import Checklist

QuorumKind = Literal["majority", "count"]
_NEVER_BLOCKS_DENIAL = frozenset({"adverse"})


class Outcome(StrEnum):
    """What a committee decides about a file."""

    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    DEFERRED = "deferred"
    DENIED = "denied"

    @property
    def words(self) -> str:
        """The outcome as people say it."""
        return self.value.replace("_", " ")

    @property
    def is_approval(self) -> bool:
        """True when the provider is credentialed by it."""
        return self in {Outcome.APPROVED, Outcome.APPROVED_WITH_CONDITIONS}


class Vote(StrEnum):
    """What a member who is present says to a motion."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"
    RECUSED = "recused"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's vote. A recusal says why. `is_under_review`: the file is the member's own."""

    member_id: UUID
    name: str
    vote: Vote
    reason: str = ""
    is_under_review: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a vote. `has_quorum` counts members who are not recused; `is_carried` needs more for than against."""

    in_favor: int
    against: int
    abstained: int
    recused: int
    needed: int

    @property
    def taking_part(self) -> int:
        """Members who count toward the quorum of this file."""
        return self.in_favor + self.against + self.abstained

    @property
    def has_quorum(self) -> bool:
        """True when enough members took part."""
        return self.taking_part >= self.needed

    @property
    def is_carried(self) -> bool:
        """True when the motion has a quorum and more votes for than against it."""
        return self.has_quorum and self.in_favor > self.against


def quorum_needed(kind: QuorumKind, count: int, voting_members: int) -> int:
    """Return how many members must take part: more than half of those who vote, or the number that the charter names.

    Source:
        The committee's own charter, as the clinic sets it; "majority" is Robert's Rules of Order (12th ed.) 40:2, more than half
        of all members, when a charter says nothing.
    """
    return max(1, count) if kind == "count" else voting_members // 2 + 1


def tally(ballots: Sequence[Ballot], needed: int) -> Tally:
    """Count a vote. A recused member counts neither toward the quorum nor for either side.

    Source:
        NCQA credentialing standards, CR 2: peers decide without discrimination or conflict of interest.
    """

    def count(wanted: Vote) -> int:
        return sum(ballot.vote is wanted for ballot in ballots)

    return Tally(count(Vote.FOR), count(Vote.AGAINST), count(Vote.ABSTAINED), count(Vote.RECUSED), needed)


def recusal_defects(ballots: Sequence[Ballot]) -> list[str]:
    """Return what is wrong with recusals: a member who votes on their own file, a recusal without its reason.

    Source:
        NCQA credentialing standards, CR 2 (conflict of interest); the minutes must show who stepped out and why.
    """
    found = [
        f"{ballot.name} is the provider under review and must be recused."
        for ballot in ballots
        if ballot.is_under_review and ballot.vote is not Vote.RECUSED
    ]
    return found + [
        f"Say why {ballot.name} is recused."
        for ballot in ballots
        if ballot.vote is Vote.RECUSED and not ballot.reason.strip()
    ]


def blocking_reason(outcome: Outcome, checklist: Checklist) -> str:
    """Return why a file cannot be decided so on that day; empty when it can.

    A deferral is always possible. An approval needs every element in order; a denial needs a complete and fresh file too, but
    may rest on what is adverse in it.

    Source:
        NCQA credentialing standards, CR 3: the committee decides on files whose verifications are within their limits.
    """
    if outcome is Outcome.DEFERRED:
        return ""
    blocking = checklist.blocking
    if outcome is Outcome.DENIED:
        blocking = tuple(check for check in blocking if check.status not in _NEVER_BLOCKS_DENIAL)
    return " ".join(f"{check.element.label}: {check.why}" for check in blocking)


def missing_words(outcome: Outcome, reasons: str, conditions: str) -> tuple[str, str] | None:
    """Return the field that this outcome needs and what to write there; None when nothing is missing.

    Source:
        NCQA credentialing standards, CR 2 and CR 6: minutes show the discussion; a provider who is refused is told why.
    """
    if outcome is not Outcome.APPROVED and not reasons.strip():
        return "reasons", f"Say why the file is {outcome.words}; the provider reads it in the letter."
    if outcome is Outcome.APPROVED_WITH_CONDITIONS and not conditions.strip():
        return "conditions", "Say which conditions, and until when they are to be met."
    return None
