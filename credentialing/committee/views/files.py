"""The files that the committee decides: one on an agenda with its votes, and the review of a provider at any time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.committee import services
from credentialing.committee.models import CommitteeCase, CommitteeMeeting
from credentialing.committee.permissions import COMMITTEE_DECIDE, COMMITTEE_PREPARE, COMMITTEE_READ
from credentialing.committee.rules import ELEMENTS, Outcome, Vote
from credentialing.committee.schemas import NewDecisionSchema, NewProofSchema, NoticeSchema
from credentialing.committee.views.blueprint import bp, loaded, trail, words
from credentialing.providers.services import get_provider
from credentialing.providers.views.tabs import provider_tabs as tabs_of_one
from infra.problems import Conflict, Invalid
from infra.web.pages import errors_by_field, read_form, render
from infra.web.query import day_argument
from infra.words import human_date
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, member


@bp.get("/c/<uuid:clinic_id>/committee/cases/<uuid:case_id>")
@access(COMMITTEE_READ)
def case_page(clinic_id: UUID, case_id: UUID) -> ResponseReturnValue:
    """One file on an agenda: the review, the votes, the decision, the letter."""
    return _case(clinic_id, services.get_case(case_id))


def _case(clinic_id: UUID, case: CommitteeCase, error: Invalid | Conflict | None = None) -> str:
    shared = words(clinic_id)
    meeting, provider = services.get_meeting(case.meeting_id), get_provider(case.provider_id)
    page = url_for("committee.meeting_page", clinic_id=clinic_id, meeting_id=meeting.id)
    trail((human_date(meeting.meets_on, clinic_today()), page), (provider.name, None))
    decision = services.decisions_of([case.id]).get(case.id)
    known = services.members_by_id()
    return render(
        "committee/case.html",
        case=case,
        meeting=meeting,
        provider=provider,
        decision=decision,
        checks=decision.checklist if decision else _live(provider.id, meeting),
        present=[known[UUID(member_id)] for member_id in meeting.present],
        errors=errors_by_field(error if isinstance(error, Invalid) else None),
        refused=error.detail if isinstance(error, Conflict) else None,
        values=request.form if error else {},
        day=services.clinic_day(),
        **shared,
    )


def _live(provider_id: UUID, meeting: CommitteeMeeting) -> list[dict[str, Any]]:
    found = services.review_files([get_provider(provider_id)], meeting.meets_on, meeting.program)
    return services.shown_checks(found[provider_id])


@bp.post("/c/<uuid:clinic_id>/committee/cases/<uuid:case_id>/decision")
@access(COMMITTEE_DECIDE)
def decide(clinic_id: UUID, case_id: UUID) -> ResponseReturnValue:
    """Record the decision with every member's vote."""
    case = services.get_case(case_id)
    try:
        form = loaded(NewDecisionSchema(), _motion(services.get_meeting(case.meeting_id)))
        votes = [services.MemberVote(v["member_id"], Vote(v["vote"]), v.get("reason", "")) for v in form["votes"]]
        said = {name: form[name] for name in ("reasons", "conditions") if name in form}
        decision = services.decide(case_id, services.NewDecision(Outcome(form["outcome"]), votes, **said))
    except (Invalid, Conflict) as error:
        return _case(clinic_id, case, error), error.status
    flash(f"Recorded: {Outcome(decision.outcome).words}. The letter is being written.", "success")
    return redirect(url_for("committee.meeting_page", clinic_id=clinic_id, meeting_id=case.meeting_id))


def _motion(meeting: CommitteeMeeting) -> dict[str, Any]:
    votes = [
        {"member_id": each, "vote": request.form.get(f"vote-{each}", "")}
        | ({"reason": request.form[f"reason-{each}"]} if request.form.get(f"reason-{each}", "").strip() else {})
        for each in meeting.present
    ]
    said = {name: request.form.get(name, "").strip() for name in ("outcome", "reasons", "conditions")}
    return said | {"votes": [vote for vote in votes if vote["vote"]]}


@bp.post("/c/<uuid:clinic_id>/committee/cases/<uuid:case_id>/withdraw")
@access(COMMITTEE_PREPARE)
def take_off(clinic_id: UUID, case_id: UUID) -> ResponseReturnValue:
    """Take a file off its agenda."""
    case = services.get_case(case_id)
    try:
        services.take_off_agenda(case_id)
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash("The file is off the agenda.", "success")
    return redirect(url_for("committee.meeting_page", clinic_id=clinic_id, meeting_id=case.meeting_id))


@bp.post("/c/<uuid:clinic_id>/committee/cases/<uuid:case_id>/notice")
@access(COMMITTEE_DECIDE)
def note_notice(clinic_id: UUID, case_id: UUID) -> ResponseReturnValue:
    """Note that the provider was told."""
    case = services.get_case(case_id)
    try:
        services.note_notice(case_id, **read_form(NoticeSchema()))
    except (Invalid, Conflict) as error:
        return _case(clinic_id, case, error), error.status
    flash("Noted. The letter stands in the provider’s file from now on.", "success")
    return redirect(url_for("committee.case_page", clinic_id=clinic_id, case_id=case_id))


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/committee")
@access(COMMITTEE_READ)
def review_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """The review of one provider's file on a day, and what was decided so far."""
    return _review(clinic_id, provider_id)


def _review(clinic_id: UUID, provider_id: UUID, error: Invalid | None = None) -> str:
    shared = words(clinic_id)
    provider = get_provider(provider_id)
    on = services.clinic_day()
    try:
        on = day_argument("on") or on
    except Invalid as refused:
        error = refused
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        (provider.name, url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id)),
        ("Committee", None),
    )
    found = services.review_provider(provider_id, on)
    return render(
        "committee/review.html",
        provider=provider,
        tabs=tabs_of_one(clinic_id, provider_id),
        review=found,
        checks=services.shown_checks(found),
        history=services.list_decisions(limit=50, provider_id=provider_id),
        elements=[(element.code, element.label) for element in ELEMENTS],
        chosen=request.values.get("element", ""),
        errors=errors_by_field(error),
        values=request.form if error else {},
        day=services.clinic_day(),
        **shared,
    )


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/committee")
@access(COMMITTEE_PREPARE)
def record_proof(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Keep that a person verified an element."""
    get_provider(provider_id)
    try:
        services.record_proof(provider_id, services.NewProof(**read_form(NewProofSchema())))
    except Invalid as error:
        return _review(clinic_id, provider_id, error), 422
    flash("Recorded. It counts from its day on.", "success")
    return redirect(url_for("committee.review_page", clinic_id=clinic_id, provider_id=provider_id))
