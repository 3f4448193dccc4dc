"""Who is on a list and who is not: by NPI, by every name, with the date of birth as evidence, and never by a name alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from credentialing.screening.names import alias_keys, fold, last_name_forms, search_keys
from credentialing.screening.nicknames import load_nicknames
from credentialing.screening.passes import index_of, screen, searched
from credentialing.screening.rules import Basis, Entry, Person, compare, how_near
from credentialing.screening.states import MatchState, NotAllowed, move, next_states
from integrations.leie import LEIE

TODAY = date(2026, 11, 24)
BORN = date(1971, 3, 12)
ANN = Person("1234567893", "Katherine", "Lee", "Peña-Wright", ("Owens",), BORN, frozenset({"OH"}))
ROW = Entry(
    "leie", "KATHERINE", "", "PENA-WRIGHT", None, BORN, "OH", date(2020, 1, 15), None, True, "", "section 1128a1", "x"
)


@pytest.mark.parametrize(
    ("changes", "basis", "words"),
    [
        ({}, Basis.NAME_AND_BIRTH, "same date of birth"),
        ({"npi": "1234567893", "last_name": "SOMEBODY", "born_on": date(1950, 1, 1)}, Basis.NPI, "born on another day"),
        ({"first_name": "KATE"}, Basis.NAME_AND_BIRTH, "Kate for Katherine"),
        ({"last_name": "WRIGHT"}, Basis.NAME_AND_BIRTH, "half of a double last name (WRIGHT)"),
        ({"last_name": "OWENS"}, Basis.NAME_AND_BIRTH, "former name Owens"),
        ({"born_on": date(1971, 12, 3)}, Basis.NAME_AND_NEAR_BIRTH, "one place"),
        ({"born_on": date(1971, 3, 13)}, Basis.NAME_AND_NEAR_BIRTH, "one place"),
        ({"born_on": date(1958, 7, 1)}, None, "born on another day"),
        ({"born_on": None}, Basis.NAME_ONLY, "no date of birth to compare"),
        ({"born_on": None, "npi": "1999999984"}, None, "another NPI"),
        ({"npi": "1999999984"}, Basis.NAME_AND_BIRTH, "the list has another NPI"),
        ({"ended_on": date(2024, 3, 1), "npi": "1234567893"}, None, "reinstated on 2024-03-01"),
        ({"ended_on": date(2027, 3, 1), "source": "sam", "born_on": None}, Basis.NAME_ONLY, "no date of birth"),
        ({"ended_on": date(2026, 3, 1), "source": "sam"}, None, "ended on 2026-03-01"),
        ({"is_active": False}, None, "no longer active"),
        ({"since_on": date(2027, 1, 1)}, None, "begins on"),
        ({"waiver_state": "OH"}, None, "waived in OH"),
        ({"waiver_state": "KY"}, Basis.NAME_AND_BIRTH, "waived in KY"),
    ],
)
def test_evidence_decides_who_must_look(changes, basis, words):
    found = compare(ANN, replace(ROW, **changes), TODAY, load_nicknames())
    assert found.basis == basis
    assert words in "; ".join(found.why)


def test_every_name_is_searched_and_each_half_of_a_double_one():
    assert last_name_forms("De la Cruz-Peña Jr.") == ("DELACRUZPENA", "CRUZ", "PENA")
    assert (fold("O'Neil"), fold("Müller"), fold("St. John")) == ("ONEIL", "MULLER", "STJOHN")
    keys = search_keys("Kate", "Smith-Jones", ["Owens"], load_nicknames())
    assert keys[0] == "SMITHJONES|KATE"
    assert {"SMITH|KATHERINE", "JONES|KATHERINE", "OWENS|KATHERINE"} <= set(keys)
    assert alias_keys("MARY ANN", "SMITH JONES") == [
        "SMITHJONES|MARYANN",
        "SMITHJONES|MARY",
        "SMITH|MARYANN",
        "SMITH|MARY",
        "JONES|MARYANN",
        "JONES|MARY",
    ]
    assert alias_keys("MARY", "SMITH") == []


def test_a_pass_opens_birth_dates_only_of_those_with_a_candidate():
    def row(**values):
        return tuple(
            {**dict.fromkeys(LEIE.columns, ""), "NPI": "0000000000", **values}[column] for column in LEIE.columns
        )

    rows = [
        row(LASTNAME="WRIGHT", FIRSTNAME="KATE", DOB="19710312"),
        row(LASTNAME="NOBODY", FIRSTNAME="AL", NPI="0000000000"),
    ]
    people = [replace(ANN, born_on=None), Person("0000000000", "Mia", "", "Stone")]
    asked = []
    pairs = index_of("leie", rows).candidates(searched(people, load_nicknames()))
    found = screen(
        people, pairs, rows.__getitem__, "leie", TODAY, load_nicknames(), lambda at: asked.append(at) or BORN
    )
    assert {at: [each.basis for each in findings] for at, findings in found.items()} == {0: [Basis.NAME_AND_BIRTH]}
    assert asked == [0]


def test_near_birth_dates_are_typing_mistakes_only():
    assert how_near(date(1971, 3, 12), date(1972, 3, 12)) == "near"
    assert how_near(date(1971, 3, 12), date(1972, 4, 12)) == "different"


def test_decisions_follow_the_table():
    assert next_states(MatchState.CONFIRMED) == [MatchState.CLEARED]
    assert move(MatchState.CLEARED, MatchState.ESCALATED) is MatchState.ESCALATED
    with pytest.raises(NotAllowed):
        move(MatchState.CLEARED, MatchState.CONFIRMED)
