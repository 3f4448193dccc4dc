"""Loading all of it: the staff, each clinic with its people, its acts, and the portfolio's row at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime, time
from random import Random
from uuid import UUID

from infra import clock
from infra.calendar import federal_calendar
from infra.db import Scope, unit_of_work
from infra.ids import derived
from infra.outbox import kept_from_relay
from infra.problems import NotFound
from onboarding.demo.clinics import CLINICS, DemoClinic
from onboarding.demo.people import Known, ensure_person, ensure_staff
from onboarding.demo.providers import PROVIDERS
from onboarding.demo.scripts import Stage, acts_of
from onboarding.demo.story import EASTERN, KEPT_S, Act, close_the_rest, perform_due, tell
from onboarding.plan.services import refresh_forecast, sign_clinic
from onboarding.portfolio.services import refresh_rollup
from tenants.clinics.services import NewClinic, get_clinic
from tenants.people import services as people

SEED = 20261102
_CLINICS_AT_ONCE = 2
_BEGINNING = frozenset({"credentialing.schedule_follow_ups", "credentialing.begin_expiry_watch"})


def load(say: Callable[[str], None]) -> int:
    """Load what is not there yet; returns how many acts were played (0: everything was there)."""
    vendor_id, staff = ensure_staff()
    admins = {clinic.key: ensure_person(clinic.admin) for clinic in CLINICS}
    for clinic in CLINICS:
        for provider in PROVIDERS[clinic.key]:
            if provider.signs_in:
                ensure_person(provider.person(clinic))
    with ThreadPoolExecutor(_CLINICS_AT_ONCE) as pool:
        loads = [
            pool.submit(
                copy_context().run, _load_clinic, clinic, vendor_id, staff | {clinic.admin.key: admins[clinic.key]}, say
            )
            for clinic in CLINICS
        ]
        return sum(each.result() for each in loads)


def _load_clinic(clinic: DemoClinic, vendor_id: UUID, everybody: dict[str, Known], say: Callable[[str], None]) -> int:
    tenant_id = derived("demo", vendor_id, clinic.key)
    today = clock.today()
    signed_on = federal_calendar().add_business_days(today, -clinic.signed_bd)
    known_since = _signed_on(tenant_id)
    if known_since is None:
        _sign(clinic, tenant_id, vendor_id, everybody, signed_on)
    else:
        # A load that goes on another day keeps counting from the day on which it began.
        signed_on = known_since
        today = federal_calendar().add_business_days(known_since, clinic.signed_bd)
    stage = Stage(clinic, signed_on, today, Random(f"{SEED}/{clinic.key}"))  # noqa: S311 - a story, not a secret
    played = tell(tenant_id, [*acts_of(stage), Act("to today", today, clinic.manager, _to_today)], everybody)
    if played:
        close_the_rest(tenant_id)
        say(f"{clinic.name}: {clinic.standing}")
    return played


def _to_today() -> None:
    refresh_forecast()
    refresh_rollup()


def _signed_on(tenant_id: UUID) -> date | None:
    with unit_of_work(Scope(tenant_id=tenant_id)):
        try:
            return get_clinic().contract_on
        except NotFound:
            return None


def _sign(clinic: DemoClinic, tenant_id: UUID, vendor_id: UUID, everybody: dict[str, Known], signed_on: date) -> None:
    manager = everybody[clinic.manager]
    scope = Scope(tenant_id=tenant_id, actor_id=manager.id, actor_name=manager.person.name)
    morning = datetime.combine(signed_on, time(9), EASTERN).astimezone(UTC)
    with clock.freeze(morning), kept_from_relay(KEPT_S):
        with unit_of_work(scope):
            sign_clinic(
                NewClinic(
                    name=clinic.name,
                    state="OH",
                    timezone="America/New_York",
                    contract_on=signed_on,
                    npi=clinic.npi,
                    tin=clinic.tin,
                    ehr=clinic.ehr,
                    traits=dict(clinic.traits),
                ),
                vendor_id=vendor_id,
                creator_role=manager.person.role,
                variant=clinic.variant,
            )
            for key in dict.fromkeys(("morgan", "tomas", "dee", clinic.admin.key)):
                if key != clinic.manager:
                    who = everybody[key]
                    people.add_member(
                        person_id=who.id, email=who.person.email, name=who.person.name, role=who.person.role
                    )
        perform_due(tenant_id, _BEGINNING)
