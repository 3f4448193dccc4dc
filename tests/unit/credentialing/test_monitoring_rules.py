"""Rules of the watch, by values: month ends, weekends, holidays, and a whole year day by day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from credentialing.enrollment.rules import Ending, concerns, lapse_words, lapsed, state_in, state_of_case
from credentialing.monitoring.digest import Line, compose
from credentialing.monitoring.rules import (
    Claim,
    Person,
    band_of,
    best_claim,
    caqh_due_on,
    check_due_on,
    is_quiet,
    item_key,
    level_of,
    others_beside,
    recipients,
    recredential_due_on,
    remind_on,
    restored_on,
    revalidation_due_on,
    revalidation_window,
    stage_due,
    stages_of,
    untold,
    when_words,
)
from infra.calendar import federal_calendar

CALENDAR = federal_calendar()
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))
PROVIDER = UUID(int=99)
PIA = Person(ONE, "Pia", "provider", PROVIDER)
CASEY = Person(TWO, "Casey", "clinic_admin")
MORGAN = Person(THREE, "Morgan", "account_manager")
SAM = Person(FOUR, "Sam", "specialist")
EVERYBODY = [PIA, CASEY, MORGAN, SAM]


@pytest.mark.parametrize(
    ("attested", "state", "due"),
    [
        (date(2026, 11, 24), "OH", date(2027, 3, 24)),
        (date(2026, 11, 24), "il", date(2027, 5, 23)),
        (date(2027, 10, 31), "OH", date(2028, 2, 28)),
        (date(2027, 11, 1), "OH", date(2028, 2, 29)),
    ],
)
def test_caqh_runs_120_days_and_180_in_illinois(attested, state, due):
    assert caqh_due_on(attested, state) == due


@pytest.mark.parametrize(
    ("start", "recredential", "revalidation"),
    [
        (date(2026, 1, 31), date(2029, 1, 31), date(2031, 1, 31)),
        (date(2024, 2, 29), date(2027, 2, 28), date(2029, 2, 28)),
        (date(2026, 11, 5), date(2029, 11, 5), date(2031, 11, 30)),
        (date(2023, 2, 10), date(2026, 2, 10), date(2028, 2, 29)),
    ],
)
def test_recredentialing_36_months_revalidation_at_a_month_end(start, recredential, revalidation):
    assert recredential_due_on(start) == recredential
    assert revalidation_due_on(start) == revalidation
    assert revalidation_window(revalidation) < revalidation


def test_revalidation_opens_seven_months_ahead():
    assert revalidation_window(date(2031, 9, 30)) == date(2031, 2, 28)


def test_checks_are_due_at_hire_and_every_thirty_days():
    assert check_due_on(None, date(2026, 11, 24)) == date(2026, 11, 24)
    assert check_due_on(date(2027, 1, 30), date(2026, 1, 1)) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("ends_on", "days", "told_on"),
    [
        (date(2026, 12, 14), 1, date(2026, 12, 11)),  # Sunday before becomes Friday
        (date(2026, 12, 26), 1, date(2026, 12, 24)),  # Christmas is no working day
        (date(2027, 1, 18), 7, date(2027, 1, 11)),
        (date(2026, 12, 11), -1, date(2026, 12, 14)),  # Saturday after becomes Monday
        (date(2026, 11, 25), -1, date(2026, 11, 27)),  # Thanksgiving
    ],
)
def test_reminders_fall_on_business_days_early_before_and_late_after(ends_on, days, told_on):
    assert remind_on(ends_on, days, CALENDAR) == told_on


@pytest.mark.parametrize("kind", ["state_license", "caqh_profile", "malpractice_face", "w9", "medicare_revalidation"])
@pytest.mark.parametrize("ends_on", [date(2027, 6, 30), date(2027, 2, 28), date(2027, 5, 31), date(2027, 9, 5)])
def test_day_by_day_over_a_year_each_step_is_told_once_and_nobody_on_a_day_off(kind, ends_on):
    told: dict[int, set[UUID]] = {}
    days: list[tuple[date, int]] = []
    day = ends_on - timedelta(days=300)
    while day <= ends_on + timedelta(days=65):
        for _ in range(2):  # a second run on the same day changes nothing
            stage = stage_due(kind, ends_on, day, holds=kind == "state_license", calendar=CALENDAR)
            if stage and CALENDAR.is_business_day(day):
                people = recipients("provider", stage.level, EVERYBODY, provider_id=PROVIDER)
                new = untold(people, told.setdefault(stage.days_before, set()))
                if new:
                    days.append((day, stage.days_before))
                told[stage.days_before] |= {person.id for person, _ in new}
        day += timedelta(days=1)
    wanted = list(stages_of(kind, holds=kind == "state_license"))
    assert [step for _, step in days] == wanted
    assert all(CALENDAR.is_business_day(on) for on, _ in days)
    assert all(on <= ends_on - timedelta(days=step) for on, step in days if step > 0)
    assert all(on > ends_on for on, step in days if step < 0)


def test_whoever_was_away_hears_only_where_it_stands():
    stage = stage_due("state_license", date(2027, 1, 31), date(2027, 1, 20), holds=True, calendar=CALENDAR)
    assert stage is not None
    assert (stage.days_before, stage.level) == (14, "clinic")
    assert stage_due("state_license", date(2027, 1, 31), date(2026, 9, 1), holds=True, calendar=CALENDAR) is None


def test_escalation_goes_to_the_clinic_then_to_the_account_manager():
    assert [level_of("state_license", days) for days in (120, 30, 14, 7, -1)] == [
        "first",
        "clinic",
        "clinic",
        "account",
        "account",
    ]
    assert [level_of("caqh_profile", days) for days in (30, 15, 10, 1, -1)] == [
        "first",
        "first",
        "clinic",
        "account",
        "account",
    ]

    def names(owes, level, people=EVERYBODY):
        return [(person.name, at) for person, at in recipients(owes, level, people, provider_id=PROVIDER)]

    assert names("provider", "first") == [("Pia", "first")]
    assert names("provider", "account") == [("Pia", "first"), ("Casey", "clinic"), ("Morgan", "account")]
    assert names("clinic", "clinic") == [("Casey", "first")]
    assert names("vendor", "first") == [("Sam", "first")]
    assert names("payer", "first", [MORGAN]) == [("Morgan", "first")]
    assert names("provider", "first", [CASEY, MORGAN]) == [("Casey", "first")]
    assert recipients("provider", "first", EVERYBODY, provider_id=UUID(int=5)) == [(CASEY, "first")]


def test_quiet_until_the_day_that_was_named():
    today = date(2026, 12, 1)
    assert is_quiet("snoozed", date(2026, 12, 1), today)
    assert is_quiet("acted", date(2026, 12, 9), today)
    assert not is_quiet("acted", date(2026, 11, 30), today)
    assert not is_quiet("resumed", None, today)
    assert not is_quiet(None, None, today)


def test_the_latest_renewal_counts_and_a_revoked_license_does_not():
    today = date(2026, 12, 1)
    old = Claim("document", ONE, date(2026, 11, 30))
    renewed = Claim("credential", TWO, date(2028, 11, 30), begins_on=date(2026, 11, 1))
    assert best_claim([renewed, old], today) == renewed
    revoked = Claim("credential", THREE, date(2030, 1, 1), ended=True)
    assert best_claim([revoked, old], today) == old
    alone = best_claim([revoked], today)
    assert alone is not None
    assert alone.ends_on == date(2026, 11, 30)
    assert best_claim([], today) is None


def test_a_second_license_is_told_beside_the_first_until_it_is_long_gone():
    today = date(2026, 12, 1)
    aprn = Claim("credential", ONE, date(2028, 10, 31))
    rn = Claim("credential", TWO, date(2026, 12, 15))
    old = Claim("credential", THREE, date(2026, 10, 1))
    paper = Claim("document", FOUR, date(2026, 12, 20))
    assert others_beside([rn, aprn, old, paper], aprn, today) == [rn]


def test_a_gap_is_only_where_the_renewal_began_later():
    assert restored_on(date(2026, 11, 30), date(2026, 12, 1)) is None
    assert restored_on(date(2026, 11, 30), date(2019, 5, 1)) is None
    assert restored_on(date(2026, 11, 30), None) is None
    assert restored_on(date(2026, 11, 30), date(2026, 12, 9)) == date(2026, 12, 9)


LICENSE = Ending("License", date(2026, 11, 30), state="OH")


def test_the_last_day_counts_and_the_next_does_not():
    assert lapsed([LICENSE], date(2026, 11, 30)) is None
    assert lapsed([LICENSE], date(2026, 12, 1)) == LICENSE
    assert lapse_words(LICENSE, date(2026, 12, 1)) == "License expired on Nov 30 (OH)."
    gap = Ending("License", date(2026, 11, 30), restored_on=date(2026, 12, 9))
    assert [lapsed([gap], date(2026, 12, day)) is not None for day in (1, 8, 9)] == [True, True, False]


@pytest.mark.parametrize(
    ("ending", "held"),
    [
        (LICENSE, True),
        (Ending("License", date(2026, 11, 30), state="KY"), False),
        (Ending("Medicare approval", date(2026, 11, 30), payer_kinds=("medicare",)), False),
        (Ending("DEA registration", date(2026, 11, 30), holds=False), False),
        (Ending("DEA registration", date(2026, 11, 30), holds=False, exceptions=(("aetna", True),)), True),
        (Ending("License", date(2026, 11, 30), exceptions=(("aetna", False),)), False),
        (Ending("Revalidation", date(2026, 11, 30), payer_id="cigna"), False),
    ],
)
def test_a_lapse_concerns_its_state_payers_and_kinds_only(ending, held):
    assert concerns(ending, payer_id="aetna", payer_kind="commercial", state="OH") is held


def test_the_state_of_a_case():
    assert state_in("12 Main St, Suite 4, Covington, KY 41011-2204") == "KY"
    assert state_in("Somewhere") is None
    assert state_of_case("1 High St, Columbus, OH 43215", ("ALL",), "KY") == "OH"
    assert state_of_case(None, ("KY",), "OH") == "KY"
    assert state_of_case(None, ("OH", "KY"), "OH") == "OH"
    assert state_of_case(None, ("ALL",), "OH") == "OH"


def test_bands_and_words():
    today = date(2026, 11, 24)
    ends = [today + timedelta(days=days) for days in (-1, 0, 7, 8, 30, 31, 90, 91, 120, 121)]
    assert [band_of(end, today) for end in ends] == [
        "lapsed",
        "week",
        "week",
        "month",
        "month",
        "quarter",
        "quarter",
        "later",
        "later",
        "far",
    ]
    assert [when_words(end, today) for end in ends[:3]] == ["1 day ago", "today", "in 7 days"]
    assert item_key("state_license", ONE, state="OH") == f"state_license:{ONE}:OH"
    assert item_key("w9", None) == "w9:clinic"


def test_one_mail_says_what_is_open_and_no_numbers():
    today = date(2026, 12, 1)
    subject, body = compose(
        [
            Line("License", "OH", "Dana Ortiz", date(2026, 11, 30), True, "account"),
            Line("Malpractice coverage", None, "Ana Ruiz", date(2026, 12, 20), True, "first"),
        ],
        name="Casey",
        clinic="Harbor",
        link="http://x.test/c",
        today=today,
    )
    assert subject == "Harbor: 1 expired, 1 item runs out"
    assert "License (OH), Dana Ortiz: expired Mon, Nov 30, 1 day ago. Billing is held." in body
    assert "Malpractice coverage, Ana Ruiz: ends Sun, Dec 20, in 19 days." in body
    assert body.index("Expired") < body.index("Within 30 days")
