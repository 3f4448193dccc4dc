"""An aging file comes in, is read, tied out to the cent, and taken over: with the real exports of three systems."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from infra import clock
from infra.db import Scope, unit_of_work
from infra.jobs.runner import perform
from infra.outbox import OutboxRow
from onboarding.ar import jobs, services
from onboarding.ar.models import ArImport, ArLine, ArReject
from tests.support.world import drain

A, B, C = "aging/ar_detail_A_DEV.csv", "aging/ar_aging_B_DEV.txt", "aging/ar_detail_C_DEV.xlsx"
GRAND_TOTAL = 8_430_604
CREDITS = -21_803
BUCKETS_OF_B = {"0-30": 418769, "31-60": 984191, "61-90": 1094821, "91-120": 787707, "120+": 5145116}
SMALL = (
    b"Claim ID,Patient,Payer,DOS,Charge,Balance,Resp\n"
    b"C1,Doe,AETNA,2026-10-01,100.00,60.00,INS\n"
    b"C2,Roe,CIGNA,2026-09-01,100.00,(12.34),INS\n"
    b"=HYPERLINK(1),Poe,AETNA,13/45/2026,50.00,25.10,INS\n"
    b"C1,Doe,AETNA,2026-10-01,100.00,60.00,INS\n"
)


def events(clinic, topic_prefix="onboarding."):
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        return [row.topic for row in session.scalars(select(OutboxRow)) if row.topic.startswith(topic_prefix)]


def stored(clinic, import_id):
    with clinic.work() as session:
        lines = session.execute(
            select(func.count(), func.coalesce(func.sum(ArLine.balance_cents), 0)).where(ArLine.import_id == import_id)
        ).one()
        rejects = session.scalar(select(func.count()).where(ArReject.import_id == import_id))
    return int(lines[0]), int(lines[1]), rejects


@pytest.mark.parametrize(("path", "kind"), [(A, "csv"), (B, "tsv"), (C, "xlsx")])
def test_each_real_export_is_read_and_ties_out_to_its_grand_total(clinic, files, path, kind):
    found = files.read(clinic, path, control={"total_cents": GRAND_TOTAL, "count": 1350})
    assert (found["status"], found["format"], found["error"]) == ("tied_out", kind, None)
    rows, cents = found["rows"], found["total_cents"]
    assert rows == {"received": 1350, "accepted": 1346, "rejected": 0, "duplicate": 4}
    assert cents["received"] == GRAND_TOTAL == cents["accepted"] + cents["rejected"] + cents["duplicate"]
    assert found["credits_cents"] == CREDITS
    assert found["owed_cents"]["accepted"] + found["credits_cents"] == cents["accepted"]
    assert sum(found["by_payer"].values()) == sum(found["by_bucket"].values()) == cents["accepted"]
    assert found["tie_out"]["matches"] is True
    assert found["tie_out"]["differences"] == []
    assert stored(clinic, found["id"]) == (1346, cents["accepted"], 4)
    assert found["progress"]["done"] == 1350


def test_buckets_of_the_file_tie_out_and_a_wrong_one_is_named_with_its_cents(clinic, files):
    wrong = {**BUCKETS_OF_B, "91-120": 787_700}
    found = files.read(clinic, B, control={"by_bucket": wrong})
    assert found["status"] == "ready"
    assert found["as_of"] == "2026-11-23"
    (difference,) = found["tie_out"]["differences"]
    assert (difference["of"], difference["key"], difference["difference_cents"]) == ("bucket", "91-120", 7)
    refused = clinic.manager.api.post(clinic.url(f"/ar-imports/{found['id']}/accept"), {}, expect=422)
    assert refused["errors"][0]["pointer"] == "#/reason"
    url = clinic.url(f"/ar-imports/{found['id']}/control")
    answer = clinic.manager.api.call("PUT", url, json={"by_bucket": BUCKETS_OF_B}).get_json()
    assert (answer["status"], answer["tie_out"]["matches"]) == ("tied_out", True)


def test_a_file_without_control_totals_is_compared_with_the_total_that_it_states(clinic, files):
    stating = files.read(clinic, B)
    assert (stating["status"], stating["tie_out"]["stated_total_cents"]) == ("tied_out", GRAND_TOTAL)
    silent = files.read(clinic, A)
    assert (silent["status"], silent["tie_out"]["compared"]) == ("ready", 0)


def test_rejected_and_repeated_rows_are_listed_with_reasons_and_defused(clinic, files):
    found = files.read(clinic, SMALL, control={"total_cents": 13_276, "by_payer": {"Aetna": 14_510, "Cigna": -1_234}})
    assert found["rows"] == {"received": 4, "accepted": 2, "rejected": 1, "duplicate": 1}
    assert found["total_cents"] == {"received": 13_276, "accepted": 4_766, "rejected": 2_510, "duplicate": 6_000}
    assert (found["credits_cents"], found["status"]) == (-1_234, "tied_out")
    answer = clinic.manager.api.call("GET", clinic.url(f"/ar-imports/{found['id']}/rejects"))
    assert answer.mimetype == "text/csv"
    header, rejected, repeated = csv.reader(io.StringIO(answer.get_data(as_text=True)))
    assert header == ["line", "outcome", "reasons", "balance", "original_text"]
    assert rejected[:2] == ["4", "rejected"]
    assert "13/45/2026" in rejected[2]
    assert rejected[4] == "'=HYPERLINK(1),Poe,AETNA,13/45/2026,50.00,25.10,INS"
    assert (repeated[1], repeated[2], repeated[3]) == ("duplicate", "row: says the same as row 2", "60.00")
    with clinic.work() as session:
        sealed = session.scalars(select(ArReject.sealed_text).where(ArReject.import_id == found["id"])).all()
    assert not any(b"Poe" in text for text in sealed)


def test_the_same_file_again_is_recognized(clinic, files):
    first = files.read(clinic, B)
    again = files.read(clinic, B)
    assert (again["status"], again["same_file_as"]) == ("failed", first["id"])
    assert "same file" in again["error"]
    assert stored(clinic, again["id"])[0] == 0


def test_unknown_headers_wait_for_a_mapping_and_go_on(clinic, files):
    strange = SMALL.replace(b"Claim ID,Patient,Payer,DOS,Charge,Balance,Resp", b"Ref,Who,Plan code,Seen,Amt,Left,Side")
    found = files.read(clinic, strange)
    assert found["status"] == "needs_mapping"
    assert found["mapping"]["headers"] == ["Ref", "Who", "Plan code", "Seen", "Amt", "Left", "Side"]
    page = clinic.manager.pages.get(clinic.page(f"/ar/{found['id']}"))
    assert "Plan code" in page
    assert "C1" in page
    url = clinic.url(f"/ar-imports/{found['id']}/mapping")
    clinic.manager.api.post(url, {"mapping": {"claim_id": "Nowhere"}}, expect=422)
    mapping = {"claim_id": "Ref", "patient_name": "Who", "payer_name": "Plan code", "date_of_service": "Seen"}
    mapping |= {"charge": "Amt", "balance": "Left", "responsibility": "Side"}
    clinic.manager.api.post(url, {"mapping": mapping}, expect=202)
    drain(clinic)
    found = files.get(clinic, found["id"])
    assert (found["status"], found["rows"]["accepted"], found["total_cents"]["received"]) == ("ready", 2, 13_276)


def test_a_file_that_is_no_table_fails_with_what_to_do(clinic, files):
    found = files.read(clinic, b"%PDF-1.7 not a table", "aging.pdf")
    assert found["status"] == "failed"
    assert "Export the report as CSV" in found["error"]


def test_killed_in_the_middle_and_performed_twice_leaves_one_effect(clinic, files, monkeypatch):
    made = files.ask(clinic, files.fixture(clinic, B))
    real = jobs.store_aging

    def dies(*arguments):
        real(*arguments)
        raise SystemExit("killed")

    monkeypatch.setattr(jobs, "store_aging", dies)
    with pytest.raises(SystemExit):
        perform(made["job_id"])
    assert stored(clinic, made["id"]) == (0, 0, 0)
    assert files.get(clinic, made["id"])["status"] == "reconciling"
    monkeypatch.setattr(jobs, "store_aging", real)
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        session.get(OutboxRow, (clinic.id, made["job_id"])).locked_until = None
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(perform, [made["job_id"]] * 2))
    assert outcomes == ["done", "duplicate"]
    found = files.get(clinic, made["id"])
    assert (found["status"], stored(clinic, made["id"])[0]) == ("tied_out", 1346)


def test_an_import_waits_for_the_scan_of_its_document(clinic, files):
    document_id = files.available(clinic, SMALL, "aging.csv", status="scanning")
    made = files.ask(clinic, document_id)
    assert (made["status"], made["job_id"]) == ("queued", None)
    from infra.outbox import publish
    from tenants.documents.models import Document

    with clinic.work() as session:
        session.get(Document, (clinic.id, document_id)).status = "available"
        publish("document.available", document_id=document_id, kind=None)
    drain(clinic)
    assert files.get(clinic, made["id"])["status"] == "ready"
    missing = files.available(clinic, SMALL, "x.csv", status="quarantined")
    clinic.manager.api.post(clinic.url("/ar-imports"), {"document_id": missing}, expect=409)


def test_accepting_needs_a_read_import_the_right_role_and_replaces_the_earlier_picture(clinic, files):
    with clock.freeze(datetime(2026, 11, 24, 15, tzinfo=UTC)):
        first = files.read(clinic, A)
        aging = clinic.manager.api.get(clinic.url("/ar/aging"))
        assert (aging["is_accepted"], aging["import_ids"]) == (False, [first["id"]])
        clinic.admin.api.post(clinic.url(f"/ar-imports/{first['id']}/accept"), {}, expect=403)
        taken = clinic.specialist.api.post(clinic.url(f"/ar-imports/{first['id']}/accept"), {})
        assert (taken["status"], taken["accepted_by"]) == ("accepted", "Sam Specialist")
        clinic.manager.api.post(clinic.url(f"/ar-imports/{first['id']}/accept"), {}, expect=409)
        second = files.read(clinic, C, as_of="2026-11-24")
        clinic.manager.api.post(clinic.url(f"/ar-imports/{second['id']}/accept"), {})
        assert files.get(clinic, first["id"])["superseded_by"] == second["id"]
        aging = clinic.manager.api.get(clinic.url("/ar/aging"))
        assert (aging["is_accepted"], aging["import_ids"]) == (True, [second["id"]])
        assert aging["total_cents"] + aging["credits_cents"] == second["total_cents"]["accepted"]
        assert sum(aging["by_bucket"].values()) == aging["total_cents"]
        older = files.read(clinic, SMALL, as_of="2026-10-15")
        refused = clinic.manager.api.post(clinic.url(f"/ar-imports/{older['id']}/accept"), {}, expect=409)
        assert "later day" in refused["detail"]


def test_worklist_is_sorted_by_deadline_and_pages_without_gaps(clinic, files):
    with clock.freeze(datetime(2026, 11, 24, 15, tzinfo=UTC)):
        found = files.read(clinic, B)
        with clinic.work():
            assert services.revenue_at_risk_cents() == 0
        clinic.manager.api.post(clinic.url(f"/ar-imports/{found['id']}/accept"), {})
        url, seen = clinic.url("/ar/claims?sort=deadline&limit=200"), []
        page = clinic.manager.api.get(url)
        while True:
            seen += page["items"]
            if page["next_cursor"] is None:
                break
            page = clinic.manager.api.get(f"{url}&cursor={page['next_cursor']}")
        assert len({claim["id"] for claim in seen}) == len(seen) == 1346
        deadlines = [claim["filing_deadline"] or "9999-12-31" for claim in seen]
        assert deadlines == sorted(deadlines)
        urgent = [c for c in seen if c["days_left"] is not None and 0 <= c["days_left"] <= 30]
        urgent = [c for c in urgent if c["balance_cents"] > 0 and c["responsibility"] != "patient"]
        due = clinic.manager.api.get(clinic.url("/ar/claims?due_within=30&limit=200"))["items"]
        assert {c["id"] for c in due} == {c["id"] for c in urgent}
        assert due
        with clinic.work():
            assert services.filing_risk() == (len(due), sum(c["balance_cents"] for c in due))
            assert services.revenue_at_risk_cents() == sum(c["balance_cents"] for c in due)
        assert {c["disposition"] for c in due} <= {"rescue_filing", "write_off_policy"}
        by_age = clinic.manager.api.get(clinic.url("/ar/claims?sort=age&limit=5"))["items"]
        assert [c["date_of_service"] for c in by_age] == sorted(c["date_of_service"] for c in by_age)
        clinic.manager.api.get(clinic.url("/ar/claims?sort=luck"), expect=422)


def test_aging_of_another_day_and_scheme_is_computed_from_the_service_date(clinic, files):
    found = files.read(clinic, SMALL, as_of="2026-10-15")
    own = clinic.manager.api.get(clinic.url(f"/ar/aging?import_id={found['id']}"))
    assert (own["as_of"], own["by_bucket"]["0-30"], own["credits_cents"]) == ("2026-10-15", 6_000, -1_234)
    later = clinic.manager.api.get(clinic.url("/ar/aging?as_of=2027-10-15&scheme=short"))
    assert (later["buckets"][-1], later["by_bucket"]["120+"]) == ("120+", 6_000)
    clinic.manager.api.get(clinic.url("/ar/aging?scheme=odd"), expect=422)


def test_nobody_elses_imports_exist(clinic, other_clinic, files):
    found = files.read(clinic, SMALL)
    document = files.available(clinic, SMALL + b"C9,Doe,AETNA,2026-10-02,1.00,1.00,INS\n", "b.csv")
    api = other_clinic.manager.api
    for path in (f"/ar-imports/{found['id']}", f"/ar-imports/{found['id']}/rejects"):
        api.get(other_clinic.url(path), expect=404)
        api.get(clinic.url(path), expect=404)
    api.post(other_clinic.url(f"/ar-imports/{found['id']}/accept"), {}, expect=404)
    api.post(other_clinic.url("/ar-imports"), {"document_id": document}, expect=404)
    assert other_clinic.manager.api.get(other_clinic.url("/ar/aging"))["rows"] == []


def test_columns_of_an_import_are_dates_and_cents(clinic, files):
    found = files.read(clinic, SMALL)
    with clinic.work() as session:
        row = session.get(ArImport, (clinic.id, found["id"]))
        line = session.scalars(select(ArLine).where(ArLine.external_claim_id == "C1")).one()
    assert row.file_sha256
    assert (line.service_on, line.charge_cents, line.insurance_cents) == (date(2026, 10, 1), 10_000, 6_000)
    assert (line.payer_id, line.filing_deadline) == ("aetna", date(2027, 1, 29))
