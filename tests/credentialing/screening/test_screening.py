"""From a published list to a decision: loads keep the last good version, matches wait for people, confirmed ones hold billing."""

from __future__ import annotations

import os
import threading
from datetime import date

import psycopg
import pytest
from sqlalchemy import select, text

from credentialing.providers.models import Provider
from credentialing.providers.services import get_provider
from credentialing.screening import services
from credentialing.sources.loading import LoadRefused, load_source
from credentialing.verification import checking
from infra.db import system_transaction
from infra.dev.sources_server import make_server
from infra.settings import settings
from infra.storage import storage
from integrations.leie import LEIE
from integrations.sam import SAM
from tests.bench.exclusion_lists import npi_of
from tests.support.world import drain

HEADER = ",".join(LEIE.columns)
SAMPLE = dict.fromkeys(LEIE.columns, "") | {
    "NPI": "0000000000",
    "EXCLTYPE": "1128a1",
    "EXCLDATE": "20200319",
    "REINDATE": "00000000",
    "WAIVERDATE": "00000000",
    "STATE": "OH",
}


def leie_row(last, first, born="", **more):
    values = SAMPLE | {"LASTNAME": last, "FIRSTNAME": first, "DOB": born} | more
    return ",".join(f'"{values[column]}"' for column in LEIE.columns)


FILLER = [leie_row(f"FILLER{chr(65 + n)}", "NOBODY", "19500101") for n in range(20)]


