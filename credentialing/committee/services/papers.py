"""What the committee's papers say, as plain data: the minutes of a meeting and the letter about a decision."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from credentialing.committee.models import CommitteeCase, CommitteeDecision, CommitteeMeeting
from credentialing.committee.rules import Outcome
from credentialing.committee.services import setup
from credentialing.committee.services.listing import decisions_of, names_of
from credentialing.committee.services.meetings import cases_of, get_meeting
from credentialing.providers.services import get_provider
from infra.db.find import find
from infra.words import counted
from tenants.clinics.services import get_clinic

PROGRAM_WORDS = {"accreditation": "NCQA accreditation", "cvo": "NCQA CVO certification"}
VOTE_WORDS = {"for": "For", "against": "Against", "abstained": "Abstained", "recused": "Recused"}
CHECK_WORDS = {
    "ok": "In order",
    "not_needed": "Not needed",
    "missing": "Missing",
    "too_old": "Too old",
    "adverse": "Adverse",
    "not_current": "Not in force",
}


def template(name: str) -> str:
    """The Typst source of a paper of ours."""
    return files("credentialing.committee.paper").joinpath(f"{name}.typ").read_text(encoding="utf-8")


def long_day(day: date) -> str:
    """A day as letters write it: Tuesday, November 24, 2026."""
    return f"{day:%A, %B} {day.day}, {day.year}"


def minutes_data(meeting_id: UUID) -> dict[str, Any]:
    """Everything that the minutes of a closed meeting say."""
    meeting = get_meeting(meeting_id)
    cases = cases_of(meeting_id)
    decisions = decisions_of([case.id for case in cases])
    people = names_of([case.provider_id for case in cases])
    known = setup.members_by_id()
    attending = [known[UUID(member_id)] for member_id in meeting.present]
    absent = [member for member in setup.members() if str(member.id) not in meeting.present]
    clinic = get_clinic()
    return {
        "title": f"Minutes of the credentialing committee, {meeting.meets_on.isoformat()}",
        "foot": f"{clinic.name} · confidential peer review",
        "clinic": clinic.name,
        "facts": [
            ["Met on", long_day(meeting.meets_on)],
            ["Place", meeting.place or "Not noted"],
            ["Limits", PROGRAM_WORDS[meeting.program]],
            ["Quorum", f"{meeting.quorum} of {counted(meeting.voting_members, 'voting member')}"],
            ["Recorded by", meeting.closed_by_name or ""],
        ],
        "present": [[m.name, m.discipline + (", in the chair" if m.is_chair else "")] for m in attending],
        "absent": ", ".join(member.name for member in absent),
        "notes": [line for line in meeting.notes.splitlines() if line.strip()],
        "files": [
            _file(case, decisions[case.id], people[case.provider_id].display_name, people[case.provider_id].npi)
            for case in cases
            if case.id in decisions
        ],
        "withdrawn": [people[case.provider_id].display_name for case in cases if case.status == "withdrawn"],
    }


def _file(case: CommitteeCase, decision: CommitteeDecision, name: str, npi: str) -> dict[str, Any]:
    outcome = Outcome(decision.outcome)
    votes = [vote for vote in decision.votes if vote["vote"] != "recused"]
    recused = [vote for vote in decision.votes if vote["vote"] == "recused"]
    facts = [
        ["NPI", npi],
        ["File", "First credentialing" if case.kind == "initial" else "Recredentialing"],
        ["Decision", outcome.words.capitalize()],
        ["Votes", "; ".join(f"{vote['name']}: {VOTE_WORDS[vote['vote']].lower()}" for vote in votes)],
        ["Recused", "; ".join(f"{vote['name']} ({vote['reason']})" for vote in recused) or "Nobody"],
        ["Reasons", decision.reasons],
        ["Conditions", decision.conditions],
        ["Notice due by", long_day(decision.notice_due_on) if outcome is not Outcome.DEFERRED else ""],
        ["Recredential by", long_day(decision.recredential_due_on) if decision.recredential_due_on else ""],
    ]
    return {
        "name": name,
        "facts": [pair for pair in facts if pair[1]],
        "checks": [
            [
                check["label"],
                CHECK_WORDS[check["status"]],
                check["verified_on"] or "–",
                _age(check),
            ]
            for check in decision.checklist
        ],
    }


def _age(check: dict[str, Any]) -> str:
    if check["age_days"] is None:
        return "–"
    return f"{check['age_days']} of {check['limit_days']} days" if check["limit_days"] else f"{check['age_days']} days"


def letter_data(decision_id: UUID) -> dict[str, Any]:
    """Everything that the letter about a decision says."""
    decision = find(CommitteeDecision, decision_id)
    provider, clinic = get_provider(decision.provider_id), get_clinic()
    outcome = Outcome(decision.outcome)
    meeting = find(CommitteeMeeting, find(CommitteeCase, decision.case_id).meeting_id)
    return {
        "title": f"Decision of the credentialing committee: {provider.name}",
        "foot": f"{clinic.name} · confidential",
        "clinic": clinic.name,
        "date": long_day(decision.decided_on),
        "name": provider.display_name,
        "greeting": f"Dear {provider.name},",
        "paragraphs": _paragraphs(outcome, decision, meeting.meets_on),
        "facts": [
            pair
            for pair in [
                ["Decision", outcome.words.capitalize()],
                ["Decided on", long_day(decision.decided_on)],
                ["Reasons", decision.reasons],
                ["Conditions", decision.conditions],
                ["Next review by", long_day(decision.recredential_due_on) if decision.recredential_due_on else ""],
            ]
            if pair[1]
        ],
        "sender": "The credentialing committee",
    }


def _paragraphs(outcome: Outcome, decision: CommitteeDecision, met_on: date) -> list[str]:
    opening = f"The credentialing committee met on {long_day(met_on)} and reviewed your file."
    said = {
        Outcome.APPROVED: "It approved your credentialing.",
        Outcome.APPROVED_WITH_CONDITIONS: "It approved your credentialing with the conditions below.",
        Outcome.DEFERRED: "It put its decision off. Below stands what is still needed; your file comes back to the committee.",
        Outcome.DENIED: "It did not approve your credentialing, for the reasons below.",
    }[outcome]
    rights = (
        "You may review the information of your file that comes from outside sources, correct what is wrong in it, and ask how far "
        "your application is. "
    )
    if outcome is Outcome.DENIED:
        # 42 U.S.C. 11112(b)(1)(B): not less than 30 days to ask for a hearing.
        rights += "You may ask for a review of this decision by answering this letter within 30 days of the day on which you got it."
    return [f"{opening} {said}", rights.strip()]
