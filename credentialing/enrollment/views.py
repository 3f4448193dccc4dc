"""Pages of enrollment: the case with its next step, and the queue of follow-ups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.enrollment import services
from credentialing.enrollment.models import CHANNELS, Enrollment
from credentialing.enrollment.permissions import (
    ENROLLMENT_FOLLOW,
    ENROLLMENT_WORK,
    LOCATION_READ,
    LOCATION_WRITE,
)
from credentialing.enrollment.rules.next_step import FORMS, StepForm, step_form, usual_step
from credentialing.enrollment.rules.panel import WORDS, line_word
from credentialing.enrollment.schemas import (
    LocationBodySchema,
    NewEnrollmentSchema,
    OwnerSchema,
    TouchSchema,
    TransitionSchema,
    step_of,
)
from credentialing.enrollment.services import CaseFilter, NewEnrollment
from credentialing.enrollment.services.follow_ups import cadence_of
from credentialing.enrollment.states import TRANSITIONS, EnrollmentState
from credentialing.providers.services import get_provider, provider_names
from infra.problems import Conflict, Invalid, invalid
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, read_form, render
from infra.words import human_date
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.access.roles import VENDOR
from tenants.documents.models import Document
from tenants.documents.services import list_documents

bp = Blueprint("enrollment", __name__, template_folder="templates")
bp.add_app_template_filter(line_word, "line_word")
add_to_navigation(NavEntry("Follow-ups", "enrollment.follow_ups_page", ENROLLMENT_FOLLOW, 45, "activity", roles=VENDOR))
CHANNEL_WORDS = [(name, name.capitalize()) for name in CHANNELS]
PROOF_WORDS = [
    ("portal", "Payer portal"),
    ("directory", "Provider directory"),
    ("test_claim", "Test claim"),
    ("271", "Eligibility answer (271)"),
]
LINE_WORDS = [
    (line, line_word(line))
    for line in ("commercial", "medicare", "medicare_advantage", "medicaid", "marketplace", "tricare", "eap")
]
UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@bp.get("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>")
@access(ENROLLMENT_FOLLOW)
def case_page(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """One case: at the side of another page, or as its own page with the next step."""
    return _case(services.get_enrollment(enrollment_id))


def _case(case: Enrollment, error: Invalid | None = None, form: str = "") -> str:
    context = _case_context(case, error, form)
    if request.headers.get("HX-Target") == "panel":
        return render("enrollment/case_panel.html", **context)
    panels = url_for("panel.grid_page", clinic_id=case.tenant_id)
    title = f"{context['view'].payer_name} for {context['provider'].name}"
    crumbs((member().clinic_name, home_of(member())), ("Panels", panels), (title, None))
    return render("enrollment/case.html", title=title, **context)


def _case_context(case: Enrollment, error: Invalid | None, form: str) -> dict[str, Any]:
    provider = get_provider(case.provider_id)
    view = services.outlooks([case], providers=[provider])[case.id]
    steps = services.history(case.id)
    return {
        "clinic_id": case.tenant_id,
        "case": case,
        "view": view,
        "provider": provider,
        "history": list(reversed(steps)),
        "touches": services.touches(case.id),
        "words": {state.value: word for state, (word, _) in WORDS.items()},
        "tones": {state.value: tone for state, (_, tone) in WORDS.items()},
        "step": _step(case, packet_ready=not view.missing_documents and error is None),
        "others": _other_steps(case),
        "documents": _proofs(case),
        "unreviewed": services.unreviewed_proofs(steps),
        "used_proofs": {event.proof_document_id for event in steps},
        "proofs": PROOF_WORDS,
        "channels": CHANNEL_WORDS,
        "proposed": services.proposed_follow_up(case),
        "cadence": cadence_of(case),
        "days": _days(view),
        "can_work": may(ENROLLMENT_WORK),
        "owners": services.possible_owners(),
        "siblings": _siblings(case),
        "places": services.list_locations(),
        "line_words": LINE_WORDS,
        "values": request.form if error else {},
        "step_errors": errors_by_field(error) if form == "step" else {},
        "touch_errors": errors_by_field(error) if form == "touch" else {},
        "refused": error.detail if error else None,
    }


def _step(case: Enrollment, *, packet_ready: bool) -> StepForm | None:
    asked = request.form.get("to") or request.args.get("to", "")
    wanted = EnrollmentState(asked) if asked in EnrollmentState.__members__.values() else None
    wanted = wanted or usual_step(case.state, packet_ready=packet_ready)
    return step_form(case.state, wanted, packet_ready=packet_ready) if wanted else None


def _other_steps(case: Enrollment) -> list[StepForm]:
    return [form for state in TRANSITIONS[case.state] if state in FORMS and (form := step_form(case.state, state))]


def _proofs(case: Enrollment) -> Sequence[Document]:
    found = list_documents(limit=50, provider_id=case.provider_id, statuses=["available"])
    return [document for document in found if document.review_status != "rejected"]


def _siblings(case: Enrollment) -> list[Enrollment]:
    """Other cases of the same provider and payer: other lines, other locations, earlier ones."""
    wanted = CaseFilter(provider_id=case.provider_id, payer_id=case.payer_id)
    return [other for other in services.list_enrollments(wanted, limit=20) if other.id != case.id]


def _days(view: services.Outlook) -> list[date]:
    """The days that the drawing of a prediction spans: from the sending, or today, to a little after its end."""
    if view.prediction is None:
        return []
    today = clinic_today()
    first, last = min(view.case.submitted_on or today, today), max(view.prediction.loaded_p80, today)
    margin = max(3, (last - first).days // 12)
    start, count = first - timedelta(days=margin), (last - first).days + 2 * margin
    return [start + timedelta(days=step) for step in range(count)]


@bp.post("/c/<uuid:clinic_id>/enrollments")
@access(ENROLLMENT_WORK)
def start(clinic_id: UUID) -> ResponseReturnValue:
    """Start a case for another line of business or location of a pair."""
    back = request.args.get("from", "")
    try:
        case = services.start_enrollment(NewEnrollment(**read_form(NewEnrollmentSchema())))
    except (Invalid, Conflict) as error:
        flash(error.detail, "error")
        if UUID_PATTERN.fullmatch(back):
            return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=back))
        return redirect(url_for("panel.grid_page", clinic_id=clinic_id))
    flash(f"Started.{_follow_up_words(case)}", "success")
    return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=case.id))


@bp.get("/c/<uuid:clinic_id>/locations")
@access(LOCATION_READ)
def locations_page(clinic_id: UUID) -> ResponseReturnValue:
    """Where the clinic sees clients, and a form for one more."""
    return _locations()


def _locations(error: Invalid | None = None) -> str:
    crumbs((member().clinic_name, home_of(member())), ("Locations", None))
    return render(
        "enrollment/locations.html",
        clinic_id=member().clinic_id,
        places=services.list_locations(),
        can_add=may(LOCATION_WRITE),
        errors=errors_by_field(error),
        values=request.form if error else {},
    )


@bp.post("/c/<uuid:clinic_id>/locations")
@access(LOCATION_WRITE)
def add_location(clinic_id: UUID) -> ResponseReturnValue:
    """Add a location."""
    try:
        place = services.add_location(**read_form(LocationBodySchema()))
    except Invalid as error:
        return _locations(error), 422
    except Conflict as error:
        return _locations(invalid("name", error.detail)), 422
    flash(f"Added {place.name}.", "success")
    return redirect(url_for("enrollment.locations_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/steps")
@access(ENROLLMENT_WORK)
def take_step(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Take the step of the form."""
    try:
        case = services.take_step(enrollment_id, step_of(read_form(TransitionSchema())))
    except Invalid as error:
        return _case(services.get_enrollment(enrollment_id), error, "step"), 422
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=enrollment_id))
    flash(f"Recorded: {WORDS[case.state][0]}.{_follow_up_words(case)}", "success")
    return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=case.id))


