"""The states of an enrollment, the steps between them, and the evidence that each step needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from infra.states import EvidenceMissing, NotAllowed, WaitingOn


class EnrollmentState(StrEnum):
    """Where an enrollment stands."""

    NOT_STARTED = "not_started"
    GATHERING = "gathering"
    READY_TO_SUBMIT = "ready_to_submit"
    SUBMITTED = "submitted"
    PAYER_RECEIVED = "payer_received"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    COMMITTEE = "committee"
    APPROVED = "approved"
    CONTRACT_SENT = "contract_sent"
    CONTRACT_SIGNED = "contract_signed"
    EFFECTIVE = "effective"
    LOADED_VERIFIED = "loaded_verified"
    DENIED = "denied"
    CLOSED_PANEL = "closed_panel"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REVALIDATION_DUE = "revalidation_due"


class ProofKind(StrEnum):
    """How it was seen that the payer has loaded the provider."""

    PORTAL = "portal"
    DIRECTORY = "directory"
    TEST_CLAIM = "test_claim"
    ELIGIBILITY_271 = "271"


S = EnrollmentState

# Nothing follows: starting over is a new enrollment, with its own history.
FINAL = frozenset({S.WITHDRAWN, S.TERMINATED})
# Somebody must look again by a date; a denial or a closed panel too, or it is forgotten.
FOLLOWED = frozenset(EnrollmentState) - FINAL - {S.LOADED_VERIFIED}
# With the payer: the clock of panel days runs.
WITH_PAYER = frozenset({S.SUBMITTED, S.PAYER_RECEIVED, S.IN_REVIEW, S.INFO_REQUESTED, S.COMMITTEE})
DECIDED = frozenset({S.APPROVED, S.CONTRACT_SENT, S.CONTRACT_SIGNED, S.EFFECTIVE})

TRANSITIONS: Mapping[EnrollmentState, tuple[EnrollmentState, ...]] = {
    S.NOT_STARTED: (S.GATHERING, S.READY_TO_SUBMIT, S.CLOSED_PANEL, S.WITHDRAWN),
    S.GATHERING: (S.READY_TO_SUBMIT, S.CLOSED_PANEL, S.WITHDRAWN),
    S.READY_TO_SUBMIT: (S.SUBMITTED, S.GATHERING, S.CLOSED_PANEL, S.WITHDRAWN),
    # Not every payer confirms receipt or names a committee: those two may be passed over.
    S.SUBMITTED: (
        S.PAYER_RECEIVED,
        S.IN_REVIEW,
        S.INFO_REQUESTED,
        S.COMMITTEE,
        S.APPROVED,
        S.DENIED,
        S.CLOSED_PANEL,
        S.WITHDRAWN,
    ),
    S.PAYER_RECEIVED: (
        S.IN_REVIEW,
        S.INFO_REQUESTED,
        S.COMMITTEE,
        S.APPROVED,
        S.DENIED,
        S.CLOSED_PANEL,
        S.WITHDRAWN,
    ),
    S.IN_REVIEW: (S.INFO_REQUESTED, S.COMMITTEE, S.APPROVED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN),
    # Answered: back to where the payer was, or sent anew when the payer returned the whole application.
    S.INFO_REQUESTED: (S.IN_REVIEW, S.PAYER_RECEIVED, S.SUBMITTED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN),
    S.COMMITTEE: (S.APPROVED, S.INFO_REQUESTED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN),
    # Under a group contract there is nothing to sign: effective follows directly.
    S.APPROVED: (S.CONTRACT_SENT, S.EFFECTIVE, S.WITHDRAWN),
    S.CONTRACT_SENT: (S.CONTRACT_SIGNED, S.WITHDRAWN),
    S.CONTRACT_SIGNED: (S.EFFECTIVE, S.WITHDRAWN),
    S.EFFECTIVE: (S.LOADED_VERIFIED, S.TERMINATED),
    # Back to effective: the payer lost the provider from its claims system, or the proof was wrong.
    S.LOADED_VERIFIED: (S.REVALIDATION_DUE, S.EFFECTIVE, S.TERMINATED),
    S.REVALIDATION_DUE: (S.SUBMITTED, S.LOADED_VERIFIED, S.TERMINATED),
    S.DENIED: (S.GATHERING, S.WITHDRAWN),
    S.CLOSED_PANEL: (S.GATHERING, S.WITHDRAWN),
    S.WITHDRAWN: (),
    S.TERMINATED: (),
}

WAITS_ON: Mapping[EnrollmentState, WaitingOn | None] = {
    S.NOT_STARTED: WaitingOn.VENDOR,
    S.GATHERING: WaitingOn.CLINIC,
    S.READY_TO_SUBMIT: WaitingOn.VENDOR,
    S.SUBMITTED: WaitingOn.PAYER,
    S.PAYER_RECEIVED: WaitingOn.PAYER,
    S.IN_REVIEW: WaitingOn.PAYER,
    S.INFO_REQUESTED: WaitingOn.CLINIC,
    S.COMMITTEE: WaitingOn.PAYER,
    S.APPROVED: WaitingOn.PAYER,
    S.CONTRACT_SENT: WaitingOn.CLINIC,
    S.CONTRACT_SIGNED: WaitingOn.PAYER,
    S.EFFECTIVE: WaitingOn.PAYER,
    S.LOADED_VERIFIED: None,
    S.DENIED: WaitingOn.VENDOR,
    S.CLOSED_PANEL: WaitingOn.PAYER,
    S.WITHDRAWN: None,
    S.TERMINATED: None,
    S.REVALIDATION_DUE: WaitingOn.VENDOR,
}


@dataclass(frozen=True, slots=True)
class EvidenceNeeded:
    """What a step needs: all of `all_of` and, when not empty, at least one of `any_of`."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    words: str = ""


