"""Who may be billed on which day, and in words why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from credentialing.enrollment.rules.lapsing import Ending, lapse_words, lapsed
from credentialing.enrollment.states import EnrollmentState
from credentialing.payers.book import Retro
from infra.words import short_date

S = EnrollmentState
NO_RETRO = Retro()

HOLD_WORDS = {
    S.NOT_STARTED: "The application to {payer} has not been started.",
    S.GATHERING: "Documents for {payer} are still missing.",
    S.READY_TO_SUBMIT: "The application is complete but not yet sent to {payer}.",
    S.SUBMITTED: "{payer} has been sent the application; no answer yet.",
    S.PAYER_RECEIVED: "{payer} has the application; no answer yet.",
    S.IN_REVIEW: "{payer} is reviewing the application.",
    S.INFO_REQUESTED: "{payer} asked for more information.",
    S.COMMITTEE: "The application is before the committee of {payer}.",
    S.APPROVED: "{payer} approved, but has no effective date yet. Approved is not billable.",
    S.CONTRACT_SENT: "{payer} sent a contract that is not signed.",
    S.CONTRACT_SIGNED: "The contract with {payer} is signed, but there is no effective date yet.",
    S.EFFECTIVE: "{payer} has not been seen to have loaded the provider. Effective is not billable until it is.",
    S.DENIED: "{payer} refused the application.",
    S.CLOSED_PANEL: "The panel of {payer} is closed.",
    S.WITHDRAWN: "The application to {payer} was withdrawn.",
    S.TERMINATED: "The participation with {payer} has ended.",
    S.REVALIDATION_DUE: "{payer} stopped paying until the revalidation is done.",
}


@dataclass(frozen=True, slots=True)
class BillableFacts:
    """What billing depends on, for one provider, payer, line of business, location and TIN.

    `evidence` names the proof that the payer has loaded the provider (document id or reference). `retro_granted_on` is
    the first day that the payer granted on request. `qualified_on` is when the provider was licensed and at this
    location: no retroactive rule reaches further back. `stopped_on` is the first day on which a participation that had
    been loaded no longer counted: it ended, or its revalidation came due. `endings` are the licenses, insurances and other
    rights that this pair rests on and that have an end.
    """

    state: EnrollmentState
    payer_name: str
    effective_on: date | None = None
    loaded_on: date | None = None
    evidence: str | None = None
    retro: Retro = NO_RETRO
    retro_granted_on: date | None = None
    qualified_on: date | None = None
    stopped_on: date | None = None
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Billable:
    """The answer: may a service on that day be billed, since when, on which evidence, and if not, why."""

    yes: bool
    since: date | None
    evidence: str | None
    reason: str


def _was_loaded(facts: BillableFacts) -> bool:
    return (
        facts.state in (S.TERMINATED, S.REVALIDATION_DUE)
        and facts.loaded_on is not None
        and facts.stopped_on is not None
    )


def billable_from(facts: BillableFacts) -> date | None:
    """Return the first day of service that may be billed, or None while the payer has not loaded the provider.

    Source:
        42 CFR 424.521(a) (Medicare: 30 days before the effective date, when all requirements were met); OAC 5160-1-17.4
        (Ohio Medicaid: up to 365 days, only what was granted on request); else the effective date.
    """
    if not (facts.state is S.LOADED_VERIFIED or _was_loaded(facts)) or facts.effective_on is None:
        return None
    since = facts.effective_on
    if facts.retro.rule == "automatic":
        since -= timedelta(days=facts.retro.days)
    elif facts.retro.rule == "on_request" and facts.retro_granted_on is not None:
        earliest = facts.effective_on - timedelta(days=facts.retro.days)
        since = min(since, max(earliest, facts.retro_granted_on))
    if facts.qualified_on is not None:
        since = max(since, min(facts.qualified_on, facts.effective_on))
    return since


def hold_reason(facts: BillableFacts, on: date) -> str:
    """Say in one sentence why a service on that day must not be billed; empty when it may be. A lapsed license or insurance is
    said first, also when the payer has not loaded the provider yet.

    Source:
        Invariant of the enrollment machine (reference.yaml): billable only in loaded_verified; lapses as in
        `lapsing.concerns`.
    """
    ended, payers = lapsed(facts.endings, on), _payers_reason(facts, on)
    if ended is None:
        return payers
    return f"{lapse_words(ended, on)} {payers}".strip()


def _payers_reason(facts: BillableFacts, on: date) -> str:
    was_payable = _was_loaded(facts) and facts.stopped_on is not None and on < facts.stopped_on
    if facts.state is not S.LOADED_VERIFIED and not was_payable:
        return HOLD_WORDS[facts.state].format(payer=facts.payer_name)
    since = billable_from(facts)
    if since is None:
        return f"There is no effective date for {facts.payer_name}."
    if on < since:
        return f"{facts.payer_name} pays for services from {short_date(since, on)} on."
    return ""


def billable(facts: BillableFacts, on: date) -> Billable:
    """Say whether a service on the day `on` may be billed to this payer.

    Source:
        Invariant of the enrollment machine (reference.yaml): billable only in loaded_verified; retroactive rules as in
        `billable_from`.
    """
    reason, since = hold_reason(facts, on), billable_from(facts)
    if reason:
        return Billable(False, since, facts.evidence if since else None, reason)
    assert since is not None  # noqa: S101 - no reason to hold means that there is a first day
    early = facts.effective_on is not None and on < facts.effective_on
    why = f"Before the effective date, under {facts.retro.source}." if early else "Loaded at the payer, proof on file."
    return Billable(True, since, facts.evidence, why)
