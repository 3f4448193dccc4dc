"""One meeting: its agenda with how ready each file is, its beginning, its notes, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.committee import services
from credentialing.committee.permissions import COMMITTEE_DECIDE, COMMITTEE_PREPARE, COMMITTEE_READ
from credentialing.committee.schemas import AgendaSchema, NotesSchema, OpenMeetingSchema
from credentialing.committee.views.blueprint import bp, loaded, trail, words
from credentialing.panel.services import active_providers
from infra.problems import Conflict, Invalid, StaleVersion
from infra.web.pages import errors_by_field, read_form, render
from infra.words import human_date
from tenants.access.chrome import clinic_today
from tenants.access.gate import access


@bp.get("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>")
@access(COMMITTEE_READ)
def meeting_page(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """A meeting and its agenda."""
    return _meeting(clinic_id, meeting_id)


def _meeting(clinic_id: UUID, meeting_id: UUID, error: Invalid | None = None) -> str:
    shared = words(clinic_id)
    meeting = services.get_meeting(meeting_id)
    trail((human_date(meeting.meets_on, clinic_today()), None))
    cases = services.cases_of(meeting_id)
    people = services.names_of([case.provider_id for case in cases])
    waiting = [people[case.provider_id] for case in cases if case.status == "agenda"]
    listed = {case.provider_id for case in cases if case.status != "withdrawn"}
    return render(
        "committee/meeting.html",
        meeting=meeting,
        cases=cases,
        people=people,
        reviews=services.review_files(waiting, meeting.meets_on, meeting.program),
        decisions=services.decisions_of([case.id for case in cases]),
        voting=services.members(),
        attending=services.members_by_id(),
        addable=[(str(each.id), each.display_name) for each in active_providers() if each.id not in listed],
        is_today=meeting.meets_on <= services.clinic_day(),
        errors=errors_by_field(error),
        **shared,
    )


def _acted(clinic_id: UUID, meeting_id: UUID, act: Callable[[], Any], done: str) -> ResponseReturnValue:
    try:
        act()
    except (Conflict, StaleVersion) as error:
        flash(error.detail, "error")
    except Invalid as error:
        return _meeting(clinic_id, meeting_id, error), 422
    else:
        flash(done, "success")
    return redirect(url_for("committee.meeting_page", clinic_id=clinic_id, meeting_id=meeting_id))


@bp.post("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/cases")
@access(COMMITTEE_PREPARE)
def put_on_agenda(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Put a file on the agenda."""
    services.get_meeting(meeting_id)

    def act() -> None:
        services.put_on_agenda(meeting_id, provider_id=read_form(AgendaSchema())["provider_id"])

    return _acted(clinic_id, meeting_id, act, "The file is on the agenda.")


@bp.post("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/open")
@access(COMMITTEE_DECIDE)
def open_meeting(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Begin the meeting with those who are there."""
    services.get_meeting(meeting_id)

    def act() -> None:
        form = loaded(OpenMeetingSchema(), {"present": request.form.getlist("present")})
        services.open_meeting(meeting_id, present=form["present"])

    return _acted(clinic_id, meeting_id, act, "The meeting is in session.")


@bp.post("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/notes")
@access(COMMITTEE_DECIDE)
def note_discussion(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Keep what was discussed."""
    services.get_meeting(meeting_id)

    def act() -> None:
        form = loaded(NotesSchema(), {"notes": request.form.get("notes", "") or " "})
        services.note_discussion(meeting_id, notes=form["notes"].strip())

    return _acted(clinic_id, meeting_id, act, "The notes are kept for the minutes.")


@bp.post("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/close")
@access(COMMITTEE_DECIDE)
def close_meeting(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """End it and have the minutes sealed."""
    services.get_meeting(meeting_id)
    done = "The meeting is closed; its minutes are being sealed."
    return _acted(clinic_id, meeting_id, lambda: services.close_meeting(meeting_id), done)


@bp.post("/c/<uuid:clinic_id>/committee/meetings/<uuid:meeting_id>/cancel")
@access(COMMITTEE_PREPARE)
def cancel_meeting(clinic_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Call it off."""
    services.get_meeting(meeting_id)
    return _acted(clinic_id, meeting_id, lambda: services.cancel_meeting(meeting_id), "The meeting is called off.")
