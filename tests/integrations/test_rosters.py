from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from integrations.roster import (
    RosterRow,
    RowRejected,
    check_columns,
    guess_from_values,
    open_roster,
    parse_row,
    split_name,
    with_memory,
)

TODAY = date(2026, 11, 23)


def _parse(content: bytes) -> tuple[list[RosterRow], list[RowRejected]]:
    roster = open_roster(io.BytesIO(content))
    rows = [parse_row(record, roster.mapping, today=TODAY) for record in roster.rows]
    return [row for row in rows if isinstance(row, RosterRow)], [row for row in rows if isinstance(row, RowRejected)]


@pytest.mark.parametrize(("name", "shift"), [("roster_DEV.csv", 0), ("roster_DEV_messy.csv", 3)])
def test_a_roster_gives_every_provider_or_a_reason(samples: Path, name: str, shift: int) -> None:
    accepted, rejected = _parse((samples / "roster" / name).read_bytes())
    assert (len(accepted), len(rejected)) == (117, 3)
    assert [row.line_number - shift for row in rejected] == [43, 48, 84]
    assert {field for row in rejected for field, _ in row.reasons} == {"npi"}


def test_the_messy_roster_says_the_same_as_the_clean_one(samples: Path) -> None:
    clean, _ = _parse((samples / "roster" / "roster_DEV.csv").read_bytes())
    messy, _ = _parse((samples / "roster" / "roster_DEV_messy.csv").read_bytes())
    names = (
        "npi last_name first_name middle_name credential taxonomy_code birth_on license_number license_state "
        "license_expires_on caqh_id caqh_attested_on"
    ).split()
    for one, other in zip(clean, messy, strict=True):
        assert [str(getattr(one, name)).upper() for name in names] == [
            str(getattr(other, name)).upper() for name in names
        ]


