from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from integrations.roster import RosterRow, RowRejected, open_roster, parse_row, split_name

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
