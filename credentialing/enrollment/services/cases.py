"""Starting cases, one or many at once, and finding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select

from credentialing.enrollment.models import Enrollment, EnrollmentEvent, EnrollmentTouch, Location
from credentialing.enrollment.rules import cadence_days, next_follow_up
from credentialing.enrollment.states import FINAL, WAITS_ON, EnrollmentState, waiting_on
from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from infra import clock
from infra.calendar import federal_calendar
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import Conflict, NotFound, StaleVersion, invalid
from infra.words import counted
from tenants.access.roles import VENDOR, Role
from tenants.audit import record
from tenants.audit.models import AuditEvent
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tenants.people.models import Membership

# The line of business that a payer of this kind usually means.
USUAL_LINE = {
    "medicare": "medicare",
    "medicaid_ffs": "medicaid",
    "medicaid_mco": "medicaid",
    "medicaid_pihp": "medicaid",
    "marketplace": "marketplace",
    "tricare": "tricare",
    "va": "va",
    "eap": "eap",
    "workers_comp": "workers_comp",
}
MOST_AT_ONCE = 500
FOLLOW_UP_DEFAULT_DAYS = 7
OLDEST_REQUEST = timedelta(days=5 * 366)


class AlreadyEnrolled(Conflict):
    """The provider already has an open case with this payer, line of business and location."""

    code, title = "already-enrolled", "There is an open case for this provider and payer"


@dataclass(frozen=True, slots=True)
class NewEnrollment:
    """A case to be started. `tin` defaults to the clinic's, `requested_on` to today."""

    provider_id: UUID
    payer_id: str
    line_of_business: str | None = None
    location_id: UUID | None = None
    tin: str | None = None
    requested_on: date | None = None

    @property
    def line(self) -> str:
        """The line of business, or the usual one of this payer."""
        known = payer(self.payer_id)
        return self.line_of_business or USUAL_LINE.get(known.kind if known else "", "commercial")

    @property
    def key(self) -> tuple[UUID, str, str, UUID | None]:
        """What may exist only once among open cases."""
        return self.provider_id, self.payer_id, self.line, self.location_id


