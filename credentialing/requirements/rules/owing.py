"""Whose turn it is when something of a file is not in order."""

from __future__ import annotations

from credentialing.requirements.rules.documents import Requirement

PARTY_WORDS = {
    "provider": "Provider",
    "clinic": "Clinic",
    "vendor": "Billing vendor",
    "payer": "Payer",
    "third_party": "Third party",
}
NEXT_STEPS = {
    ("npi1", "vendor"): "Check the NPI against the registry again.",
    ("npi1", "provider"): "Correct the NPI, or the entry in the registry.",
    ("claims_history", "third_party"): "Ask each malpractice carrier of the last five years for its loss run.",
    ("references", "third_party"): "Wait for the peers’ letters; remind them.",
    ("medicare_ptan", "payer"): "Medicare sends the approval letter when it has enrolled the provider.",
    ("medicaid_id", "payer"): "The state assigns the Medicaid ID when it has enrolled the provider.",
    ("caqh_profile", "provider"): "Attest the CAQH profile and send its last page.",
}


def who_owes(requirement: Requirement, status: str, *, registry: str = "pending") -> str:
    """Return whose turn it is: provider, clinic, vendor, payer or third_party.

    Args:
        status: missing, uploaded, rejected, expired or expiring.
        registry: What the NPI registry said: pending, found, not_found, unavailable.
    Source:
        Product rule: every wait has an owner (design); who issues or signs a document owes it (requirements.yaml, owes). What
        was sent waits for the vendor's review; a number that the registry does not know only its owner can correct.
    """
    if status == "uploaded":
        return "vendor"
    if requirement.proof == "registry" and registry == "not_found":
        return "provider"
    return requirement.owes


def next_step(requirement: Requirement, status: str, owes: str) -> str:
    """Return in one sentence what has to be done.

    Source:
        Product rule: say what happens next (looks.md).
    """
    if status == "uploaded":
        return "Review the document that was sent."
    if (requirement.code, owes) in NEXT_STEPS:
        return NEXT_STEPS[requirement.code, owes]
    if status == "rejected":
        return "Send a corrected one."
    if status in {"expired", "expiring"}:
        return "Send the renewed one."
    return f"Send it. {requirement.hint}".strip()