def test_the_messy_rosters_mapping_is_complete(samples: Path) -> None:
    roster = open_roster(io.BytesIO((samples / "roster" / "roster_DEV_messy.csv").read_bytes()))
    assert (roster.dialect.delimiter, roster.mapping.missing, roster.mapping.unmapped) == (";", (), ())
    assert len(roster.mapping.columns) == 10
    assert roster.preamble[0].startswith("Provider Roster Export")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Rogers, Laura", ("Rogers", "Laura", "", "", "")),
        ("Lopez, Charles J", ("Lopez", "Charles", "J", "", "")),
        ("Lopez Jr., Charles J", ("Lopez", "Charles", "J", "JR", "")),
        ("Charles J Lopez III", ("Lopez", "Charles", "J", "III", "")),
        ("Laura Rogers, LCSW", ("Rogers", "Laura", "", "", "LCSW")),
        ("De La Cruz, Ana Maria, Ph.D.", ("De La Cruz", "Ana", "Maria", "", "PhD")),
        ("Cher", ("Cher", "", "", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_a_written_name_is_split(name: str, parts: tuple[str, ...]) -> None:
    assert split_name(name) == parts


def test_all_faults_of_a_row_are_told_at_once() -> None:
    content = b"NPI,Name,DOB,Taxonomy,Lic State,Email\n1234567890,Cher,13/13/67,COUNSELOR,Ohio,nobody\n,Doe Jane,,,,\n"
    accepted, rejected = _parse(content)
    assert accepted == []
    assert [field for field, _ in rejected[0].reasons] == [
        "npi", "full_name", "birth_on", "taxonomy_code", "license_state", "email",
    ]  # fmt: skip
    assert rejected[1].reasons == (("npi", "the NPI is missing"),)


@pytest.mark.parametrize("npi", ["1234567893", " 123-456-7893 ", "123.456.7893", "1234567893.0"])
def test_an_npi_is_read_with_dashes_and_blanks(npi: str) -> None:
    accepted, _ = _parse(f"NPI,First Name,Last Name\n{npi},Jane,Doe\n".encode())
    assert [row.npi for row in accepted] == ["1234567893"]


FULL = (
    "NPI,Last Name,First Name,Maiden Name,SSN,License,License State,License Exp,License 2,License 2 State,License 2 Exp,"
    "DEA,DEA Exp,Malpractice Carrier,Policy Number,Malpractice Exp,Malpractice Limits,Medicaid ID,Languages\n"
)


def test_credentials_of_every_kind_are_read_from_one_row() -> None:
    row = (
        "1234567893,Ortiz,Dana,Reyes; Luna,123-45-6789,I.1200456,OH,05/31/2027,254410,ky,6/30/27,AO1234563,2028-01-31,"
        "HPSO,0812-44,2027-03-01,1M/3M,0142233,Spanish and English\n"
    )
    (found,), rejected = _parse((FULL + row).encode())
    assert rejected == []
    assert found.former_names == ("Reyes", "Luna")
    assert [(one.number, one.state, one.expires_on) for one in found.licenses] == [
        ("I.1200456", "OH", date(2027, 5, 31)),
        ("254410", "KY", date(2027, 6, 30)),
    ]
    assert (found.ssn, found.dea_number, found.languages) == ("123456789", "AO1234563", ("Spanish", "English"))
    assert found.policy is not None
    assert (found.policy.each_cents, found.policy.total_cents) == (100_000_000, 300_000_000)


@pytest.mark.parametrize(
    ("header", "cell", "field", "words"),
    [
        ("NPI", "1.23457E+09", "npi", "spreadsheet rounded"),
        ("NPI", "#REF!", "npi", "could not calculate"),
        ("DOB", "31/12/1980", "birth_on", "month/day/year"),
        ("DOB", "1/1/2030", "birth_on", "future"),
        ("SSN", "666-12-3456", "ssn", "nine digits"),
        ("DEA", "AO1234560", "dea_number", "check digit"),
        ("License State", "ZZ", "license_state", "two letters"),
        ("License 2", "254410", "license_2_state", "needs its state"),
        ("CAQH ID", "none yet", "caqh_id", "at most ten digits"),
        ("Email", "a@b.org; c@d.org", "email", "one e-mail address"),
        ("Malpractice Limits", "plenty", "malpractice_limits", "like $1,000,000"),
        ("Malpractice Limits", "3M/1M", "malpractice_limits", "smaller"),
        ("Last Name", "x" * 5000, "last_name", "5,000 characters"),
        ("ZIP", "4321A", "postal_code", "five or nine digits"),
    ],
)
def test_a_broken_cell_is_told_with_what_was_expected(header: str, cell: str, field: str, words: str) -> None:
    columns = {"NPI": "1234567893", "First Name": "Dana", "Last Name": "Ortiz"} | {header: f'"{cell}"'}
    accepted, rejected = _parse((",".join(columns) + "\n" + ",".join(columns.values()) + "\n").encode())
    assert accepted == []
    assert [words in message for name, message in rejected[0].reasons if name == field] == [True]
    secret = "".join(message for _, message in rejected[0].reasons)
    assert field not in {"ssn", "dea_number"} or cell not in secret


def test_empty_words_marks_and_lost_zeros_do_no_harm() -> None:
    content = (
        "NPI,First Name,Last Name,DOB,ZIP,Phone,CAQH\n'1234567893,Da\u200bna\x07,Ortiz,N/A,2108,'+1 614 555 0100,TBD\n"
    )
    (row,), _ = _parse(content.encode())
    assert (row.npi, row.first_name, row.birth_on, row.postal_code) == ("1234567893", "Da na", None, "02108")
    assert (row.phone, row.caqh_id) == ("+1 614 555 0100", "")


def test_columns_are_guessed_from_their_values_and_from_what_was_said_before() -> None:
    content = b'Nummer,Wer,Kontakt\n1234567893,"Ortiz, Dana",d@x.org\n1710448576,"Diaz, Jo",j@x.org\n'
    roster = open_roster(io.BytesIO(content))
    records = list(roster.rows)
    guessed = guess_from_values(roster.mapping, [record.values for record in records])
    assert guessed.as_choice() == {"npi": "Nummer", "email": "Kontakt"}
    known = with_memory(guessed, {"wer": "full_name", "kontakt": ""})
    assert known.as_choice() == {"npi": "Nummer", "full_name": "Wer"}
    assert known.missing == ()
    wrong = with_memory(known, {"kontakt": "birth_on"})
    checks = check_columns(records, wrong, today=TODAY)
    assert (checks["birth_on"].bad, checks["birth_on"].filled, checks["birth_on"].is_wrong) == (2, 2, True)
    assert checks["npi"].bad == 0
