"""The review of a file: each thing that must be verified at its source, with its age against its limit on the decision day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from credentialing.committee.rules.deadlines import CHANGED_ON

Result = Literal["confirmed", "adverse"]
Status = Literal["ok", "missing", "too_old", "adverse", "not_current", "not_needed"]


class Program(StrEnum):
    """By whose limits files are judged: health plan accreditation, or certification of a verification organization (CVO)."""

    ACCREDITATION = "accreditation"
    CVO = "cvo"


@dataclass(frozen=True, slots=True)
class Element:
    """One thing to verify. `when` says for whom: everyone, prescribers, or holders of a board certificate.

    `is_time_limited`: its verification ages. `must_be_current`: what was verified must itself be in force on the decision day.
    """

    code: str
    label: str
    source: str
    is_time_limited: bool = True
    must_be_current: bool = False
    when: Literal["always", "prescriber", "board_certified"] = "always"


# Source: NCQA credentialing standards, CR 3 (elements, sources, time limits), as researched in domain.md 2.1 and
# credential_requirements.yaml, psv_rules.
ELEMENTS: tuple[Element, ...] = (
    Element("license", "License", "the state board", must_be_current=True),
    Element("dea_cds", "DEA or CDS", "DEA, the state, or a copy", False, must_be_current=True, when="prescriber"),
    Element("education_training", "Education and training, highest level", "the school, residency or board", False),
    Element("board_certification", "Board certification", "the specialty board", when="board_certified"),
    Element("work_history", "Work history, five years", "the application or CV"),
    Element("malpractice_history", "Malpractice history, five years", "NPDB or the carriers"),
    Element("license_sanctions", "License sanctions, every state of practice", "the state boards or NPDB"),
    Element("exclusions_leie", "Exclusions: OIG LEIE", "OIG LEIE"),
    Element("exclusions_sam", "Exclusions: SAM.gov", "SAM.gov"),
    Element("attestation", "Application and attestation", "the provider, signed"),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """That an element was verified: when, at which source, how, by whom, with what result. `ends_on`: until when the thing runs."""

    element: str
    verified_on: date
    source: str
    method: str
    by: str
    result: Result = "confirmed"
    note: str = ""
    ends_on: date | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one provider's file. `work_gaps` are sentences about months that nobody explained."""

    is_prescriber: bool = False
    is_board_certified: bool = False
    work_gaps: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One element on the decision day. `last_day` is the last on which its proof counts; `why` says what is wrong, or who verified it."""

    element: Element
    status: Status
    why: str
    age_days: int | None = None
    limit_days: int | None = None
    last_day: date | None = None
    proof: Proof | None = None

    @property
    def blocks(self) -> bool:
        """True when nobody may be approved with this."""
        return self.status not in {"ok", "not_needed"}


@dataclass(frozen=True, slots=True)
class Checklist:
    """The review of a file on a day."""

    on: date
    program: Program
    checks: tuple[Check, ...]

    @property
    def blocking(self) -> tuple[Check, ...]:
        """What stands in the way, in the order of the file."""
        return tuple(check for check in self.checks if check.blocks)

    @property
    def is_ready(self) -> bool:
        """True when nothing is missing, stale or adverse."""
        return not self.blocking

    @property
    def good_until(self) -> date | None:
        """The last day on which this file could still be decided; None when it cannot be today, or never ages."""
        days = [check.last_day for check in self.checks if check.last_day is not None]
        return min(days, default=None) if self.is_ready else None


def limit_days(program: Program, decided_on: date) -> int:
    """Return how many calendar days old a verification may be on the day of the decision.

    Source:
        NCQA, files decided from July 1, 2025: 120 days for accreditation (180 before; confidence A), 90 days for CVO
        certification (120 before; confidence B).
    """
    if program is Program.CVO:
        return 90 if decided_on >= CHANGED_ON else 120
    return 120 if decided_on >= CHANGED_ON else 180


def review(facts: FileFacts, program: Program, on: date) -> Checklist:
    """Check every element of a file for a decision on the day `on`. Of several proofs of an element the latest one speaks.

    Source:
        NCQA credentialing standards, CR 3; the age counts in calendar days from the verification to the committee's decision.
    """
    limit = limit_days(program, on)
    return Checklist(on, program, tuple(_check(element, facts, limit, on) for element in ELEMENTS))


def _applies(element: Element, facts: FileFacts) -> bool:
    if element.when == "prescriber":
        return facts.is_prescriber
    return facts.is_board_certified if element.when == "board_certified" else True


def _check(element: Element, facts: FileFacts, limit: int, on: date) -> Check:
    if not _applies(element, facts):
        words = {
            "prescriber": "Does not prescribe.",
            "board_certified": "Holds no board certificate; none is required.",
        }
        return Check(element, "not_needed", words[element.when])
    if element.code == "work_history" and facts.work_gaps:
        return Check(element, "missing", f"{'. '.join(facts.work_gaps)}.")
    known = [proof for proof in facts.proofs if proof.element == element.code and proof.verified_on <= on]
    if not known:
        return Check(element, "missing", f"Not verified with {element.source} yet.")
    # Of one day the adverse finding speaks.
    latest = max(known, key=lambda proof: (proof.verified_on, proof.result == "adverse"))
    return _judged(element, latest, limit, on)


def _judged(element: Element, proof: Proof, limit: int, on: date) -> Check:
    age = (on - proof.verified_on).days
    allowed = limit if element.is_time_limited else None
    days = [proof.verified_on + timedelta(days=limit)] if element.is_time_limited else []
    if element.must_be_current and proof.ends_on is not None:
        days.append(proof.ends_on)
    last_day = min(days, default=None)

    def made(status: Status, why: str) -> Check:
        return Check(element, status, why, age, allowed, last_day, proof)

    if proof.result == "adverse":
        return made("adverse", proof.note or f"{proof.source} reports something that the committee must weigh.")
    if element.must_be_current and proof.ends_on is not None and proof.ends_on < on:
        return made("not_current", f"It ended on {proof.ends_on.isoformat()}.")
    if allowed is not None and age > allowed:
        return made("too_old", f"Verified {age} days before the decision; {allowed} are allowed. Verify again.")
    return made("ok", f"{proof.source}, {proof.method}, by {proof.by}.")
