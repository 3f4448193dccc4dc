"""The text that a provider signs. A changed text gets a new version, so that everybody can see what was signed when."""

from __future__ import annotations

TEXT_VERSION = "2026-11"
TITLE = "Attestation, authorization and release"
INTRODUCTION = (
    "You sign this once for all payers to which we apply for you. Read what your file says, then the statements below. If anything "
    "is wrong, correct it first: your signature covers the file exactly as it is now."
)
# NCQA CR 3 asks for these factors: ability, drug use, license and felony, privileges and discipline, coverage, correctness.
STATEMENTS: tuple[str, ...] = (
    "Everything in my file is correct and complete, and I will tell you within 10 days when something changes.",
    "I am able to do the essential work of my profession, with or without reasonable adjustments.",
    "I do not use illegal drugs.",
    "I have disclosed every loss or limitation of a license, every felony conviction, and every loss or limitation of privileges "
    "or disciplinary action, each with an explanation.",
    "My professional liability insurance is as my file says, and I have disclosed its history of the last five years.",
    "I authorize the clinic, its billing service and the payers to which it applies for me to verify this with schools, boards, "
    "employers, insurers, the National Practitioner Data Bank and exclusion lists, and I authorize these to answer.",
    "I release those who ask and those who answer in good faith from liability for doing so.",
    "I understand that I may see and correct what was found, and that a false statement can end my participation.",
)
