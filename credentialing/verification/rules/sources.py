"""What the answers of exclusion lists, Medicare's files and state boards mean for a provider. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credentialing.providers.rules import PersonName, names_agree
from credentialing.verification.rules.registry import Judgment
from integrations.cms import Enrolled, OptedOut
from integrations.licensing import LicenseRow, standing


@dataclass(frozen=True, slots=True)
class ScreenedFacts:
    """How many possible matches of a provider with a list are in each state, and how many rows were ruled out by themselves."""

    new: int = 0
    escalated: int = 0
    confirmed: int = 0
    cleared: int = 0
    ruled_out: int = 0


def judge_exclusions(facts: ScreenedFacts, label: str) -> Judgment:
    """Judge a screening: excluded, to_review or clear. Only a confirmed match is an exclusion; a name never is by itself.

    Source:
        OIG: a name match must be verified (oig.hhs.gov/exclusions); 42 U.S.C. 1320a-7b(f); NCQA CR 3 and CR 5.
    """
    if facts.confirmed:
        return Judgment("excluded", True, f"Confirmed to be on {label}.")
    waiting = facts.new + facts.escalated
    if waiting:
        noun = "possible match waits" if waiting == 1 else "possible matches wait"
        return Judgment("to_review", True, f"{waiting} {noun} for somebody to look.")
    also = [
        f"{count} {words}"
        for count, words in (
            (facts.cleared, "cleared by a person"),
            (facts.ruled_out, "ruled out by date of birth, NPI or end"),
        )
        if count
    ]
    return Judgment("clear", False, f"Not on {label}" + (f"; {', '.join(also)}." if also else "."))


def judge_enrollment(found: Sequence[Enrolled], opted_out: bool) -> Judgment:
    """Judge Medicare's enrollment file: enrolled, not_enrolled or opted_out.

    Source:
        CMS, Medicare Fee-For-Service Public Provider Enrollment: lists approved enrollments; 42 CFR 405.400 (opt-out).
    """
    if opted_out:
        return Judgment("opted_out", False, "Has opted out of Medicare.")
    if not found:
        return Judgment("not_enrolled", False, "The file has no approved enrollment with this NPI.")
    kinds = ", ".join(sorted({f"{row.type_words.title()} in {row.state}" for row in found}))
    return Judgment("enrolled", True, f"Approved enrollment: {kinds}.")


def judge_opt_out(found: Sequence[OptedOut], today: date) -> Judgment:
    """Judge Medicare's opt-out file: clear or opted_out. An affidavit counts from its first to its last day.

    Source:
        42 CFR 405.400 to 405.455: opting out lasts two years and renews by itself.
    """
    running = [
        row
        for row in found
        if (row.from_on is None or row.from_on <= today) and (row.until_on is None or row.until_on >= today)
    ]
    if running:
        until = running[0].until_on
        return Judgment(
            "opted_out", True, "Has opted out of Medicare" + (f" until {until.isoformat()}." if until else ".")
        )
    return Judgment("clear", False, "Not on the opt-out file" + (" any more." if found else "."))


def judge_license(
    found: Sequence[LicenseRow],
    *,
    ours: PersonName,
    former_last_names: Sequence[str],
    expires_on: date | None,
    today: date,
) -> Judgment:
    """Judge a board's rows with the license's number: not_found, another_name, restricted, expired, inactive, differs or confirmed.

    `expires_on` is what our file says. The worst row of this name speaks; a discipline is a restriction.

    Source:
        NCQA CR 3 (license verified with the state board); CSWMFT: the online look-up is the primary source (domain.md 2.6).
    """
    if not found:
        return Judgment("not_found", False, "The board has no license with this number.")
    same = [
        row
        for row in found
        if names_agree(ours, PersonName(row.first_name, row.last_name), former_last_names) != "different"
    ]
    if not same:
        return Judgment(
            "another_name", False, f"The board has this number under {found[0].first_name} {found[0].last_name}."
        )
    for row in same:
        if standing(row.status) == "restricted" or row.discipline.strip().lower() not in {"", "no", "n", "none"}:
            return Judgment("restricted", False, f"The board says: {row.discipline or row.status}.")
    row = same[0]
    ends = date.fromisoformat(row.expires_on) if row.expires_on else None
    if standing(row.status) in {"expired", "inactive"} or (ends is not None and ends < today):
        word = "expired" if standing(row.status) != "inactive" else "inactive"
        return Judgment(
            word, False, f"The board says: {row.status}" + (f", ended {ends.isoformat()}." if ends else ".")
        )
    if standing(row.status) == "unknown":
        return Judgment("differs", False, f"The board writes {row.status!r}; somebody must read what that means.")
    if ends is not None and expires_on is not None and ends != expires_on:
        return Judgment(
            "differs", True, f"The board says it runs until {ends.isoformat()}, the file {expires_on.isoformat()}."
        )
    return Judgment(
        "confirmed", True, f"The board says: {row.status}" + (f", until {ends.isoformat()}." if ends else ".")
    )
