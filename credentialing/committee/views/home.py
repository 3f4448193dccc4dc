"""The committee's home: what is due, its meetings; and its setup: charter and members."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from credentialing.committee import services
from credentialing.committee.permissions import COMMITTEE_PREPARE, COMMITTEE_READ
from credentialing.committee.rules import Program
from credentialing.committee.schemas import CharterSchema, NewMeetingSchema, NewMemberSchema
from credentialing.committee.views.blueprint import bp, trail, words
from credentialing.panel.services import active_providers
from infra.problems import Conflict, Invalid
from infra.web.pages import errors_by_field, page_size, read_form, render, sliced, uuid_cursor
from tenants.access.gate import access


@bp.get("/c/<uuid:clinic_id>/committee")
@access(COMMITTEE_READ)
def home_page(clinic_id: UUID) -> ResponseReturnValue:
    """What the committee owes, who comes back, and its meetings."""
    return _home(clinic_id)


def _home(clinic_id: UUID, error: Invalid | None = None) -> str:
    shared = words(clinic_id)
    trail()
    limit = page_size()
    page = sliced(services.list_meetings(limit=limit + 1, after=uuid_cursor()), limit)
    standing = services.standing()
    ids = [decision.provider_id for decision, _ in standing.notices]
    ids += [decision.provider_id for decision in standing.returning]
    return render(
        "committee/home.html",
        meetings=page.items,
        next_cursor=page.next_cursor,
        counts=services.counts_of([meeting.id for meeting in page.items]),
        standing=standing,
        people=services.names_of(ids),
        voting=services.members(),
        charter=services.charter(),
        errors=errors_by_field(error),
        day=services.clinic_day(),
        **shared,
    )


@bp.post("/c/<uuid:clinic_id>/committee/meetings")
@access(COMMITTEE_PREPARE)
def plan(clinic_id: UUID) -> ResponseReturnValue:
    """Plan a meeting."""
    try:
        meeting = services.plan_meeting(**read_form(NewMeetingSchema()))
    except Invalid as error:
        return _home(clinic_id, error), 422
    flash("The meeting is planned. Put files on its agenda.", "success")
    return redirect(url_for("committee.meeting_page", clinic_id=clinic_id, meeting_id=meeting.id))


@bp.get("/c/<uuid:clinic_id>/committee/setup")
@access(COMMITTEE_PREPARE)
def setup_page(clinic_id: UUID) -> ResponseReturnValue:
    """The charter and the members."""
    return _setup(clinic_id)


def _setup(clinic_id: UUID, error: Invalid | None = None, values: dict[str, str] | None = None) -> str:
    shared = words(clinic_id)
    trail(("Charter and members", None))
    row, voting = services.charter(), services.members()
    return render(
        "committee/setup.html",
        charter=row,
        voting=voting,
        quorum=services.quorum_of(row, len(voting)),
        providers=[(str(provider.id), provider.name) for provider in active_providers()],
        errors=errors_by_field(error),
        values=values or {},
        **shared,
    )


@bp.post("/c/<uuid:clinic_id>/committee/setup")
@access(COMMITTEE_PREPARE)
def change_charter(clinic_id: UUID) -> ResponseReturnValue:
    """Set the charter."""
    try:
        form = read_form(CharterSchema())
    except Invalid as error:
        return _setup(clinic_id, error), 422
    services.change_charter(**(form | {"program": Program(form["program"])}))
    flash("The charter is saved; meetings that have begun keep theirs.", "success")
    return redirect(url_for("committee.setup_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/committee/members")
@access(COMMITTEE_PREPARE)
def add_member(clinic_id: UUID) -> ResponseReturnValue:
    """Add a voting member."""
    try:
        added = services.add_member(**read_form(NewMemberSchema()))
    except Invalid as error:
        return _setup(clinic_id, error), 422
    flash(f"{added.name} is a member of the committee.", "success")
    return redirect(url_for("committee.setup_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/committee/members/<uuid:member_id>/leave")
@access(COMMITTEE_PREPARE)
def end_member(clinic_id: UUID, member_id: UUID) -> ResponseReturnValue:
    """Let a member leave."""
    try:
        flash(f"{services.end_member(member_id).name} left the committee.", "success")
    except Conflict as error:
        flash(error.detail, "error")
    return redirect(url_for("committee.setup_page", clinic_id=clinic_id))
