"""Enrollments over the API: starting, moving and following up cases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from credentialing.enrollment import services
from credentialing.enrollment.models import STATUSES, Enrollment, EnrollmentTouch, Location
from credentialing.enrollment.permissions import (
    ENROLLMENT_FOLLOW,
    ENROLLMENT_READ,
    ENROLLMENT_WORK,
    LOCATION_READ,
    LOCATION_WRITE,
)
from credentialing.enrollment.rules import blocking
from credentialing.enrollment.schemas import (
    BulkAnswerSchema,
    BulkSchema,
    CaseSchema,
    EnrollmentListSchema,
    EnrollmentSchema,
    LocationBodySchema,
    LocationListSchema,
    LocationSchema,
    NewEnrollmentSchema,
    OwnerSchema,
    TouchAnswerSchema,
    TouchListSchema,
    TouchSchema,
    TransitionSchema,
    case_facts,
    step_of,
)
from credentialing.enrollment.services import AlreadyEnrolled, CaseFilter, NewEnrollment
from credentialing.enrollment.states import TRANSITIONS, WAITS_ON
from infra.web.errors import map_constraint
from infra.web.pages import page_size, set_version, sliced, uuid_cursor, wanted_version
from infra.web.query import (
    IF_MATCH,
    PAGES,
    choice_argument,
    choices_argument,
    day_argument,
    parameter,
    uuid_argument,
)
from tenants.access.gate import access, may

blp = Blueprint("enrollment_api", __name__, url_prefix="/api/v1", description="Payer enrollment")
map_constraint("uq_enrollment_pair", AlreadyEnrolled)
_TURNS = tuple(sorted({who.value for who in WAITS_ON.values() if who is not None}))


@blp.get("/clinics/<uuid:clinic_id>/enrollments")
@access(ENROLLMENT_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("status", "Only cases in one of these states.", choices=STATUSES, many=True),
        parameter("provider_id", "Only cases of this provider.", form="uuid"),
        parameter("payer_id", "Only cases with this payer of the payer book."),
        parameter("waiting_on", "Only cases in which it is their turn.", choices=_TURNS),
        parameter("due_by", "Only cases whose next follow-up is on this day or earlier.", form="date"),
    ]
)
@blp.response(200, EnrollmentListSchema)
def list_enrollments(clinic_id: UUID) -> dict[str, Any]:
    """Cases, newest first."""
    limit = page_size()
    rows = services.list_enrollments(_filter(), limit=limit + 1, after=uuid_cursor())
    page = sliced(rows, limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


def _filter() -> CaseFilter:
    return CaseFilter(
        statuses=choices_argument("status", STATUSES),
        provider_id=uuid_argument("provider_id"),
        payer_id=request.args.get("payer_id"),
        waits_on=choice_argument("waiting_on", _TURNS),
        due_by=day_argument("due_by"),
    )


@blp.post("/clinics/<uuid:clinic_id>/enrollments")
@access(ENROLLMENT_WORK)
@blp.arguments(NewEnrollmentSchema)
@blp.response(201, EnrollmentSchema)
def start_enrollment(body: dict[str, Any], clinic_id: UUID) -> Enrollment:
    """Start the case of a provider with a payer."""
    made = services.start_enrollment(NewEnrollment(**body))
    set_version(made.version)
    return made


@blp.post("/clinics/<uuid:clinic_id>/enrollments/bulk")
@access(ENROLLMENT_WORK)
@blp.arguments(BulkSchema)
@blp.response(200, BulkAnswerSchema)
def start_many(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Start many cases; each pair gets its own result and none stops the others."""
    results = services.start_many([NewEnrollment(**pair) for pair in body["pairs"]])
    counts = {name: sum(row.result == name for row in results) for name in ("created", "exists", "refused")}
    return {
        "items": results,
        "created": counts["created"],
        "existing": counts["exists"],
        "refused": counts["refused"],
    }


@blp.get("/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>")
@access(ENROLLMENT_READ)
@blp.response(200, CaseSchema)
def get_enrollment(clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """One case: status, history, prediction, follow-up.

    Statutory deadline and what is still wrong with the application.
    """
    case = services.get_enrollment(enrollment_id)
    set_version(case.version)
    return _whole_case(case)


def _whole_case(case: Enrollment) -> dict[str, Any]:
    outlook = services.outlooks([case])[case.id]
    defects = services.case_packet(case)
    return case_facts(outlook) | {
        "next_steps": [state.value for state in TRANSITIONS[case.state]],
        "packet": {"ready": not blocking(defects), "defects": defects},
        "history": services.history(case.id),
        "touches": services.touches(case.id) if may(ENROLLMENT_FOLLOW) else [],
    }


@blp.patch("/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>")
@access(ENROLLMENT_WORK)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(OwnerSchema)
@blp.response(200, EnrollmentSchema)
def change_owner(body: dict[str, Any], clinic_id: UUID, enrollment_id: UUID) -> Enrollment:
    """Hand a case to a colleague of the billing vendor."""
    case = services.hand_over(enrollment_id, owner_id=body["owner_id"], if_version=wanted_version())
    set_version(case.version)
    return case


@blp.post("/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/transitions")
@access(ENROLLMENT_WORK)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(TransitionSchema)
@blp.response(200, CaseSchema)
def take_step(body: dict[str, Any], clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """Move a case by one step; missing evidence is a 422 that names it, an impossible step a 409."""
    case = services.take_step(enrollment_id, step_of(body), if_version=wanted_version())
    set_version(case.version)
    return _whole_case(case)


@blp.get("/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/touches")
@access(ENROLLMENT_FOLLOW)
@blp.response(200, TouchListSchema)
def list_touches(clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """The last hundred contacts about a case, newest first."""
    return {"items": services.touches(services.get_enrollment(enrollment_id).id), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/touches")
@access(ENROLLMENT_WORK)
@blp.arguments(TouchSchema)
@blp.response(201, TouchAnswerSchema)
def log_touch(body: dict[str, Any], clinic_id: UUID, enrollment_id: UUID) -> EnrollmentTouch:
    """Note a contact; the answer says when to ask again, never later than the payer's cadence and on a business day."""
    wished = body.pop("next_follow_up", None)
    return services.log_touch(enrollment_id, **body, next_follow_up_on=wished)


@blp.get("/clinics/<uuid:clinic_id>/locations")
@access(LOCATION_READ)
@blp.response(200, LocationListSchema)
def list_locations(clinic_id: UUID) -> dict[str, Any]:
    """Where the clinic sees clients."""
    return {"items": services.list_locations(), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/locations")
@access(LOCATION_WRITE)
@blp.arguments(LocationBodySchema)
@blp.response(201, LocationSchema)
def add_location(body: dict[str, Any], clinic_id: UUID) -> Location:
    """Add a location."""
    return services.add_location(**body)