def _follow_up_words(case: Enrollment) -> str:
    if case.next_follow_up_on is None:
        return ""
    return f" Next follow-up {human_date(case.next_follow_up_on, clinic_today())}."


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/touches")
@access(ENROLLMENT_WORK)
def log_touch(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Note a contact; from the queue it goes on to the next case."""
    from_queue = request.args.get("queue") == "1"
    try:
        body = read_form(TouchSchema())
        wished = body.pop("next_follow_up", None)
        services.log_touch(enrollment_id, **body, next_follow_up_on=wished)
    except Invalid as error:
        case = services.get_enrollment(enrollment_id)
        return (_queue(case.id, error) if from_queue else _case(case, error, "touch")), 422
    case = services.get_enrollment(enrollment_id)
    flash(f"Noted.{_follow_up_words(case)}", "success")
    if from_queue:
        return redirect(url_for("enrollment.follow_ups_page", clinic_id=clinic_id))
    return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=enrollment_id))


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/owner")
@access(ENROLLMENT_WORK)
def change_owner(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Hand the case to a colleague."""
    try:
        case = services.hand_over(enrollment_id, owner_id=read_form(OwnerSchema())["owner_id"])
        flash(f"{case.owner_name} looks after this case now.", "success")
    except Invalid as error:
        flash(error.detail, "error")
    return redirect(url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=enrollment_id))


@bp.get("/c/<uuid:clinic_id>/follow-ups")
@access(ENROLLMENT_FOLLOW)
def follow_ups_page(clinic_id: UUID) -> ResponseReturnValue:
    """The queue, the longest overdue first, and one case to work on."""
    asked = request.args.get("case", "")
    try:
        chosen = UUID(asked) if asked else None
    except ValueError:
        chosen = None
    return _queue(chosen)


def _queue(chosen: UUID | None, error: Invalid | None = None) -> str:
    today = clinic_today()
    mine = request.args.get("whose") == "mine"
    cases = services.due_follow_ups(owner_id=actor().id if mine else None)
    views = services.outlooks(cases)
    ids = {case.id: views[case.id] for case in cases}
    current = ids.get(chosen) if chosen else (ids[cases[0].id] if cases else None)
    due = [case for case in cases if case.next_follow_up_on and case.next_follow_up_on <= today]
    crumbs((member().clinic_name, home_of(member())), ("Follow-ups", None))
    return render(
        "enrollment/follow_ups.html",
        clinic_id=member().clinic_id,
        views=[views[case.id] for case in cases],
        names=provider_names([case.provider_id for case in cases]),
        view=current,
        touches=services.touches(current.case.id, limit=5) if current else [],
        proposed=services.proposed_follow_up(current.case) if current else None,
        cadence=cadence_of(current.case) if current else None,
        due=due,
        overdue=[case for case in due if case.next_follow_up_on and case.next_follow_up_on < today],
        mine=mine,
        channels=CHANNEL_WORDS,
        can_work=may(ENROLLMENT_WORK),
        values=request.form if error else {},
        errors=errors_by_field(error),
    )
