"""What the registry's answer means, by values."""

from __future__ import annotations

from datetime import date

import pytest

from credentialing.providers.rules import PersonName, is_somebody_else
from credentialing.verification.rules import judge_registry, valid_until

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


def test_a_check_counts_for_120_days():
    assert valid_until(date(2026, 11, 24)) == date(2027, 3, 24)
