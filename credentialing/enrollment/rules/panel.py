"""How a state is said: one word in a cell of the grid, one sentence on the provider's phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credentialing.enrollment.states import EnrollmentState
from infra.words import short_date

S = EnrollmentState

# Word (at most nine letters) and tone: good, waiting, attention, blocked.
WORDS = {
    S.NOT_STARTED: ("To start", "attention"),
    S.GATHERING: ("Docs", "attention"),
    S.READY_TO_SUBMIT: ("Ready", "attention"),
    S.SUBMITTED: ("Sent", "waiting"),
    S.PAYER_RECEIVED: ("Received", "waiting"),
    S.IN_REVIEW: ("Review", "waiting"),
    S.INFO_REQUESTED: ("Question", "attention"),
    S.COMMITTEE: ("Committee", "waiting"),
    S.APPROVED: ("Approved", "waiting"),
    S.CONTRACT_SENT: ("Contract", "attention"),
    S.CONTRACT_SIGNED: ("Signed", "waiting"),
    S.EFFECTIVE: ("Loading", "waiting"),
    S.LOADED_VERIFIED: ("Billable", "good"),
    S.DENIED: ("Denied", "blocked"),
    S.CLOSED_PANEL: ("Closed", "blocked"),
    S.WITHDRAWN: ("Withdrawn", "blocked"),
    S.TERMINATED: ("Ended", "blocked"),
    S.REVALIDATION_DUE: ("Renew", "blocked"),
}
LINES_IN_CAPITALS = frozenset({"eap", "tricare", "va"})
# The age says something only while somebody waits.
AGELESS = frozenset({S.LOADED_VERIFIED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN, S.TERMINATED})


@dataclass(frozen=True, slots=True)
class PanelWord:
    """What a cell shows: `word`, then `detail` (days, or how many documents are missing), colored and shaped by
    `tone`.
    """

    word: str
    detail: str
    tone: str

    @property
    def text(self) -> str:
        """Return word and detail as they are read."""
        return f"{self.word} {self.detail}".strip()


def panel_word(
    state: EnrollmentState, days: int, *, missing_documents: int = 0, billable_now: bool = True, is_lapsed: bool = False
) -> PanelWord:
    """Return what the grid shows for a state that has lasted `days` days.

    Args:
        billable_now: False for a loaded provider whose first payable day is still to come: shown as a hold.
        is_lapsed: A license or insurance that the payer relies on has expired.
    Source:
        Product rule: words of the panel grid (looks.md).
    """
    if state is S.LOADED_VERIFIED and is_lapsed:
        return PanelWord("Lapsed", "", "blocked")
    if state is S.LOADED_VERIFIED and not billable_now:
        return PanelWord("Hold", "", "waiting")
    word, tone = WORDS[state]
    if state is S.GATHERING and missing_documents:
        return PanelWord(word, str(missing_documents), tone)
    return PanelWord(word, "" if state in AGELESS else f"{days} d", tone)


def line_word(line_of_business: str) -> str:
    """Return a line of business as people write it: `Medicare Advantage`, `EAP`.

    Source:
        Product rule: words of the field, no codes, on pages (looks.md).
    """
    if line_of_business in LINES_IN_CAPITALS:
        return line_of_business.upper()
    return line_of_business.replace("_", " ").title()


def _expected(p50: date | None, p80: date | None, today: date) -> str:
    if p50 is None or p80 is None:
        return ""
    if p50 >= p80:
        return f" We expect an answer around {short_date(p50, today)}."
    return f" We expect an answer between {short_date(p50, today)} and {short_date(p80, today)}."


def plain_sentence(
    payer: str,
    state: EnrollmentState,
    today: date,
    *,
    billable_since: date | None = None,
    expected_p50: date | None = None,
    expected_p80: date | None = None,
    missing_documents: int = 0,
    lapse: str = "",
) -> str:
    """Tell a provider, in plain words, where they stand with a payer and what they have to do.

    Source:
        Product rule: the provider's phone page (looks.md).
    """
    nothing = " Nothing for you to do."
    answer = _expected(expected_p50, expected_p80, today)
    if state is S.LOADED_VERIFIED and lapse:
        return f"{lapse} Do not bill {payer} until the renewal is on file."
    if state is S.LOADED_VERIFIED and billable_since is not None:
        if billable_since <= today:
            return f"You can bill {payer} since {short_date(billable_since, today)}."
        return f"You can bill {payer} from {short_date(billable_since, today)} on.{nothing}"
    if state is S.LOADED_VERIFIED:
        return f"{payer} has you on its panel; we are confirming your first day.{nothing}"
    if state in (S.SUBMITTED, S.PAYER_RECEIVED, S.IN_REVIEW, S.COMMITTEE):
        return f"{payer} has your application.{answer}{nothing}"
    if state in (S.NOT_STARTED, S.GATHERING) and missing_documents:
        papers = "one document" if missing_documents == 1 else f"{missing_documents} documents"
        return f"We need {papers} from you before we can apply to {payer}."
    if state is S.READY_TO_SUBMIT and missing_documents:
        papers = "one document is" if missing_documents == 1 else f"{missing_documents} documents are"
        return f"Your application to {payer} goes out next, although {papers} still missing."
    fixed = {
        S.NOT_STARTED: f"We have not applied to {payer} for you yet.{nothing}",
        S.GATHERING: f"We are preparing your application to {payer}.{nothing}",
        S.READY_TO_SUBMIT: f"Your application to {payer} is ready and goes out next.{nothing}",
        S.INFO_REQUESTED: f"{payer} has a question about your application. We tell you if we need you for the answer.",
        S.APPROVED: f"{payer} approved you. Wait with {payer} clients until we tell you the date.{nothing}",
        S.CONTRACT_SENT: f"{payer} approved you and sent a contract to be signed. Do not bill yet.",
        S.CONTRACT_SIGNED: f"Your contract with {payer} is signed. Do not bill yet.{answer}{nothing}",
        S.EFFECTIVE: f"{payer} accepted you, but its claims system does not know you yet. Do not bill yet.{nothing}",
        S.DENIED: f"{payer} did not accept the application. We will tell you what comes next.",
        S.CLOSED_PANEL: f"{payer} takes no new providers at present. We ask again.{nothing}",
        S.WITHDRAWN: (f"We withdrew the application to {payer}. Ask your account manager if you want to go on."),
        S.TERMINATED: f"You are no longer on the panel of {payer}. You cannot bill {payer}.",
        S.REVALIDATION_DUE: f"{payer} wants your details confirmed again. Do not bill until that is done.",
    }
    return fixed[state]
