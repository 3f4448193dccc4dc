"""The papers and the notes that prove the tasks of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A paper, what kind of document it is, and the codes of the tasks that it proves."""

    name: str
    kind: str
    title: str
    lines: tuple[str, ...]
    codes: tuple[str, ...]


PROOFS = (
    Proof(
        "Signed agreements.pdf",
        "services_agreement",
        "Signed agreements",
        (
            "Services agreement, business associate agreement (45 CFR 164.504(e)),",
            "letter of authorization, transition letter.",
        ),
        ("T001", "T002", "T003", "T004", "T005"),
    ),
    Proof(
        "Kickoff minutes and scope.pdf",
        "scope_sheet",
        "Kickoff, flow and scope",
        (
            "Goals, contacts, escalation, cut-over.",
            "From registration to zero balance; who hands over charges, and when.",
        ),
        ("T012", "T013", "T015", "T033", "T092"),
    ),
    Proof(
        "Discovery reports.pdf",
        "other",
        "Six months in numbers",
        ("Days in AR, denials, collections.", "Payer list, eligibility, unsigned notes, open appeals."),
        ("T014", "T032", "T034", "T035", "T036", "T086"),
    ),
    Proof(
        "Payer contracts and fees.pdf",
        "payer_contract",
        "Contracts, amendments, fee schedules",
        ("Charge master and sliding scale, signed.",),
        ("T055", "T057", "T041"),
    ),
    Proof(
        "Ohio PNM screenshots.pdf",
        "other",
        "Ohio PNM",
        ("The vendor is Agent; every rendering provider is Active.",),
        ("T052", "T073"),
    ),
    Proof(
        "Policies signed.pdf",
        "financial_policy",
        "Policies",
        ("Write-offs, small balances, credits, hardship.", "The patient's statement, approved."),
        ("T087", "T100", "T102"),
    ),
    Proof(
        "Ready to bill checklist.pdf",
        "ready_to_bill_checklist",
        "Ready to bill",
        ("Test claims: 999 and 277CA accepted.", "Signed by both sides."),
        ("T110", "T111"),
    ),
    Proof(
        "First batch and parallel run.pdf",
        "other",
        "277CA of the first batch",
        ("42 of 42 accepted.", "Parallel run: no difference above $1."),
        ("T114", "T115"),
    ),
    Proof("Day 30 audit.pdf", "other", "Audit of 20 claims", ("First-pass rate 95 %.",), ("T122",)),
)
_BY_CODE: Mapping[str, Proof] = {code: proof for proof in PROOFS for code in proof.codes}

_NOTES: Mapping[str, str] = {
    "T006": "Decided on the kickoff call: we take over everything younger than 12 months",
    "T010": "Link sent to the clinic's administrator",
    "T011": "All sections filled in",
    "T020": "Seven named users, no shared logins",
    "T021": "Logged in as billing user and saw the schedule",
    "T022": "Logged in to the clearinghouse and saw a claim",
    "T023": "Saw last week's deposit in the lockbox",
    "T024": "Test file came through",
    "T025": "Owner and recovery path noted for nine portals",
    "T030": "Agreed: we work in the EHR",
    "T031": "Compared with NPPES; two taxonomies corrected",
    "T040": "Eleven payers need EDI, nine ERA, eight EFT",
    "T043": "Submitted to nine payers; numbers in the log",
    "T044": "Submitted to eight payers; bank letter attached",
    "T045": "271 and 277 answered for a test client",
    "T051": "Logged in to every portal",
    "T056": "Loaded, no open rows",
    "T060": "Every NPI, license and exclusion list checked",
    "T061": "Every provider has a link",
    "T062": "Every provider's checklist is full",
    "T063": "Every document is accepted",
    "T065": "No open differences",
    "T066": "Calendar loaded; first monitoring run done",
    "T071": "The clinic's order: Medicaid plans first, then Aetna and Optum",
    "T070": "The matrix stands, each cell with its letter or portal",
    "T072": "Confirmation numbers stand in each case",
    "T074": "Billing reads the hold list since today",
    "T075": "Every open enrollment has its next date",
    "T080": "Request sent to the prior biller and the clinic",
    "T081": "Both files came",
    "T082": "Accepted plus rejected equals received",
    "T083": "Ties out by payer and bucket",
    "T084": "Every claim has a disposition",
    "T090": "48 rule tests passed",
    "T113": "Batch 000118 with 42 claims",
    "T121": "ERA 7170066655 matched its deposit and is posted",
}


def proof_of(code: str) -> Proof | None:
    """The paper that proves a task; None when a note is enough."""
    return _BY_CODE.get(code)


def note_of(code: str) -> str:
    """What the one who did it says."""
    return _NOTES.get(code, "Done as agreed; seen on the call")
