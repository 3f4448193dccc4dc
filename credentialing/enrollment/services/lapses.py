"""Which ends of licenses, insurances and other rights concern which case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment, Location
from credentialing.enrollment.rules import Ending, concerns, lapsed, state_of_case
from credentialing.enrollment.states import FINAL, EnrollmentState
from credentialing.monitoring.holding import endings_of
from credentialing.payers.book import payer
from infra import clock
from infra.calendar import federal_calendar
from infra.db import current_tenant, db
from tenants.clinics.services import get_clinic

# Revalidations open about three months before they are due; earlier ones are sent back (Medicare: seven months).
RECREDENTIAL_AHEAD = timedelta(days=90)


def endings_by_case(cases: Sequence[Enrollment], *, before: date) -> dict[UUID, tuple[Ending, ...]]:
    """For each case what ends before a day and stops billing for it, in at most three statements."""
    found = endings_of({case.provider_id for case in cases}, before=before)
    if not found:
        return {}
    states = states_of(cases)
    return {case.id: _that_concern(case, states[case.id], found) for case in cases}


def _that_concern(case: Enrollment, state: str, found: dict[UUID | None, list[Ending]]) -> tuple[Ending, ...]:
    known = payer(case.payer_id)
    kind = known.kind if known else ""
    return tuple(
        ending
        for ending in (*found.get(case.provider_id, ()), *found.get(None, ()))
        if concerns(ending, payer_id=case.payer_id, payer_kind=kind, state=state)
    )


def states_of(cases: Collection[Enrollment]) -> dict[UUID, str]:
    """In which state the provider practices, case by case; one statement when any case names a location."""
    places = {case.location_id for case in cases if case.location_id is not None}
    addresses: dict[UUID, str] = {}
    if places:
        query = select(Location.id, Location.address).where(
            Location.tenant_id == current_tenant(), Location.id.in_(places)
        )
        addresses = {row.id: row.address for row in db().execute(query)}
    clinic = get_clinic()
    found = {}
    for case in cases:
        known = payer(case.payer_id)
        address = addresses.get(case.location_id) if case.location_id else None
        found[case.id] = state_of_case(address, known.states if known else (), clinic.state)
    return found


def pairs_by_provider(provider_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """The open cases of these providers as payer id and state, each once; two statements."""
    cases = (
        db()
        .scalars(
            select(Enrollment)
            .where(
                Enrollment.tenant_id == current_tenant(),
                Enrollment.provider_id.in_(provider_ids),
                Enrollment.status.not_in(FINAL),
            )
            .order_by(Enrollment.provider_id, Enrollment.payer_id, Enrollment.id)
        )
        .all()
    )
    states = states_of(cases)
    found: dict[UUID, list[tuple[str, str]]] = {}
    for case in cases:
        pairs = found.setdefault(case.provider_id, [])
        pair = (case.payer_id, states[case.id])
        if pair not in pairs:
            pairs.append(pair)
    return found


def follow_lapsed_cases(provider_id: UUID | None, *, payer_ids: Sequence[str], is_over: bool) -> int:
    """Put loaded cases with these payers into the follow-ups of the next business day because something of the provider (of every
    provider, without an id) has lapsed; take them out again when that is over. Returns how many cases were touched.

    Cases that somebody follows for another reason keep their day.
    """
    query = select(Enrollment).where(
        Enrollment.tenant_id == current_tenant(),
        Enrollment.status == EnrollmentState.LOADED_VERIFIED.value,
        Enrollment.payer_id.in_(payer_ids),
    )
    if provider_id is not None:
        query = query.where(Enrollment.provider_id == provider_id)
    cases = db().scalars(query.with_for_update()).all()
    today = clock.today(get_clinic().timezone)
    endings = endings_by_case(cases, before=today)
    touched = 0
    for case in cases:
        held = lapsed(endings.get(case.id, ()), today) is not None
        if held and not is_over and case.next_follow_up_on is None:
            case.next_follow_up_on = federal_calendar().next_business_day(today)
            touched += 1
        elif is_over and not held and _is_followed_for_lapse(case, today):
            case.next_follow_up_on = None
            touched += 1
    db().flush()
    return touched


def _is_followed_for_lapse(case: Enrollment, today: date) -> bool:
    """A loaded case is in the follow-ups only for a lapse, or because its recredentialing comes near."""
    soon = case.recredential_due_on is not None and case.recredential_due_on <= today + RECREDENTIAL_AHEAD
    return case.next_follow_up_on is not None and not soon
