"""What releases a hold, in words."""

from __future__ import annotations

from credentialing.enrollment.states import EnrollmentState

S = EnrollmentState

RELEASES = {
    S.NOT_STARTED: "The application is sent and {payer} loads the provider.",
    S.GATHERING: "The missing documents arrive, then {payer} approves and loads.",
    S.READY_TO_SUBMIT: "The application is sent and {payer} loads the provider.",
    S.SUBMITTED: "{payer} approves and loads the provider.",
    S.PAYER_RECEIVED: "{payer} approves and loads the provider.",
    S.IN_REVIEW: "{payer} approves and loads the provider.",
    S.INFO_REQUESTED: "The question of {payer} is answered, then it approves and loads.",
    S.COMMITTEE: "The committee approves and {payer} loads the provider.",
    S.APPROVED: "{payer} gives an effective date and loads the provider.",
    S.CONTRACT_SENT: "The contract is signed and {payer} loads the provider.",
    S.CONTRACT_SIGNED: "{payer} gives an effective date and loads the provider.",
    S.EFFECTIVE: "A look-up at {payer} proves that the provider is loaded.",
    S.LOADED_VERIFIED: "The first payable day comes.",
    S.DENIED: "Never by this application. Appeal or apply again.",
    S.CLOSED_PANEL: "{payer} opens its panel again.",
    S.WITHDRAWN: "Only a new application.",
    S.TERMINATED: "Only a new application.",
    S.REVALIDATION_DUE: "The revalidation is done and proven.",
}


def release_when(state: EnrollmentState, payer: str, *, lapsed: str | None = None) -> str:
    """Return in one sentence what must happen before claims may go out. `lapsed` names what has expired, when something has.

    Source:
        Product rule: the hold list says what releases it (issue 2); billable only in loaded_verified (reference.yaml).
    """
    if lapsed is None:
        return RELEASES[state].format(payer=payer)
    what = lapsed.lower() if lapsed[1:2].islower() else lapsed
    renewed = f"The renewed {what} is on file; this hold then goes by itself."
    return renewed if state is S.LOADED_VERIFIED else f"{renewed} {RELEASES[state].format(payer=payer)}"
