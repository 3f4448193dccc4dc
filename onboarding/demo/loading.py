"""Loading all of it: the staff, each clinic with its people, its acts, and the portfolio's row at the end."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from itertools import repeat
from random import Random
from uuid import UUID

from infra import clock
from infra.calendar import federal_calendar
from infra.db import Scope, unit_of_work
from infra.ids import derived
from infra.logs import configure_logs
from infra.outbox import kept_from_relay
from infra.outbox.registry import load_jobs
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
_AT_ONCE = 2
_BEGINNING = frozenset(
    {
        "credentialing.schedule_follow_ups",
        "credentialing.begin_expiry_watch",
        "credentialing.begin_source_watch",
        "credentialing.begin_hold_watch",
    }
)


def ensure_people() -> tuple[UUID, dict[str, Known], dict[str, Known]]:
    """Everybody who signs in, made when missing: the vendor's id, its staff by key, and administrators by clinic."""
    vendor_id, staff = ensure_staff()
    admins = {clinic.key: ensure_person(clinic.admin) for clinic in CLINICS}
    for clinic in CLINICS:
        for provider in PROVIDERS[clinic.key]:
            if provider.signs_in:
                ensure_person(provider.person(clinic))
    return vendor_id, staff, admins


def load(say: Callable[[str], None]) -> int:
    """Load what is not there yet, two clinics at a time; returns how many acts were played (0: everything was there)."""
    vendor_id, staff, admins = ensure_people()
    fresh = multiprocessing.get_context(
        "spawn"
    )  # a forked process would wait forever for threads that it does not have
    with ProcessPoolExecutor(_AT_ONCE, mp_context=fresh, initializer=_begin_child, initargs=(os.getpid(),)) as pool:
        everybody = [staff | {clinic.admin.key: admins[clinic.key]} for clinic in CLINICS]
        total = 0
        for clinic, played in zip(CLINICS, pool.map(_in_child, CLINICS, repeat(vendor_id), everybody), strict=True):
            if played:
                say(f"{clinic.name}: {clinic.standing}")
            total += played
    return total


def _begin_child(parent: int) -> None:
    """In a child: what the house does and who listens, and an end when the command that began it is gone."""
    configure_logs("ERROR")
    load_jobs()
    threading.Thread(target=_end_with, args=(parent,), daemon=True, name="parent").start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _in_child(clinic: DemoClinic, vendor_id: UUID, everybody: dict[str, Known]) -> int:
    """Load one clinic; what goes wrong travels to the parent as words, because not every error can be carried between processes."""
    try:
        return _load_clinic(clinic, vendor_id, everybody)
    except Exception:
        raise RuntimeError(f"{clinic.name} was not loaded to its end.\n{traceback.format_exc()}") from None


def _load_clinic(clinic: DemoClinic, vendor_id: UUID, everybody: dict[str, Known]) -> int:
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
    morning = datetime(signed_on.year, signed_on.month, signed_on.day, 9, tzinfo=EASTERN).astimezone(UTC)
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
