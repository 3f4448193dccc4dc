"""Published files: held to their header, read row by row, fetched only when they changed."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from infra.dev.sources_server import DATA, make_server
from integrations.cms import ENROLLMENT, OPT_OUT, REASSIGNMENT, read_enrolled, read_opted_out
from integrations.leie import LEIE, read_exclusions
from integrations.licensing import as_table, read_board_page, standing
from integrations.sam import SAM, as_extract
from integrations.sam import read_exclusions as read_sam
from integrations.sourcefile import (
    BrokenFile,
    FileTooLarge,
    HeaderChanged,
    SourceDown,
    SourceRefused,
    check,
    download,
    only_member,
    read_rows,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"


def test_the_head_of_the_real_leie_is_read():
    rows = list(read_exclusions(FIXTURES / "UPDATED_head_real.csv"))
    assert (len(rows), rows[0].business_name, rows[0].npi) == (5, "#1 MARKETING SERVICE, INC", None)
    assert (rows[2].npi, rows[2].excluded_on, rows[2].reinstated_on) == ("1972902351", date(2022, 3, 20), None)


@pytest.mark.parametrize(
    ("layout", "name"),
    [
        (LEIE, "leie"),
        (SAM, "sam"),
        (ENROLLMENT, "cms_enrollment"),
        (REASSIGNMENT, "cms_reassignment"),
        (OPT_OUT, "opt_out"),
    ],
)
def test_the_local_publisher_keeps_the_layouts(layout, name):
    assert check(DATA / f"{name}.csv", layout).rows > 40


def test_rows_of_medicare_are_read():
    enrolled = [read_enrolled(row) for row in read_rows(DATA / "cms_enrollment.csv", ENROLLMENT)]
    assert any(row.organization == "RIVERBEND COUNSELING LLC" for row in enrolled)
    hollis = next(read_opted_out(row) for row in read_rows(DATA / "opt_out.csv", OPT_OUT))
    assert (hollis.from_on, hollis.until_on, hollis.may_order_and_refer) == (date(2025, 2, 1), date(2027, 2, 1), True)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"LASTNAME,FIRSTNAME\r\n", HeaderChanged, "missing: 'MIDNAME'"),
        (
            ",".join([LEIE.columns[1], LEIE.columns[0], *LEIE.columns[2:]]).encode() + b"\r\n",
            HeaderChanged,
            "in another order: 'LASTNAME', 'FIRSTNAME'",
        ),
        (b"<!DOCTYPE html>\n<p>Down for maintenance</p>", BrokenFile, "A web page came"),
        (b"", BrokenFile, "no header line"),
        (",".join(LEIE.columns).encode() + b"\r\n", BrokenFile, "a header and no rows"),
        (
            ",".join(LEIE.columns).encode() + b'\r\n"A","B"\r\n',
            BrokenFile,
            "Line 2 of the LEIE has 2 fields instead of 18",
        ),
        (",".join(LEIE.columns).encode() + b'\r\n"A","B', BrokenFile, "breaks off"),
        (",".join(LEIE.columns).encode() + b"\r\n\x81,,,,,,,,,,,,,,,,,\r\n", BrokenFile, "not cp1252 text"),
        (",".join(LEIE.columns).encode() + b"\r\nA,,,,,,,,,,,,,,,,,", BrokenFile, "cut off"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, content, error, words):
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(error, match=words):
        check(tmp_path / "bad.csv", LEIE)


def test_sam_comes_as_csv_zip_or_answer_of_the_api(tmp_path):
    extract = as_extract(FIXTURES / "exclusions_v2_sample.json", tmp_path / "api.csv")
    person, firm = read_sam(extract)
    assert (person.last_name, person.ends_on, person.cross_reference) == (
        "HWANG",
        date(2029, 11, 8),
        "KWANG PAK; TAEK CHI",
    )
    assert firm.name.startswith("SHENZHEN")
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(extract, "SAM_Exclusions_Public_Extract_V2.CSV")
    assert len(list(read_sam(as_extract(tmp_path / "x.zip", tmp_path / "unzipped.csv")))) == 2
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 5_000_000)
    with pytest.raises(FileTooLarge):
        only_member(tmp_path / "bomb.zip", tmp_path / "out", suffix=".csv", max_bytes=10**9)


def test_a_boards_page_and_export_become_the_same_rows(tmp_path):
    page = read_board_page((FIXTURES / "social_work_license_output_sample.html").read_bytes(), state="MN", board="BOSW")
    assert (len(page.rows), page.matches, page.is_partial) == (20, 333, True)
    assert {standing(row.status) for row in page.rows} == {"active", "expired", "inactive"}
    adolphus = page.rows[0]
    assert (adolphus.last_name, adolphus.first_name, adolphus.number, adolphus.license_type) == (
        "Johnson",
        "Adolphus",
        "11768",
        "LICSW",
    )
    with pytest.raises(BrokenFile, match="333 licenses and its page shows 20"):
        as_table(FIXTURES / "social_work_license_output_sample.html", tmp_path / "t.csv", state="MN")
    with pytest.raises(BrokenFile, match="no table of licenses"):
        read_board_page(b"<html><table><tr><td>Sorry</td></tr></table></html>", state="MN")
    (tmp_path / "board.csv").write_text(
        "Licensee Name,Credential Number,Credential Status,Expiration Date\nRoe, Ann,I.1,Active,6/30/2027\n"
    )
    with pytest.raises(BrokenFile, match="Line 2 of the board's file has 5 fields instead of 4"):
        as_table(tmp_path / "board.csv", tmp_path / "t.csv", state="OH")
    (tmp_path / "board.csv").write_text("Name,License\nRoe,1\n")
    with pytest.raises(BrokenFile, match="no column for status"):
        as_table(tmp_path / "board.csv", tmp_path / "t.csv", state="OH")


def test_a_file_is_fetched_once_and_again_only_when_it_changed(tmp_path):
    import threading

    (tmp_path / "leie.csv").write_bytes(b"one\n")
    server = make_server(0, tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        first = download(f"{url}/leie.csv", tmp_path / "got", max_bytes=100)
        assert (first.size, first.path.read_bytes()) == (4, b"one\n")
        assert download(f"{url}/leie.csv", tmp_path / "again", max_bytes=100, etag=first.etag) is None
        with pytest.raises(FileTooLarge):
            download(f"{url}/leie.csv", tmp_path / "large", max_bytes=3)
        with pytest.raises(SourceRefused, match="404"):
            download(f"{url}/nothing.csv", tmp_path / "none", max_bytes=100)
        assert not (tmp_path / "large").exists()
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(SourceDown):
        download(f"{url}/leie.csv", tmp_path / "down", max_bytes=100, timeout_s=1)
