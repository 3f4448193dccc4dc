from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from integrations.aging import (
    AgingRow,
    RowKind,
    RowRejected,
    UnreadableFile,
    guess_mapping,
    mapping_from,
    open_report,
    parse_row,
    read_rows,
    sniff,
    stated_total_cents,
)

GRAND_TOTAL_CENTS = 8_430_604
FILES = {
    "ar_detail_A_DEV.csv": ("claim detail, one line per balance", None),
    "ar_aging_B_DEV.txt": ("insurance and patient aging by payer", date(2026, 11, 23)),
    "ar_detail_C_DEV.xlsx": ("A/R detail workbook", date(2026, 11, 23)),
}


def _parse(content: bytes) -> tuple[list[AgingRow], list[RowRejected], Counter[RowKind]]:
    report = open_report(io.BytesIO(content))
    kinds: Counter[RowKind] = Counter()
    accepted: list[AgingRow] = []
    rejected: list[RowRejected] = []
    for raw in report.rows:
        kinds[raw.kind] += 1
        if raw.kind is RowKind.CLAIM:
            row = parse_row(raw, report.mapping)
            (accepted if isinstance(row, AgingRow) else rejected).append(row)  # type: ignore[arg-type]
    return accepted, rejected, kinds


@pytest.mark.parametrize("name", FILES)
def test_each_known_export_ties_out_to_the_cent(samples: Path, name: str) -> None:
    content = (samples / "aging" / name).read_bytes()
    report = open_report(io.BytesIO(content))
    preset, as_of = FILES[name]
    assert (report.mapping.preset, report.mapping.confidence, report.as_of) == (preset, 1.0, as_of)
    accepted, rejected, kinds = _parse(content)
    assert rejected == []
    assert kinds[RowKind.CLAIM] == len(accepted) == 1350
    assert sum(row.balance_cents for row in accepted) == GRAND_TOTAL_CENTS
    assert sum(row.insurance_cents for row in accepted) == 6_621_554
    assert sum(row.patient_cents for row in accepted) == 1_809_050
    credits = [row.balance_cents for row in accepted if row.balance_cents < 0]
    assert (len(credits), sum(credits)) == (6, -21803)
    repeated = Counter(row.fingerprint for row in accepted)
    assert sorted(repeated.values())[-5:] == [1, 2, 2, 2, 2]


def test_the_three_exports_say_the_same_of_each_claim(samples: Path) -> None:
    seen = []
    for name in FILES:
        accepted, _, _ = _parse((samples / "aging" / name).read_bytes())
        seen.append(Counter((row.claim_id, row.service_on, row.balance_cents, row.responsibility) for row in accepted))
    assert seen[0] == seen[1] == seen[2]


def test_totals_that_the_file_states_agree_with_its_rows(samples: Path) -> None:
    report = open_report(io.BytesIO((samples / "aging" / "ar_aging_B_DEV.txt").read_bytes()))
    running = 0
    subtotals = grand = 0
    for raw in report.rows:
        if raw.kind is RowKind.CLAIM:
            row = parse_row(raw, report.mapping)
            assert isinstance(row, AgingRow)
            running += row.balance_cents
        elif raw.kind is RowKind.SUBTOTAL:
            assert stated_total_cents(raw, report.mapping) == running
            subtotals, running = subtotals + running, 0
        elif raw.kind is RowKind.GRAND_TOTAL:
            grand = stated_total_cents(raw, report.mapping) or 0
    assert subtotals == grand == GRAND_TOTAL_CENTS


def test_buckets_of_the_file_add_up_as_it_states(samples: Path) -> None:
    accepted, _, _ = _parse((samples / "aging" / "ar_aging_B_DEV.txt").read_bytes())
    totals: Counter[str] = Counter()
    for row in accepted:
        totals[row.bucket] += row.balance_cents
    assert totals == {"0-30": 418769, "31-60": 984191, "61-90": 1094821, "91-120": 787707, "120+": 5145116}


HEADER = "Claim ID,Patient,Payer,DOS,Charge,Balance,Resp\n"


def _one(line: str, header: str = HEADER) -> AgingRow | RowRejected:
    accepted, rejected, _ = _parse((header + line + "\n").encode())
    (row,) = [*accepted, *rejected]
    return row


def test_insurance_and_patient_balances_of_one_claim_are_two_rows() -> None:
    insurance, patient = _one("C1,Doe,AETNA,1/2/26,100,60.00,INS"), _one("C1,Doe,AETNA,1/2/26,100,40.00,PAT")
    assert isinstance(insurance, AgingRow)
    assert isinstance(patient, AgingRow)
    assert (insurance.insurance_cents, insurance.patient_cents) == (6000, 0)
    assert (patient.insurance_cents, patient.patient_cents) == (0, 4000)
    assert insurance.fingerprint != patient.fingerprint


def test_every_fault_of_a_row_is_told_at_once_with_line_and_text() -> None:
    row = _one("C1,Doe,,13/45/2026,1.234,abc,WHO")
    assert isinstance(row, RowRejected)
    assert (row.line_number, row.original_text) == (2, "C1,Doe,,13/45/2026,1.234,abc,WHO")
    assert [field for field, _ in row.reasons] == ["service_on", "charge", "balance", "responsibility", "payer_name"]


