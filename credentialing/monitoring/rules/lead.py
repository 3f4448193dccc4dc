"""When a person is told of an end, who that is, and when nobody is told any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from infra.calendar import BusinessCalendar

LEVELS = ("first", "clinic", "account")
_USUAL = (120, 90, 60, 30, 14, 7, 1)
LEADS: Mapping[str, tuple[int, ...]] = {
    "caqh_profile": (30, 15, 10, 5, 1),
    "attestation_release": (30, 14, 7, 1),
    "malpractice_face": (60, 30, 14, 7, 1),
    "w9": (30, 7),
    "cv": (30, 7),
    "claims_history": (30, 7),
    "cultural_training": (60, 30, 7),
    "recredentialing": (180, 120, 90, 60, 30, 14, 7),
    "medicare_revalidation": (210, 120, 90, 60, 30, 14, 7, 1),
}
# After the end: what holds billing is pressed for daily at first; a CAQH profile as CAQH itself does.
AFTER_HOLDING = (-1, -3, -7, -14, -28)
AFTER_OTHERS = (-1, -14, -28, -42)
# From how many days before the end the clinic's administrator is told too, and the account manager.
ESCALATION: Mapping[str, tuple[int, int]] = {
    "caqh_profile": (10, 1),
    "recredentialing": (60, 30),
    "medicare_revalidation": (60, 30),
}
USUAL_ESCALATION = (30, 7)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be told: a member of the clinic, with the provider whose record is theirs."""

    id: UUID
    name: str
    role: str
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of reminding: so many days before (negative: after) the end, the day on which it is told, and up to whom."""

    days_before: int
    on: date
    level: str


def stages_of(kind: str, *, holds: bool) -> tuple[int, ...]:
    """Return the days before an end at which people are told, from the earliest to after it.

    Source:
        requirements.yaml, reminder_days_before (120, 90, 60, 30, 14, 7, 1); CAQH's own reminders 15, 10, 5 days before and 1,
        14, 28, 42 days after (caqh.org, ProView resources); Ohio Medicaid notices 120, 90, 60, 30 (ODM); recredentialing 180
        days ahead and revalidation seven months ahead (domain research 2.3). Shorter ones for what is quick to renew: product
        rule, confidence C.
    """
    return (*LEADS.get(kind, _USUAL), *(AFTER_HOLDING if holds else AFTER_OTHERS))


def remind_on(ends_on: date, days_before: int, calendar: BusinessCalendar) -> date:
    """Return the business day on which a step is told: moved earlier before the end, later after it, never on a day off.

    Source:
        Product rule: nobody acts on a Sunday, and a warning may come early but not late.
    """
    day = ends_on - timedelta(days=days_before)
    return calendar.previous_business_day(day) if days_before > 0 else calendar.next_business_day(day)


def first_reminder_on(kind: str, ends_on: date, *, holds: bool, calendar: BusinessCalendar) -> date:
    """Return the day of the first reminder of an end.

    Source:
        As `stages_of` and `remind_on`.
    """
    return remind_on(ends_on, stages_of(kind, holds=holds)[0], calendar)


def level_of(kind: str, days_before: int) -> str:
    """Return up to whom a step is told: `first` whoever owes it, `clinic` its administrator too, `account` the account manager too.

    Source:
        Product rule: escalation to the clinic's administrator, then to the account manager (issue 3, part 6).
    """
    clinic_at, account_at = ESCALATION.get(kind, USUAL_ESCALATION)
    if days_before <= account_at:
        return "account"
    return "clinic" if days_before <= clinic_at else "first"


def stage_due(kind: str, ends_on: date, today: date, *, holds: bool, calendar: BusinessCalendar) -> Stage | None:
    """Return the step that is to be told today: the latest whose day has come; None before the first. Steps that were missed
    are not made up one by one.

    Source:
        Product rule: a digest, not a pile: whoever was away hears where it stands now.
    """
    come = [days for days in stages_of(kind, holds=holds) if remind_on(ends_on, days, calendar) <= today]
    if not come:
        return None
    latest = min(come)
    return Stage(latest, remind_on(ends_on, latest, calendar), level_of(kind, latest))


def is_quiet(act: str | None, until_on: date | None, today: date) -> bool:
    """Say whether nobody is reminded at present: somebody put it off, or is renewing it, until a day that has not come.

    Source:
        Product rule: reminders stop when acted on, and come back when the day that was named has passed.
    """
    return act in {"snoozed", "acted"} and until_on is not None and today <= until_on


def recipients(
    owes: str, level: str, people: Sequence[Person], *, provider_id: UUID | None
) -> list[tuple[Person, str]]:
    """Return who is told of a step, each once, with the level at which they come in.

    First whoever owes it: the provider (without a sign-in the clinic's administrators), the clinic's administrators, or the
    vendor's specialists, who also chase what payers and third parties owe; then those whom it escalates to.

    Source:
        Product rule: every wait has an owner; escalation to the clinic's administrator, then the account manager.
    """
    admins = [person for person in people if person.role == "clinic_admin"]
    managers = [person for person in people if person.role == "account_manager"] or [
        person for person in people if person.role == "vendor_admin"
    ]
    specialists = [person for person in people if person.role == "specialist"] or managers
    own = [person for person in people if person.role == "provider" and person.provider_id == provider_id]
    first = {"provider": own or admins or managers, "clinic": admins or managers}.get(owes, specialists)
    chosen: dict[UUID, tuple[Person, str]] = {person.id: (person, "first") for person in first}
    for name, group in (("clinic", admins), ("account", managers)):
        if LEVELS.index(level) >= LEVELS.index(name):
            for person in group:
                chosen.setdefault(person.id, (person, name))
    return list(chosen.values())


def untold(wanted: Collection[tuple[Person, str]], told: Collection[UUID]) -> list[tuple[Person, str]]:
    """Return those who have not been told of this step yet.

    Source:
        Product rule: nobody is told the same thing twice.
    """
    return [(person, level) for person, level in wanted if person.id not in told]
