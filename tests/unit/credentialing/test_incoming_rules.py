"""What rosters, the NPI registry and CAQH say beside a file, by value."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from credentialing.providers.rules.incoming import (
    IDENTITY,
    Record,
    Snapshot,
    Statement,
    changes_between,
    comparable,
    shown_value,
)
from credentialing.providers.rules.rosters import Claims
from credentialing.providers.rules.sources import differences_between, statements_of_profile, statements_of_registry
from integrations.caqh import read_document
from integrations.nppes import read_record

FIXTURES = Path(__file__).parents[2] / "fixtures"
LICENSE = Record("a", "state_license", {"number": "I.1200456", "state": "OH", "expires_on": date(2027, 5, 31)})
FILE = Snapshot(
    {
        "first_name": "Dana",
        "last_name": "Ortiz",
        "phone": "(614) 555-0100",
        "former_names": ["Reyes"],
        "ssn": "123456789",
    },
    (LICENSE, Record("b", "caqh_profile", {"number": "34987809", "issued_on": date(2026, 8, 1)})),
)


def said(kind: str, **values: object) -> Statement:
    return Statement(kind, values)


def fields(snapshot: Snapshot, *statements: Statement, **options: bool) -> list[tuple[str, str, object, object]]:
    changes, _ = changes_between(snapshot, statements, **options)
    return [
        (change.record_key or "new", diff.field, diff.old, diff.new) for change in changes for diff in change.fields
    ]


@pytest.mark.parametrize(
    "statement",
    [
        said(IDENTITY, first_name="DANA", phone="614.555.0100", former_names=["reyes", "Ortiz"], ssn="123456789"),
        said("state_license", number="i1200456", state="OH", expires_on=date(2027, 5, 31)),
        said("caqh_profile", number="34987809", issued_on=date(2026, 8, 1)),
        said("state_license", state="OH"),
    ],
    ids=["identity", "license", "caqh", "license-without-number"],
)
def test_the_same_fact_written_in_another_way_changes_nothing(statement):
    assert fields(FILE, statement) == []


def test_each_field_that_differs_is_named_with_before_and_after():
    assert fields(
        FILE,
        said(IDENTITY, last_name="Ortiz-Luna", former_names=["Luna"]),
        said("state_license", number="I.1200456", state="OH", expires_on=date(2029, 5, 31)),
        said("caqh_profile", issued_on=date(2026, 11, 1)),
        said("malpractice_face", issuer="HPSO", number="0812"),
    ) == [
        ("new", "last_name", "Ortiz", "Ortiz-Luna"),
        ("new", "former_names", ["Reyes"], ["Reyes", "Luna"]),
        ("a", "expires_on", date(2027, 5, 31), date(2029, 5, 31)),
        ("b", "issued_on", date(2026, 8, 1), date(2026, 11, 1)),
        ("new", "issuer", None, "HPSO"),
        ("new", "number", None, "0812"),
    ]


def test_another_number_of_a_state_corrects_the_license_unless_both_are_named():
    other = said("state_license", number="I.1200465", state="OH")
    assert fields(FILE, other) == [("a", "number", "I.1200456", "I.1200465")]
    assert fields(FILE, said("state_license", number="I.1200456", state="OH"), other) == [
        ("new", "number", None, "I.1200465"),
        ("new", "state", None, "OH"),
    ]
    assert fields(FILE, other, corrects=False)[0] == ("new", "number", None, "I.1200465")
    assert fields(FILE, said("state_license", number="254410", state="KY"))[0][0] == "new"


def test_what_was_taken_over_once_changes_nothing_the_second_time():
    statements = [
        said(IDENTITY, last_name="Luna", former_names=["Ortiz", "Sol"]),
        said("state_license", number="254410", state="KY"),
        said("dea", number="AO1234563", state="OH"),
        said("languages", language="Spanish"),
    ]
    changes, after = changes_between(FILE, statements)
    assert len(changes) == 4
    assert changes_between(after, statements)[0] == []


def test_secrets_are_shown_masked_only():
    changes, _ = changes_between(
        FILE, [said(IDENTITY, ssn="987654321", birth_date="1984-03-09"), said("dea", number="AO1234563")]
    )
    shown = " ".join(diff.old_shown + diff.new_shown for change in changes for diff in change.fields)
    assert not any(secret in shown for secret in ("98765", "12345", "1984", "AO1234"))
    assert shown_value(IDENTITY, "ssn", "987654321") == "•••••4321"
    assert not any(secret in change.title for change in changes for secret in ("AO1234563",))


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("line1", "218 East Main Street, Suite 4", "218 E MAIN ST", True),
        ("line1", "218 E Main St", "281 E Main St", False),
        ("line2", "Suite 4", "STE 4", True),
        ("postal_code", "43215-0001", "43215", True),
        ("credential", "M.Ed., LPC", "MED LPC", True),
        ("number", "C.0012", "c12", False),
        ("last_name", "Muñoz", "MUNOZ", True),
        ("last_name", "O'Neil", "ONEIL", False),
        ("email", "a.b@x.org", "ab@x.org", False),
    ],
)
def test_comparing_ignores_form_and_nothing_else(name, one, other, same):
    assert (comparable("", name, one) == comparable("", name, other)) is same


def test_a_file_that_contradicts_itself_is_told_where():
    claims = Claims()
    assert claims.contradictions("1", 5, [said(IDENTITY, birth_date="1984-03-09", phone="614 555 0100")]) == []
    assert claims.contradictions("1", 9, [said(IDENTITY, birth_date="1984-03-10", phone="6145550100")]) == [
        ("birth_on", "row 5 says another date of birth for this NPI")
    ]
    assert claims.contradictions("2", 9, [said(IDENTITY, birth_date="1984-03-10")]) == []
    license_ = {"number": "1", "state": "OH"}
    assert claims.contradictions("1", 6, [said("state_license", **license_, expires_on=date(2027, 1, 1))]) == []
    assert (
        claims.contradictions("1", 7, [said("state_license", number="2", state="OH", expires_on=date(2028, 1, 1))])
        == []
    )
    assert claims.contradictions("1", 8, [said("state_license", **license_, expires_on=date(2028, 1, 1))]) == [
        ("license_expires_on", "row 6 says another expires on for this NPI")
    ]


@pytest.fixture(scope="module")
def registry():
    rows = json.loads((FIXTURES / "nppes" / "individuals.json").read_text())["results"]
    return {row["number"]: read_record(row) for row in rows}


def test_the_registrys_names_taxonomies_licenses_and_addresses_are_all_said(registry):
    places = [s.values for s in statements_of_registry(registry["1710448576"]) if s.kind == "locations"]
    assert [place["line1"] for place in places] == ["250 Joann St", "1751 Cloverfield Blvd", "19401 S Vermont Ave"]
    assert places[2] == {
        "line1": "19401 S Vermont Ave", "line2": "Ste A200", "city": "Torrance", "state": "CA",
        "postal_code": "90502-4418", "phone": "310-323-6887",
    }  # fmt: skip
    every = [s for record in registry.values() for s in statements_of_registry(record)]
    former = [name for s in every if s.kind == IDENTITY for name in s.values.get("former_names", ())]
    assert {"Branum", "Krohn", "Wilson", "Chavez"} <= set(former)
    assert any(s.values.get("other_taxonomies") for s in every if s.kind == IDENTITY)
    licenses = [s.values for s in every if s.kind == "state_license"]
    assert licenses
    assert all(row["number"] and len(row["state"]) == 2 for row in licenses)


def test_a_record_does_not_differ_from_a_file_that_took_all_of_it(registry):
    for record in registry.values():
        statements = statements_of_registry(record)
        _, after = changes_between(Snapshot(), statements)
        assert differences_between("nppes", after, statements) == []


def test_a_last_name_that_the_file_has_as_a_former_one_is_no_difference():
    statement = said(IDENTITY, last_name="REYES")
    assert [d.path for d in differences_between("nppes", FILE, [statement])] == ["last_name"]
    assert differences_between("nppes", FILE, [statement], ["Reyes"]) == []


def test_a_caqh_profile_is_asked_field_by_field_and_record_by_record():
    (profile,) = read_document((FIXTURES / "caqh" / "profile_extract.json").read_bytes()).profiles
    statements = statements_of_profile(profile)
    file = Snapshot(
        {"first_name": "Josephine", "last_name": "Diaz"},
        (
            Record("a", "state_license", {"number": "C1400881", "state": "OH", "expires_on": date(2025, 5, 31)}),
            Record("h", "hospital", {"facility": "RIVERSIDE METHODIST HOSPITAL"}),
        ),
    )
    rows = differences_between("caqh", file, statements)
    paths = {row.path: row for row in rows}
    assert paths["state_license.oh-c-1400881.expires_on"].says == "2027-05-31"
    assert paths["state_license.oh-c-1400881.expires_on"].is_addition is False
    assert paths["birth_date"].says == "••••-••-••"
    assert paths["hospital.riverside-methodist-hospital.arrangement"].says == "coverage"
    new = {path.split(".")[0] for path, row in paths.items() if row.change.is_new}
    assert new == {
        "state_license", "caqh_profile", "medicaid_id", "board_cert", "education", "training", "locations", "languages",
    }  # fmt: skip
    assert "first_name" not in paths
    _, after = changes_between(file, statements)
    assert differences_between("caqh", after, statements) == []