EVIDENCE: Mapping[EnrollmentState, EvidenceNeeded] = {
    S.SUBMITTED: EvidenceNeeded(
        any_of=("reference", "proof_document_id"),
        words="Say the reference number, or choose the payer's confirmation as proof.",
    ),
    S.INFO_REQUESTED: EvidenceNeeded(all_of=("reason",), words="Say what the payer asked for."),
    S.EFFECTIVE: EvidenceNeeded(
        all_of=("effective_date", "proof_document_id"),
        words="Effective needs the date and the payer's letter or a screenshot of its portal.",
    ),
    S.LOADED_VERIFIED: EvidenceNeeded(
        any_of=("proof_document_id", "reference"),
        words="Loaded needs proof from the payer: portal, directory, a test claim or a 271. An approval is not enough.",
    ),
    S.DENIED: EvidenceNeeded(all_of=("reason",), words="Say why the payer refused."),
    S.CLOSED_PANEL: EvidenceNeeded(all_of=("reason",), words="Say what the payer said about its panel."),
    S.WITHDRAWN: EvidenceNeeded(all_of=("reason",), words="Say why the application was withdrawn."),
    S.TERMINATED: EvidenceNeeded(all_of=("reason",), words="Say why the participation ended."),
}
# The only step back that undoes a proof: it says why.
UNLOADED = EvidenceNeeded(
    all_of=("reason",), words="Say how it was seen that the payer no longer has the provider loaded."
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What comes with a step."""

    reason: str = ""
    reference: str = ""
    effective_date: date | None = None
    proof_document_id: str | None = None
    proof_kind: ProofKind | None = None

    def has(self, field: str) -> bool:
        """Say whether a field holds something."""
        value = getattr(self, field)
        return bool(value.strip()) if isinstance(value, str) else value is not None


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that may be taken, to be written to the history. `event` is its name for those who listen."""

    state: EnrollmentState
    to: EnrollmentState
    evidence: Evidence
    waiting_on: WaitingOn | None
    event: str


def evidence_needed(state: EnrollmentState, to: EnrollmentState) -> EvidenceNeeded:
    """Return what the step from `state` to `to` needs.

    Source:
        Invariants of the enrollment machine (reference.yaml, state_machines.enrollment).
    """
    if (state, to) == (S.LOADED_VERIFIED, S.EFFECTIVE):
        return UNLOADED
    return EVIDENCE.get(to, EvidenceNeeded())


def lacking(needed: EvidenceNeeded, evidence: Evidence) -> tuple[str, ...]:
    """Name the fields without which the step cannot be taken; of alternatives, all are named."""
    missing = [field for field in needed.all_of if not evidence.has(field)]
    if needed.any_of and not any(evidence.has(field) for field in needed.any_of):
        missing += needed.any_of
    return tuple(missing)


def move(state: EnrollmentState, to: EnrollmentState, evidence: Evidence = NO_EVIDENCE) -> Transition:
    """Return the step from `state` to `to`.

    Raises:
        NotAllowed: The step does not follow from `state` (409).
        EvidenceMissing: Evidence is missing; `fields` names it (422).
    """
    if to not in TRANSITIONS[state]:
        raise NotAllowed(state, to, TRANSITIONS[state])
    needed = evidence_needed(state, to)
    missing = lacking(needed, evidence)
    if missing:
        raise EvidenceMissing(to, missing, needed.words)
    return Transition(state, to, evidence, WAITS_ON[to], f"enrollment.{to}")


def waiting_on(state: EnrollmentState) -> WaitingOn | None:
    """Return whose turn it is in this state; nobody's when nothing is open."""
    return WAITS_ON[state]
