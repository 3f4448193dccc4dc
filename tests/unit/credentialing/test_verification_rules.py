"""What the registry's answer means, by values."""

from __future__ import annotations

from datetime import date

import pytest

from credentialing.providers.rules import PersonName, is_somebody_else
from credentialing.verification.rules import Program, judge_registry, limits_of, valid_until

OURS = PersonName("Josie", "De Guzman")


@pytest.mark.parametrize(
    ("theirs", "facts", "result", "matched"),
    [
        (None, {}, "not_found", False),
        (PersonName("JOSIE", "DE GUZMAN"), {"is_active": False}, "inactive", False),
        (PersonName("", ""), {"is_person": False}, "organization", False),
        (PersonName("HELEN", "TURNER"), {}, "another_name", False),
        (PersonName("JOSEPHINE", "DE GUZMAN"), {}, "differs", True),
        (PersonName("JOSIE", "REYES"), {}, "differs", True),
        (PersonName("JOSIE", "REYES"), {"former_last_names": ["Reyes"]}, "confirmed", True),
        (PersonName("JOSIE", "DE GUZMAN"), {"differing": ["phone"]}, "differs", True),
        (PersonName("JOSIE", "DE GUZMAN"), {}, "confirmed", True),
    ],
)
def test_the_registrys_answer_is_judged(theirs, facts, result, matched):
    judged = judge_registry(ours=OURS, theirs=theirs, **({"is_active": True, "is_person": True} | facts))
    assert (judged.result, judged.matched) == (result, matched)
    assert judged.why.endswith(".")


@pytest.mark.parametrize(
    ("one", "other", "somebody_else"),
    [
        (PersonName("Helen", "Turner"), PersonName("Jose", "Davis"), True),
        (PersonName("Helen", "Turner"), PersonName("Helen", "Davis"), False),
        (PersonName("Helen", "Turner-Davis"), PersonName("Jose", "Davis"), False),
        (PersonName("", ""), PersonName("Jose", "Davis"), False),
    ],
)
def test_only_two_wholly_different_names_are_two_people(one, other, somebody_else):
    assert is_somebody_else(one, other) is somebody_else


@pytest.mark.parametrize(
    ("program", "state", "last_day"),
    [
        (Program.NCQA, "", date(2027, 3, 24)),
        (Program.CVO, "", date(2027, 2, 22)),
        (Program.MONITORING, "", date(2026, 12, 24)),
        (Program.CAQH, "OH", date(2027, 3, 24)),
        (Program.CAQH, "IL", date(2027, 5, 23)),
        (Program.RECREDENTIALING, "", date(2029, 11, 24)),
        (Program.MEDICARE_REVALIDATION, "", date(2031, 11, 24)),
    ],
)
def test_every_program_has_its_own_limit(program, state, last_day):
    assert valid_until(program, date(2026, 11, 24), state=state) == last_day


def test_months_end_with_the_month_and_five_years_run_from_the_enrollment():
    assert valid_until(Program.RECREDENTIALING, date(2024, 2, 29)) == date(2027, 2, 28)
    assert "medicare_revalidation" not in limits_of("cms_enrollment", date(2026, 11, 24))
    known = limits_of("cms_enrollment", date(2026, 11, 24), enrolled_on=date(2023, 5, 1))
    assert known["medicare_revalidation"] == date(2028, 5, 1)