@dataclass(frozen=True, slots=True)
class PairResult:
    """What became of one wished case: created, exists or refused, and why."""

    wished: NewEnrollment
    result: str
    enrollment: Enrollment | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows. Empty fields do not narrow it."""

    statuses: Sequence[str] = ()
    provider_id: UUID | None = None
    payer_id: str | None = None
    waits_on: str | None = None
    due_by: date | None = None
    owner_id: UUID | None = None


def clinic_day() -> date:
    """Today where the clinic is."""
    return clock.today(get_clinic().timezone)


def start_enrollment(new: NewEnrollment) -> Enrollment:
    """Start one case.

    Raises `NotFound` for an unknown provider or location, `Invalid` for an unknown payer or an impossible day of request,
    and `AlreadyEnrolled`.
    """
    if payer(new.payer_id) is None:
        raise invalid("payer_id", "No payer of the payer book has this id. GET /api/v1/payers lists them.")
    today = clinic_day()
    asked = new.requested_on or today
    if not today - OLDEST_REQUEST <= asked <= today + timedelta(days=1):
        raise invalid("requested_on", "Enter a day of the last five years, not in the future.")
    made = start_many([new])[0]
    if made.result == "exists":
        raise AlreadyEnrolled(made.detail)
    if made.enrollment is None:
        raise NotFound(made.detail)
    return made.enrollment


def start_many(wished: Sequence[NewEnrollment]) -> list[PairResult]:
    """Start up to 500 cases with the same few statements, whatever their number; each gets its own result, in order.

    Publishes `enrollment.started` once for all of them, `hold_list.changed`, and `enrollment.matrix_built` when for the first time
    every active provider has a case. Raises `Invalid` when there are too many.
    """
    if len(wished) > MOST_AT_ONCE:
        raise invalid("pairs", f"Start at most {MOST_AT_ONCE} enrollments at once.")
    known = _known(wished)
    without_case = _providers_without_case()
    clinic, owner = get_clinic(), _owner()
    results: list[PairResult] = []
    for new in wished:
        refusal = known.refusal(new)
        if refusal:
            results.append(PairResult(new, "refused", detail=refusal))
        elif new.key in known.open:
            results.append(PairResult(new, "exists", detail="There is an open case for this pair."))
        else:
            known.open.add(new.key)
            results.append(PairResult(new, "created", _new_case(new, clinic, owner)))
    _store([result.enrollment for result in results if result.enrollment], without_case)
    return results


@dataclass(slots=True)
class _Known:
    providers: set[UUID]
    locations: set[UUID]
    open: set[tuple[UUID, str, str, UUID | None]]

    def refusal(self, new: NewEnrollment) -> str:
        if payer(new.payer_id) is None:
            return "No payer of the payer book has this id."
        if new.provider_id not in self.providers:
            return "There is no such provider in this clinic."
        if new.location_id is not None and new.location_id not in self.locations:
            return "There is no such location in this clinic."
        return ""


def _known(wished: Sequence[NewEnrollment]) -> _Known:
    tenant_id = current_tenant()
    ids = {new.provider_id for new in wished}
    places = {new.location_id for new in wished if new.location_id is not None}
    providers = db().scalars(select(Provider.id).where(Provider.tenant_id == tenant_id, Provider.id.in_(ids)))
    taken = db().execute(
        select(Enrollment.provider_id, Enrollment.payer_id, Enrollment.line_of_business, Enrollment.location_id).where(
            Enrollment.tenant_id == tenant_id, Enrollment.provider_id.in_(ids), Enrollment.status.not_in(FINAL)
        )
    )
    found = (
        db().scalars(select(Location.id).where(Location.tenant_id == tenant_id, Location.id.in_(places)))
        if places
        else ()
    )
    return _Known(set(providers), set(found), {(row[0], row[1], row[2], row[3]) for row in taken})


def _providers_without_case() -> set[UUID]:
    tenant_id = current_tenant()
    has_case = exists().where(Enrollment.tenant_id == tenant_id, Enrollment.provider_id == Provider.id)
    query = select(Provider.id).where(Provider.tenant_id == tenant_id, Provider.status == "active", ~has_case)
    return set(db().scalars(query))


def _owner() -> tuple[UUID, str]:
    """Whose case it will be: the actor when they work for the vendor.

    Else the clinic's specialist or account manager.
    """
    scope, staff = current_scope(), vendor_staff()
    order = [Role.SPECIALIST.value, Role.ACCOUNT_MANAGER.value, Role.VENDOR_ADMIN.value]
    ranked = sorted(staff, key=lambda row: (row.person_id != scope.actor_id, order.index(row.role)))
    if not ranked:
        raise Conflict("Nobody of the billing vendor works in this clinic, so the case would have no owner.")
    return ranked[0].person_id, ranked[0].name


def vendor_staff() -> Sequence[Membership]:
    """People of the billing vendor who work in this clinic, in the order in which they joined."""
    return (
        db()
        .scalars(
            select(Membership)
            .where(
                Membership.tenant_id == current_tenant(),
                Membership.status == "active",
                Membership.role.in_([role.value for role in VENDOR]),
            )
            .order_by(Membership.id)
        )
        .all()
    )


def _new_case(new: NewEnrollment, clinic: Clinic, owner: tuple[UUID, str]) -> Enrollment:
    today = clock.today(clinic.timezone)
    known = payer(new.payer_id)
    days = cadence_days(EnrollmentState.NOT_STARTED, known.follow_up_days if known else FOLLOW_UP_DEFAULT_DAYS)
    return Enrollment(
        id=uuid7(),
        tenant_id=current_tenant(),
        provider_id=new.provider_id,
        payer_id=new.payer_id,
        line_of_business=new.line,
        location_id=new.location_id,
        tin=new.tin or clinic.tin,
        status=EnrollmentState.NOT_STARTED.value,
        status_since_on=new.requested_on or today,
        requested_on=new.requested_on or today,
        last_touch_on=today,
        next_follow_up_on=next_follow_up(today, days or FOLLOW_UP_DEFAULT_DAYS, federal_calendar()),
        owner_id=owner[0],
        owner_name=owner[1],
        event_count=1,
    )


def _store(cases: Sequence[Enrollment], without_case: set[UUID]) -> None:
    if not cases:
        return
    db().add_all(cases)
    db().flush()
    scope = current_scope()
    waits = waiting_on(EnrollmentState.NOT_STARTED)
    db().add_all(
        EnrollmentEvent(
            enrollment_id=case.id,
            provider_id=case.provider_id,
            number=1,
            to_status=case.status,
            waits_on=waits.value if waits else None,
            happened_on=case.requested_on,
            actor_id=scope.actor_id,
            actor_name=scope.actor_name,
        )
        for case in cases
    )
    db().flush()
    for case in cases:
        record(
            "enrollment.started",
            f"started the enrollment with {payer_name(case.payer_id)}",
            subject_kind="enrollment",
            subject_id=case.id,
            facts={"provider_id": str(case.provider_id), "payer_id": case.payer_id},
        )
    publish("enrollment.started", clinic_id=str(current_tenant()), enrollment_ids=[str(case.id) for case in cases])
    publish("hold_list.changed", clinic_id=str(current_tenant()))
    if without_case and not without_case - {case.provider_id for case in cases}:
        _matrix_built()


def _matrix_built() -> None:
    told = exists().where(AuditEvent.tenant_id == current_tenant(), AuditEvent.action == "enrollment.matrix_built")
    if db().scalar(select(told)):
        return
    tenant_id = current_tenant()
    pairs = (
        db()
        .execute(
            select(Enrollment.provider_id, Enrollment.payer_id).where(Enrollment.tenant_id == tenant_id).distinct()
        )
        .all()
    )
    record(
        "enrollment.matrix_built",
        f"completed the matrix of providers and payers: {counted(len(pairs), 'pair')}",
        subject_kind="clinic",
        subject_id=tenant_id,
    )
    publish("enrollment.matrix_built", clinic_id=str(tenant_id), pairs=len(pairs))


def payer_name(payer_id: str) -> str:
    """The payer's name in running text; its id when the book no longer has it."""
    known = payer(payer_id)
    return known.short_name if known else payer_id