def write_leie(folder, *rows, header=HEADER):
    (folder / "leie.csv").write_bytes("\r\n".join([header, *FILLER, *rows, ""]).encode("cp1252"))


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A publisher on this machine whose files a test can change; nothing is loaded yet, whatever other tests have loaded."""
    with psycopg.connect(os.environ["TEST_ADMIN_DSN"], autocommit=True) as admin:
        admin.execute("TRUNCATE ref.leie, ref.sam, ref.leie_alias, ref.sam_alias, ref.load")
    server = make_server(0, tmp_path)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("LEIE", "SAM"):
        monkeypatch.setenv(f"{name}_URL", f"http://127.0.0.1:{server.server_address[1]}/{name.lower()}.csv")
    settings.cache_clear()
    yield tmp_path
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    settings.cache_clear()


def provider(clinic, npi, first, last, *, born="1970-05-04", former=()):
    body = {"npi": npi, "first_name": first, "last_name": last, "birth_date": born, "former_names": list(former)}
    made = clinic.manager.api.post(clinic.url("/providers"), body, expect=201)
    return made["id"]


def check(clinic, provider_id, source="leie"):
    api = clinic.manager.api
    job = api.post(clinic.url(f"/providers/{provider_id}/verifications"), {"source": source}, expect=202)
    drain(clinic, only="credentialing.verify")
    assert api.get(f"/api/v1/jobs/{job['id']}")["status"] == "done"
    return next(
        row
        for row in api.get(clinic.url(f"/providers/{provider_id}/verifications"))["items"]
        if row["source"] == source
    )


def matches(clinic, provider_id, **wanted):
    found = clinic.manager.api.get(clinic.url("/screening/matches"))["items"]
    return [row for row in found if row["provider_id"] == provider_id]


def decide(clinic, match, to, expect=200, reason="SSN differs, checked at exclusions.oig.hhs.gov"):
    path = clinic.url(f"/screening/matches/{match['id']}/decisions")
    return clinic.manager.api.post(path, {"to": to, "reason": reason}, expect=expect)


def test_names_alone_wait_for_people_and_a_clear_check_leaves_dated_evidence(clinic, publisher):
    write_leie(
        publisher,
        leie_row("PEÑA", "KATE", "19700504"),
        leie_row("OWENS", "MARY", "19611224"),
        leie_row("STONE", "PAUL", "19700504", NPI=npi_of(700000), REINDATE="20240301"),
    )
    load_source("leie", by="test")
    hit = provider(clinic, npi_of(700001), "Katherine", "Walker-Ito", former=["Peña"])
    namesake = provider(clinic, npi_of(700002), "Mary", "Owens")
    back = provider(clinic, npi_of(700000), "Paul", "Stone")
    assert check(clinic, namesake)["result"] == "clear"
    over = check(clinic, back)
    assert (over["result"], over["evidence"]["ruled_out"]) == ("clear", 1)
    assert over["valid_until"] is not None and set(over["limits"]) == {"ncqa", "cvo", "monitoring"}
    found = check(clinic, hit)
    assert (found["result"], found["valid_until"]) == ("to_review", None)
    (match,) = matches(clinic, hit)
    assert (match["basis"], match["state"]) == ("name_and_birth", "new")
    assert "former name Peña" in match["why"][0] and "Kate for Katherine" in match["why"][0]
    document = clinic.manager.api.get(clinic.url(f"/documents/{found['evidence_document_id']}"))
    assert (document["kind"], document["status"]) == ("verification_evidence", "available")
    with clinic.work() as session:
        key = session.execute(
            text("SELECT object_key FROM app.document WHERE id = :id"), {"id": document["id"]}
        ).scalar_one()
    assert b"".join(storage().chunks(key)).startswith(b"%PDF")


def test_a_cleared_pair_stays_cleared_until_a_fact_changes(clinic, publisher):
    write_leie(publisher, leie_row("GRANT", "ROBERT", "19700504"))
    load_source("leie", by="test")
    who = provider(clinic, npi_of(700003), "Bob", "Grant")
    check(clinic, who)
    (match,) = matches(clinic, who)
    assert decide(clinic, match, "cleared", reason=" ", expect=422)
    decide(clinic, match, "escalated")
    decide(clinic, match, "cleared")
    decide(clinic, match, "confirmed", expect=409)
    assert [
        row["to_state"] for row in clinic.manager.api.get(clinic.url(f"/screening/matches/{match['id']}"))["history"]
    ] == [
        "escalated",
        "cleared",
    ]
    again = check(clinic, who)
    assert (again["result"], again["valid_until"] is not None) == ("clear", True)
    assert [row["state"] for row in matches(clinic, who)] == ["cleared"]
    write_leie(publisher, leie_row("GRANT", "ROBERT", "19700504", ADDRESS="9 ELM ST"))
    load_source("leie", by="test")
    assert check(clinic, who)["result"] == "to_review"
    assert [row["state"] for row in matches(clinic, who)] == ["new"]


def test_a_confirmed_exclusion_holds_every_payer_until_it_is_cleared(clinic, publisher):
    write_leie(publisher, leie_row("LOWE", "ANNA", NPI=npi_of(700004)))
    load_source("leie", by="test")
    who = provider(clinic, npi_of(700004), "Anna", "Lowe")
    clinic.manager.api.post(
        clinic.url("/enrollments"),
        {"provider_id": who, "payer_id": "aetna", "line_of_business": "commercial"},
        expect=201,
    )
    check(clinic, who)
    (match,) = matches(clinic, who)
    assert match["basis"] == "npi"
    decide(clinic, match, "confirmed")
    with clinic.work():
        from credentialing.enrollment.models import Enrollment
        from credentialing.enrollment.services.lapses import endings_by_case
        from infra.db import db

        cases = db().query(Enrollment).filter(Enrollment.tenant_id == clinic.id).all()
        ((ending,),) = endings_by_case(cases, before=date(2026, 12, 31)).values()
        assert ending.words.startswith("Excluded from federal health programs")
    latest = clinic.manager.api.get(clinic.url(f"/providers/{who}/verifications"))["items"][0]
    assert (latest["result"], latest["valid_until"]) == ("excluded", None)
    decide(clinic, match, "cleared", reason="Reinstated, letter of the OIG on file")
    with clinic.work():
        assert endings_by_case(cases, before=date(2026, 12, 31)) in ({}, {cases[0].id: ()})
        assert get_provider(cases[0].provider_id).status == "active"


def test_a_broken_new_version_names_its_defect_and_the_last_good_one_stays(clinic, publisher):
    write_leie(publisher, leie_row("KEPT", "ROW", "19700101"))
    good = load_source("leie", by="test")
    assert not load_source("leie", by="test").is_new
    moved = list(LEIE.columns)
    moved[7] = "NATIONAL_ID"
    defects = [
        (lambda: write_leie(publisher, header=",".join(moved)), "missing: 'NPI'; new: 'NATIONAL_ID'"),
        (lambda: write_leie(publisher, '"SHORT","ROW"'), "Line 22 of the LEIE has 2 fields instead of 18"),
        (lambda: (publisher / "leie.csv").write_bytes(b"<html>Service unavailable</html>\n"), "A web page came"),
        (
            lambda: (publisher / "leie.csv").write_text(",".join(LEIE.columns) + "\r\n" + FILLER[0] + "\r\n"),
            "1 rows, and the present",
        ),
        (lambda: (publisher / "leie.csv").write_text(",".join(LEIE.columns) + "\r\n" + FILLER[0][:50]), "cut off"),
    ]
    for break_it, words in defects:
        break_it()
        with pytest.raises(LoadRefused) as refused:
            load_source("leie", by="test")
        assert words in refused.value.detail
        with system_transaction() as connection:
            assert connection.execute(text("SELECT count(*) FROM ref.leie")).scalar() == good.rows
    state = next(row for row in clinic.manager.api.get("/api/v1/sources")["items"] if row["code"] == "leie")
    assert (state["rows"], "cut off" in state["last_error"]) == (good.rows, True)
    clinic.admin.api.get("/api/v1/sources", expect=403)


def test_sam_is_loaded_by_a_job_and_ended_records_do_not_count(clinic, publisher, monkeypatch):
    plain = dict.fromkeys(SAM.columns, "") | {"Classification": "Individual", "Record Status": "Active"}
    rows = [
        plain | {"First": "Lena", "Last": "Marsh-Cole", "Termination Date": "Indefinite", "Active Date": "01/05/2015"},
        plain | {"First": "Ivan", "Last": "Petrov", "Termination Date": "03/01/2022", "Active Date": "01/05/2015"},
    ]
    lines = [",".join(f'"{heading}"' for heading in SAM.columns)]
    lines += [",".join(f'"{row[heading]}"' for heading in SAM.columns) for row in rows]
    (publisher / "sam.csv").write_text("\r\n".join([*lines, ""]))
    job = clinic.manager.api.post("/api/v1/sources/sam/loads", {}, expect=202)
    drain(clinic, only="credentialing.load_source")
    assert clinic.manager.api.get(f"/api/v1/jobs/{job['id']}")["result"]["rows"] == 2
    lena = provider(clinic, npi_of(700005), "Lena", "Cole")
    ivan = provider(clinic, npi_of(700006), "Ivan", "Petrov")
    clinic.manager.api.post(clinic.url("/verifications"), {"source": "sam"}, expect=202)
    drain(clinic, only="credentialing.verify_many")
    assert [row["basis"] for row in matches(clinic, lena)] == ["name_only"]
    assert matches(clinic, ivan) == []
    monkeypatch.setattr(checking, "versions", lambda reads, sources: {})
    clinic.manager.api.post(clinic.url("/verifications"), {"source": "opt_out"}, expect=409)
    clinic.manager.api.post(clinic.url(f"/providers/{lena}/verifications"), {"source": "sam"}, expect=409)


def test_the_pages_show_the_queue_and_take_a_decision(clinic, publisher):
    write_leie(publisher, leie_row("FROST", "JAMES", "19700504"))
    load_source("leie", by="test")
    who = provider(clinic, npi_of(700_020), "Jim", "Frost")
    pages = clinic.manager.pages
    checks = clinic.page(f"/providers/{who}/checks")
    assert "Not checked yet" in pages.get(checks)
    pages.post(checks, {"source": "leie"})
    drain(clinic, only="credentialing.verify")
    assert "To review" in pages.get(checks)
    assert "due at a source" in pages.get(clinic.page("/providers/checks"))
    queue = pages.get(clinic.page("/providers/screening"))
    assert "Jim Frost" in queue and "Name and date of birth" in queue
    (match,) = matches(clinic, who)
    page = clinic.page(f"/providers/screening/{match['id']}")
    assert "Clear: not this person" in pages.get(page)
    assert "Clear: not this person" not in clinic.admin.pages.get(page)
    pages.post(page, {"to": "cleared", "reason": ""}, expect=422)
    pages.post(page, {"to": "cleared", "reason": "Another middle name and SSN"})
    assert "Nobody waits for a look" in pages.get(clinic.page("/providers/screening"))
    sources = pages.get("/sources")
    assert "OIG exclusions (LEIE)" in sources and "In place" in sources
    assert "Loaded" in pages.get("/sources/leie")
    pages.post("/sources/leie/load", {})


def test_many_at_once_find_the_same_as_one_at_a_time(clinic, publisher, monkeypatch):
    write_leie(
        publisher,
        leie_row("DE LA ROSA-KING", "MARIA", "19700504"),
        leie_row("KING", "MARY", "19700504"),
        leie_row("O'DELL", "ROY", NPI=npi_of(700_031)),
    )
    load_source("leie", by="test")
    maria = provider(clinic, npi_of(700_030), "Maria", "Rosa")
    provider(clinic, npi_of(700_031), "Le Roy", "O'Dell")
    with clinic.work() as session:
        providers = session.scalars(select(Provider).where(Provider.tenant_id == clinic.id).order_by(Provider.id)).all()
        one_by_one = services.screen_providers(providers, "leie", date(2026, 11, 24))
        monkeypatch.setattr(services, "IN_MEMORY_FROM", 0)
        assert services.screen_providers(providers, "leie", date(2026, 11, 24)) == one_by_one
        assert sorted(len(found.to_review) for found in one_by_one.values()) == [1, 1]
    answer = clinic.manager.api.call(
        "PATCH",
        clinic.url(f"/providers/{maria}"),
        json={"former_names": ["King"]},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    drain(clinic, only="credentialing.rescreen")
    drain(clinic, only="credentialing.verify")
    assert len([row for row in matches(clinic, maria) if row["source"] == "leie"]) == 2
