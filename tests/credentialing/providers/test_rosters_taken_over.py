"""Rosters as clinics send them, through the object store and a job."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from uuid import UUID

from credentialing.providers import rosters
from credentialing.providers.services import rosters as roster_services
from credentialing.providers.services.roster_rows import apply_rows
from tests.support.files import send
from tests.support.world import drain

ROSTERS = Path(__file__).resolve().parents[2] / "fixtures" / "roster"


def _send_roster(clinic, content, filename="roster.csv"):
    return send(clinic.admin.api, clinic, content, filename=filename, content_type="text/csv", kind="roster")


def _take_over(clinic, document, **body):
    started = clinic.admin.api.post(clinic.url("/providers/import"), {"document_id": document} | body, expect=202)
    drain(clinic, only="credentialing.import_roster")
    job = clinic.admin.api.get(f"/api/v1/jobs/{started['job_id']}")
    return job, clinic.admin.api.get(started["import_url"])


def test_a_messy_roster_adds_up_and_a_second_time_changes_nothing(clinic):
    document = _send_roster(clinic, (ROSTERS / "roster_DEV_messy.csv").read_bytes())
    job, found = _take_over(clinic, document)
    assert job["status"] == "done"
    assert job["progress"] == {"done": 120, "total": 120}
    assert found["rows"] == {"received": 120, "created": 116, "updated": 0, "unchanged": 0, "rejected": 4}
    assert job["result"]["created"] == 116
    assert {row["field"] for row in found["rejects"]} == {"npi"}
    assert [row["reason"] for row in found["rejects"] if "already" in row["reason"]] == [
        "1308411788 is already the NPI of Helen Turner"
    ]
    assert all(row["line"] and row["reason"] for row in found["rejects"])
    listed = clinic.admin.api.get(clinic.url("/providers?q=rogers"))["items"]
    assert "Laura Rogers" in [row["name"] for row in listed]
    _, again = _take_over(clinic, document)
    assert again["rows"] == {"received": 120, "created": 0, "updated": 0, "unchanged": 116, "rejected": 4}


def test_the_clean_roster_says_the_same_and_changes_only_what_differs(clinic):
    first = (ROSTERS / "roster_DEV.csv").read_bytes()
    _take_over(clinic, _send_roster(clinic, first))
    changed = first.replace(b"LADC92559", b"LADC92560")
    _, found = _take_over(clinic, _send_roster(clinic, changed))
    assert (found["rows"]["updated"], found["rows"]["unchanged"]) == (1, 115)


def test_columns_that_nobody_can_guess_are_asked_for(clinic):
    content = b"Nummer,Wer,License Type\n1841305265,Josephine Demarce,PHD\n"
    document = _send_roster(clinic, content)
    _, found = _take_over(clinic, document)
    assert found["status"] in {"needs_mapping", "failed"}
    mapping = {"npi": "Nummer", "full_name": "Wer", "credential": "License Type"}
    page = clinic.admin.pages.get(clinic.page(f"/providers/import/{document}"))
    assert "Nummer" in page
    _, found = _take_over(clinic, document, mapping=mapping)
    assert found["rows"]["created"] == 1


def test_a_bad_dea_number_rejects_the_row_and_the_download_is_harmless(clinic):
    content = b'NPI,Last Name,First Name,DEA\n1841305265,Demarce,Jo,BD1234567\n"=cmd()",Doe,Jane,\n'
    _, found = _take_over(clinic, _send_roster(clinic, content))
    assert found["rows"]["rejected"] == 2
    assert [row["field"] for row in found["rejects"]] == ["dea_number", "npi"]
    rejects = clinic.admin.pages.get(clinic.page(f"/providers/imports/{found['id']}/rejects.csv"))
    assert rejects.startswith("NPI,Last Name,First Name,DEA,What is wrong")
    assert rejects == clinic.admin.api.call("GET", clinic.url(f"/providers/imports/{found['id']}/rejects")).get_data(
        as_text=True
    )
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in rejects.splitlines() for cell in line.split(","))


def test_a_batch_that_is_applied_twice_counts_once(clinic):
    content = b"NPI,Last Name,First Name\n1841305265,Demarce,Jo\n1710448576,Diaz,Jo\n1,Nobody,Ned\n"
    document = _send_roster(clinic, content)
    stream, today = io.BytesIO(content), date(2026, 11, 24)
    rows = list(rosters.file_rows(stream, rosters.survey(stream, {}, {}, today=today), today=today))
    with clinic.work():
        started = roster_services.start_import(document_id=UUID(document))
    for offset, batch, applied in ((0, rows[:2], 2), (0, rows[:2], 2), (2, rows[2:], 3), (2, rows[2:], 3)):
        with clinic.work():
            assert apply_rows(started.id, offset=offset, rows=batch) == applied
    with clinic.work():
        counts = roster_services.counts_of(roster_services.get_import(started.id))
    assert counts == {"received": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}


def test_a_file_that_has_not_passed_the_scan_is_not_read(clinic, other_clinic):
    document = send(
        clinic.admin.api, clinic, b"NPI,Name\n1,2\n", scan=False, filename="roster.csv", content_type="text/csv"
    )
    clinic.admin.api.post(clinic.url("/providers/import"), {"document_id": document}, expect=409)
    other_clinic.admin.api.post(other_clinic.url("/providers/import"), {"document_id": document}, expect=404)