def test_a_rejected_row_still_tells_its_balance_when_it_can_be_read() -> None:
    row = _one("C1,Doe,AETNA,never,100,25.10,INS")
    assert isinstance(row, RowRejected)
    assert row.balance_cents == 2510
    assert row.reasons == (("service_on", "'never' is not a date"),)


def test_a_cell_too_many_is_rejected_instead_of_shifting_columns() -> None:
    row = _one("C1,Doe, Jane,AETNA,1/2/26,100,60.00,INS")
    assert isinstance(row, RowRejected)
    assert row.reasons[0] == ("row", "the row has 8 cells where the header has 7")
    assert row.balance_cents is None


def test_aging_columns_must_add_up_to_the_balance() -> None:
    header = "Payer,Patient,Claim,Svc Date,0-30,31-60,61-90,91-120,120+,Total\n"
    good = _one("AETNA,Doe,C1,01/02/26,,5.00,,,,5.00", header)
    bad = _one("AETNA,Doe,C1,01/02/26,,5.00,,,,6.00", header)
    assert isinstance(good, AgingRow)
    assert good.bucket == "31-60"
    assert isinstance(bad, RowRejected)
    assert bad.reasons == (("balance", "the aging columns do not add up to the balance"),)


def test_what_is_no_claim_is_told_apart() -> None:
    content = (
        "Aging Detail\nAs of 11/23/2026\n\n" + HEADER + "AETNA\n"
        "C1,Doe,,1/2/26,100,60.00,INS\n"
        "Subtotal AETNA,,,,,60.00,\n" + HEADER + "TOTAL CARE\n"
        "C2,Roe,TOTAL CARE,1/3/26,100,-10.00,INS\n"
        "TOTAL CARE total,,,,,-10.00,\n"
        "Grand Total:,,,,,50.00,\n"
        "Page 1 of 1\n*** End of report ***\n"
    ).encode()
    report = open_report(io.BytesIO(content))
    assert report.as_of == date(2026, 11, 23)
    accepted, rejected, kinds = _parse(content)
    assert rejected == []
    assert [(row.payer_name, row.balance_cents) for row in accepted] == [("AETNA", 6000), ("TOTAL CARE", -1000)]
    assert kinds == {
        RowKind.CLAIM: 2,
        RowKind.SECTION: 2,
        RowKind.SUBTOTAL: 2,
        RowKind.HEADER: 1,
        RowKind.GRAND_TOTAL: 1,
        RowKind.FOOTER: 2,
    }


def test_a_claim_cut_off_at_the_end_of_the_file_is_rejected_not_lost() -> None:
    _, rejected, _ = _parse((HEADER + "C1,Doe,AETNA,1/2/26,1,1,INS\nBHA0002").encode())
    assert [row.line_number for row in rejected] == [3]


def test_unknown_headers_are_guessed_with_confidence() -> None:
    headers = [
        "Client Name",
        "Carrier",
        "Svc Date",
        "Encounter #",
        "Billed Amount",
        "Ins Balance",
        "Pat Balance",
        "0-30",
        "31 - 60",
    ]
    mapping = guess_mapping(headers)
    assert mapping.as_choice() == {
        "patient_name": "Client Name",
        "payer_name": "Carrier",
        "service_on": "Svc Date",
        "claim_id": "Encounter #",
        "charge": "Billed Amount",
        "insurance_balance": "Ins Balance",
        "patient_balance": "Pat Balance",
    }
    assert mapping.buckets == ((7, "0-30"), (8, "31 - 60"))
    assert mapping.missing == ()
    assert 0.8 < mapping.confidence < 1.0
    assert guess_mapping(["foo", "bar", "baz"]).confidence == 0.0


def test_two_balance_columns_stay_apart_in_one_row() -> None:
    row = _one("Doe,AETNA,1/2/26,C1,60.00,40.00", "Client Name,Carrier,Svc Date,Encounter #,Ins Balance,Pat Balance\n")
    assert isinstance(row, AgingRow)
    assert (row.insurance_cents, row.patient_cents, row.balance_cents, row.responsibility) == (
        6000,
        4000,
        10000,
        "both",
    )


def test_a_client_level_report_says_what_it_lacks() -> None:
    mapping = guess_mapping(
        ["Client", "Clinician", "Client paid", "Client balance", "Total balance", "Insurance balance"]
    )
    assert mapping.is_client_level
    assert mapping.missing == ("service_on", "payer_name")


def test_a_person_can_choose_the_columns() -> None:
    headers = ["Kunde", "Kasse", "Tag", "Rest"]
    mapping = mapping_from(
        headers, {"patient_name": "Kunde", "payer_name": "Kasse", "service_on": "Tag", "balance": "Rest"}
    )
    assert mapping.missing == ()
    (_, raw) = read_rows(io.BytesIO(b"Kunde,Kasse,Tag,Rest\nDoe,AETNA,1/2/26,5.00\n"), sniff(b"a,b"))
    row = parse_row(raw, mapping)
    assert isinstance(row, AgingRow)
    assert row.balance_cents == 500
    for wrong in ({"nothing": "Tag"}, {"balance": "Soll"}, {"balance": "Rest", "charge": "Rest"}):
        with pytest.raises(ValueError, match=r"field|column"):
            mapping_from(headers, wrong)


def test_a_file_without_a_header_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no header"):
        open_report(io.BytesIO(b"hello\nworld\n"))
