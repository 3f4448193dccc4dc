"""Which step comes next on the usual way, what a page calls it, and which fields it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from credentialing.enrollment.states import TRANSITIONS, EnrollmentState

S = EnrollmentState


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step as a form: the verb on its button, the question it answers, and its fields beside the day."""

    to: EnrollmentState
    verb: str
    question: str
    fields: tuple[str, ...]


FORMS = {
    form.to: form
    for form in (
        StepForm(S.GATHERING, "Gather documents", "Since when are documents being gathered?", ("reason",)),
        StepForm(S.READY_TO_SUBMIT, "Mark as ready", "When was the application complete?", ()),
        StepForm(
            S.SUBMITTED,
            "Record sending",
            "When was the application sent, and what proves it?",
            ("reference", "proof_document_id"),
        ),
        StepForm(S.PAYER_RECEIVED, "Record receipt", "When did the payer confirm that it has it?", ("reference",)),
        StepForm(S.IN_REVIEW, "Record review", "Since when is the payer reviewing it?", ("reference",)),
        StepForm(S.INFO_REQUESTED, "Record question", "What did the payer ask for?", ("reason", "reference")),
        StepForm(S.COMMITTEE, "Record committee", "Since when does the committee have it?", ("reference",)),
        StepForm(S.APPROVED, "Record approval", "When did the payer approve?", ("reference", "proof_document_id")),
        StepForm(S.CONTRACT_SENT, "Record contract", "When did the contract arrive?", ("reference",)),
        StepForm(S.CONTRACT_SIGNED, "Record signature", "When was the contract signed?", ("proof_document_id",)),
        StepForm(
            S.EFFECTIVE,
            "Record effective date",
            "From which day does the payer count the provider, and which letter says so?",
            ("effective_date", "proof_document_id", "retro_granted_on"),
        ),
        StepForm(
            S.LOADED_VERIFIED,
            "Verify as loaded",
            "How was it seen that the payer's claims system knows the provider?",
            ("proof_kind", "reference", "proof_document_id"),
        ),
        StepForm(S.DENIED, "Record refusal", "Why did the payer refuse?", ("reason", "proof_document_id")),
        StepForm(S.CLOSED_PANEL, "Record closed panel", "What did the payer say about its panel?", ("reason",)),
        StepForm(S.WITHDRAWN, "Withdraw", "Why is the application withdrawn?", ("reason",)),
        StepForm(S.TERMINATED, "End participation", "Why did the participation end?", ("reason",)),
        StepForm(S.REVALIDATION_DUE, "Record revalidation", "Since when does the payer wait for it?", ("reason",)),
    )
}
# Where the first step of the table is not the one that people hope for.
USUAL = {
    S.IN_REVIEW: S.APPROVED,
    S.SUBMITTED: S.PAYER_RECEIVED,
    S.APPROVED: S.EFFECTIVE,
    S.LOADED_VERIFIED: None,
}


def usual_step(state: EnrollmentState, *, packet_ready: bool = False) -> EnrollmentState | None:
    """Return the step that usually comes next; None when nothing is to be done.

    Source:
        Product rule: a case page offers one next step (issue 2); group contracts skip the contract (states.py).
    """
    if state in USUAL:
        return USUAL[state]
    if packet_ready and state in (S.NOT_STARTED, S.GATHERING):
        return S.READY_TO_SUBMIT
    return next(iter(TRANSITIONS[state]), None)


def step_form(state: EnrollmentState, to: EnrollmentState, *, packet_ready: bool = True) -> StepForm | None:
    """Return the form of a step; None when it does not follow from `state`.

    Source:
        Evidence of the enrollment machine (states.py); undoing a proof needs a reason, so does an application
        that is sent with open defects.
    """
    if to not in TRANSITIONS[state] or to not in FORMS:
        return None
    if (state, to) == (S.LOADED_VERIFIED, S.EFFECTIVE):
        question = "How was it seen that the payer no longer has the provider loaded?"
        return StepForm(to, "Take proof back", question, ("reason",))
    if to is S.READY_TO_SUBMIT and not packet_ready:
        question = "Things are missing. Why is the application sent without them?"
        return StepForm(to, FORMS[to].verb, question, ("reason",))
    return FORMS[to]