def ids_of(case: Enrollment) -> dict[str, str | None]:
    """What subscribers are told of a case: ids only."""
    return {
        "clinic_id": str(case.tenant_id),
        "enrollment_id": str(case.id),
        "provider_id": str(case.provider_id),
        "payer_id": case.payer_id,
        "location_id": str(case.location_id) if case.location_id else None,
    }


def get_enrollment(enrollment_id: UUID, *, lock: bool = False, if_version: int | None = None) -> Enrollment:
    """One case of this clinic. Raises `NotFound`, and `StaleVersion` when `if_version` is no longer current."""
    case = find(Enrollment, enrollment_id, lock=lock)
    if if_version is not None and case.version != if_version:
        raise StaleVersion
    return case


def narrowed(query: Select[Any], wanted: CaseFilter) -> Select[Any]:
    """Narrow a query of cases by a filter."""
    if wanted.statuses:
        query = query.where(Enrollment.status.in_(wanted.statuses))
    if wanted.provider_id is not None:
        query = query.where(Enrollment.provider_id == wanted.provider_id)
    if wanted.payer_id is not None:
        query = query.where(Enrollment.payer_id == wanted.payer_id)
    if wanted.waits_on is not None:
        turn = [state.value for state, who in WAITS_ON.items() if who is not None and who.value == wanted.waits_on]
        query = query.where(Enrollment.status.in_(turn))
    if wanted.due_by is not None:
        query = query.where(Enrollment.next_follow_up_on <= wanted.due_by)
    if wanted.owner_id is not None:
        query = query.where(Enrollment.owner_id == wanted.owner_id)
    return query


def list_enrollments(wanted: CaseFilter, *, limit: int, after: UUID | None = None) -> Sequence[Enrollment]:
    """Cases of this clinic, newest first, older than the one with id `after`."""
    query = narrowed(select(Enrollment).where(Enrollment.tenant_id == current_tenant()), wanted)
    if after is not None:
        query = query.where(Enrollment.id < after)
    return db().scalars(query.order_by(Enrollment.id.desc()).limit(limit)).all()


def history(enrollment_id: UUID) -> Sequence[EnrollmentEvent]:
    """Every step of a case, oldest first."""
    return (
        db()
        .scalars(
            select(EnrollmentEvent)
            .where(EnrollmentEvent.tenant_id == current_tenant(), EnrollmentEvent.enrollment_id == enrollment_id)
            .order_by(EnrollmentEvent.number)
        )
        .all()
    )


def touches(enrollment_id: UUID, *, limit: int = 100) -> Sequence[EnrollmentTouch]:
    """Contacts about a case, newest first."""
    return (
        db()
        .scalars(
            select(EnrollmentTouch)
            .where(EnrollmentTouch.tenant_id == current_tenant(), EnrollmentTouch.enrollment_id == enrollment_id)
            .order_by(EnrollmentTouch.touched_on.desc(), EnrollmentTouch.id.desc())
            .limit(limit)
        )
        .all()
    )


def list_locations() -> Sequence[Location]:
    """Locations of this clinic by name."""
    return (
        db()
        .scalars(select(Location).where(Location.tenant_id == current_tenant()).order_by(Location.name).limit(500))
        .all()
    )


def add_location(*, name: str, address: str, npi: str | None = None) -> Location:
    """Add a location. Raises `Conflict` when the name is taken."""
    taken = db().scalar(select(Location.id).where(Location.tenant_id == current_tenant(), Location.name == name))
    if taken:
        raise Conflict("A location with this name exists already.")
    place = Location(name=name, address=address, npi=npi)
    db().add(place)
    db().flush()
    record("location.added", f"added the location {name}", subject_kind="location", subject_id=place.id)
    return place
