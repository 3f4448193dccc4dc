"""Packets as people use them: check, mend, sign, fill, make versions; and what nobody else may do."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pikepdf
import pypdf
import pytest
import requests
from PIL import Image
from sqlalchemy import text

from infra import clock
from infra.db import db
from integrations.pdf.typeset import typeset
from tenants.access.roles import Role
from tenants.documents.made import store_made
from tenants.documents.models import Document
from tenants.documents.seals import seal_holds, seal_report
from tests.integrations.reading.test_reading_w9 import FIRM, ON, PERSON, filled_w9
from tests.integrations.test_pdf_making import made_form
from tests.support.cases import make_provider, start_case
from tests.support.files import send
from tests.support.world import drain, failures

NEEDED = "state_license malpractice_face cv diploma caqh_profile photo_id claims_history".split()
PAGE = "#show: sheet.with(title: data.title)\n= #data.title\n"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (50, 80), (20, 120, 40)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def case(world, clinic):
    """A provider with an accepted file, a location and an open application to Aetna; Pia is the provider."""
    make_provider(clinic, last_name="Keller")
    provider_id, _ = make_provider(clinic, last_name="Ruiz", first_name="Ana", email="ana@example.test")
    with clinic.work():
        for kind in NEEDED:
            content, kind_of = (
                (photo(), "image/jpeg") if kind == "photo_id" else (typeset(PAGE, {"title": kind}), "application/pdf")
            )
            document = store_made(
                filename=f"{kind}.pdf", content_type=kind_of, content=content, kind=kind, provider_id=provider_id
            )
            document.expires_on = clock.now().date() + timedelta(days=500)
        db().execute(
            text("UPDATE app.provider SET registry_status = 'found', caqh_attested_on = :day WHERE id = :id"),
            {"id": provider_id, "day": clock.now().date()},
        )
        # The registry of the tests does not know this NPI; its answer is as good as given.
        db().execute(text("UPDATE app.outbox SET done_at = now() WHERE topic = 'credentialing.prefill_provider'"))
        db().execute(text("UPDATE app.clinic SET tin = '34-1234567' WHERE tenant_id = :id"), {"id": clinic.id})
    clinic.manager.api.post(
        clinic.url("/locations"),
        {"name": "Main", "address": "1200 Euclid Ave, Suite 400, Cleveland, OH 44115"},
        expect=201,
    )
    clinic.people[Role.PROVIDER] = world.join(clinic, world.person("Pia Provider"), Role.PROVIDER, provider_id)
    case_id = start_case(clinic, provider_id)
    clinic.provider_id, clinic.case = provider_id, clinic.url(f"/enrollments/{case_id}/packet")
    clinic.case_page = clinic.page(f"/enrollments/{case_id}/packet")
    return clinic


def sign(clinic, expect=201, **changes):
    api = clinic.people[Role.PROVIDER].api
    asked = api.get(clinic.url("/me/attestation"))
    body = {"facts_hash": asked["facts_hash"], "signed_name": "Ana Ruiz", "method": "typed", "agreed": True} | changes
    return api.post(clinic.url("/me/attestation"), body, expect=expect)


def bytes_of(clinic, document_id) -> bytes:
    link = clinic.manager.api.get(clinic.url(f"/documents/{document_id}/download"))
    return requests.get(link["url"], timeout=30).content


def codes(clinic):
    return [defect["code"] + ":" + defect["subject"] for defect in clinic.manager.api.get(clinic.case)["defects"]]


def make_version(clinic):
    job = clinic.manager.api.post(clinic.case + "/versions", {}, expect=202)
    drain(clinic)
    done = clinic.manager.api.get(job["status_url"])
    assert done["status"] == "done", done
    return done["result"]


def test_from_a_file_with_holes_to_two_versions(case):
    assert codes(case) == ["document-missing:w9", "document-missing:attestation_release"]
    attestation = sign(case, method="drawn", drawing="M10 10 L20 30 L40 20 L60 50 L90 12")
    case.manager.api.post(case.url("/forms/library/w9"), {}, expect=202)
    drain(case)
    assert failures(case) == []
    with case.work():
        store_made(
            filename="w9.pdf",
            content_type="application/pdf",
            content=typeset(PAGE, {"title": "w9"}),
            kind="w9",
            provider_id=case.provider_id,
        )
    packet = case.manager.api.get(case.case)
    assert packet["ready"] and packet["signature"]["status"] == "signed", packet["defects"]
    enrollment = case.manager.api.get(case.case.removesuffix("/packet"))
    assert enrollment["packet"] == {"ready": True, "defects": []}
    copy = bytes_of(
        case, case.manager.api.get(case.url(f"/providers/{case.provider_id}/attestations"))["items"][0]["document_id"]
    )
    assert (
        seal_report(copy).name == "Ana Ruiz" and seal_holds(copy) and not seal_holds(copy.replace(b"/Title", b"/Titlf"))
    )
    assert attestation["facts_hash"] in pypdf.PdfReader(io.BytesIO(copy)).pages[-1].extract_text().replace("\n", "")

    assert make_version(case)["version"] == 1
    assert make_version(case) == {"version": 1, "unchanged": True}
    [first] = case.manager.api.get(case.case + "/versions")["items"]
    assert [part["key"] for part in first["parts"]][:2] == ["document:attestation_release", "document:w9"]
    link = case.manager.api.get(case.case + "/versions/1/download?format=zip")
    archive = zipfile.ZipFile(io.BytesIO(requests.get(link["url"], timeout=30).content))
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["version"], manifest["payer"], len(manifest["files"])) == (1, "Aetna", len(first["parts"]) + 1)
    reader = pypdf.PdfReader(io.BytesIO(archive.read("packet.pdf")))
    assert len(reader.pages) == first["pages"] and "Enroll" in reader.pages[0].extract_text().title()
    photo_page = next(part for part in first["parts"] if part["key"] == "document:photo_id")["first_page"]
    assert f"{photo_page} / {first['pages']}" in reader.pages[photo_page - 1].extract_text()

    case.manager.api.call("PATCH", case.url(f"/providers/{case.provider_id}"), json={"phone": "216-555-0142"})
    assert codes(case) == ["signature-stale:attestation_release"]
    assert case.manager.api.get(case.case)["signature"]["changed"] == ["Phone"]
    assert make_version(case)["version"] == 2
    second = case.manager.api.get(case.case + "/versions")["items"][0]
    assert second["changes"] == ["Provider: phone: nothing is now 216-555-0142."]
    assert [defect["code"] for defect in second["defects"]] == ["signature-stale"]
    with case.work(), pytest.raises(Exception, match="permission denied"):
        db().execute(text("UPDATE app.packet_version SET pages = 1"))
    for path in (case.page("/packets"), case.case_page, case.page("/forms")):
        assert "Aetna" in (page := case.manager.pages.get(path)) or "W-9" in page


def test_only_the_provider_signs_what_they_read(case):
    api = case.manager.api
    assert api.call("POST", case.url("/me/attestation"), json={}).status_code == 403
    sign(case, expect=422, signed_name="Ana Keller")
    sign(case, expect=422, agreed=False)
    sign(case, expect=422, method="drawn", drawing="M1 1 L2 2")
    sign(case, expect=422, method="drawn", drawing="M1 1 L2 2 L3 3 L4 4<script>")
    stale = case.people[Role.PROVIDER].api.get(case.url("/me/attestation"))["facts_hash"]
    api.call("PATCH", case.url(f"/providers/{case.provider_id}"), json={"phone": "216-555-0142"})
    answer = sign(case, expect=409, facts_hash=stale)
    assert answer["type"].endswith("file-changed")
    pages = case.people[Role.PROVIDER].pages
    assert "Sign" in pages.get("/me/attestation", follow=True)


def test_one_click_asks_the_provider_or_takes_the_registry(case):
    record = {
        "number": "1",
        "basic": {"status": "A"},
        "enumeration_type": "NPI-1",
        "taxonomies": [],
        "addresses": [
            {
                "address_purpose": "LOCATION",
                "address_1": "9 ELM ST",
                "city": "AKRON",
                "state": "OH",
                "postal_code": "443011234",
            }
        ],
    }
    with case.work():
        db().execute(
            text("UPDATE app.provider SET registry_record = CAST(:record AS jsonb) WHERE id = :id"),
            {"record": json.dumps(record), "id": case.provider_id},
        )
    assert "address-differs:NPI registry" in codes(case)
    done = case.manager.api.post(case.case + "/fixes", {"code": "address-differs", "subject": "NPI registry"})
    assert "9 ELM ST" in done["done"] and "address-differs:NPI registry" not in codes(case)
    case.manager.api.post(case.case + "/fixes", {"code": "address-differs", "subject": "NPI registry"}, expect=404)
    asked = case.manager.api.post(case.case + "/fixes", {"code": "document-missing", "subject": "attestation_release"})
    assert "asked by mail" in asked["done"] and "credentialing.ask_provider" in drain(case)
    case.manager.api.post(case.case + "/fixes", {"code": "document-missing", "subject": "w9"}, expect=409)
    page = case.manager.pages.get(case.case_page)
    assert "Asked" in page and "Ask again" in page
    assert case.admin.pages.get(case.case_page).count("<form") < page.count("<form")


def test_a_clinics_own_form_is_mapped_and_filled(case, other_clinic):
    document = send(case.admin.api, case, made_form(), filename="aetna.pdf", kind="payer_form")
    body = {"name": "Aetna application", "document_id": document, "payer_id": "aetna"}
    form = case.admin.api.post(case.url("/forms"), body, expect=201)
    drain(case)
    at = case.url(f"/forms/{form['id']}")
    read = case.admin.api.get(at)
    assert (read["status"], read["map"]["LastName"], read["guessed"][0]) == (
        "ready",
        {"fact": "provider.last_name"},
        "LastName",
    )
    fields = {
        "LastName": {"fact": "provider.last_name"},
        "Gender": {"text": "b"},
        "Agree": {"fact": "clinic.state", "is": "OH"},
        "State": {"text": "MI"},
    }
    saved = case.admin.api.call("PUT", at + "/map", json={"fields": fields})
    assert saved.status_code == 200 and saved.get_json()["guessed"] == []
    for wrong in ({"Nope": {"text": "x"}}, {"State": {"text": "TX"}}, {"LastName": {"fact": "provider.soul"}}):
        assert case.admin.api.call("PUT", at + "/map", json={"fields": wrong}).status_code == 422
    page = case.admin.pages.get(case.page(f"/forms/{form['id']}"))
    assert "form-box is-filled" in page and "LastName" in page
    make_version(case)
    link = case.manager.api.get(case.case + "/versions/1/download?format=zip")
    archive = zipfile.ZipFile(io.BytesIO(requests.get(link["url"], timeout=30).content))
    filled = pypdf.PdfReader(io.BytesIO(archive.read("files/01-aetna.pdf"))).get_fields()
    assert {name: field.get("/V") for name, field in filled.items() if field.get("/V")} == {
        "LastName": "Ruiz", "Gender": "/b", "Agree": "/Yes", "State": "MI",
    }  # fmt: skip
    assert other_clinic.manager.api.call("GET", other_clinic.url(f"/forms/{form['id']}")).status_code == 404
    assert case.people[Role.PROVIDER].api.call("GET", at).status_code == 403


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (typeset(PAGE, {"title": "flat"}), "no fields"),
        (made_form(encryption=pikepdf.Encryption(user="x", owner="y")), "password"),
    ],
)
def test_a_form_that_cannot_be_filled_says_so_and_nothing_breaks(case, content, word):
    with case.work():
        document = store_made(filename="form.pdf", content_type="application/pdf", content=content, kind="payer_form")
    form = case.manager.api.post(
        case.url("/forms"), {"name": "Form", "document_id": str(document.id), "payer_id": "aetna"}, expect=201
    )
    drain(case)
    read = case.manager.api.get(case.url(f"/forms/{form['id']}"))
    assert read["status"] == "unusable" and word in read["problem"]
    assert word in case.manager.pages.get(case.page(f"/forms/{form['id']}"))
    assert make_version(case)["version"] == 1
    assert failures(case) == []


def test_packets_of_another_clinic_do_not_exist(case, other_clinic):
    number = case.case.split("/enrollments/")[1]
    make_version(case)
    for path in ("", "/versions", "/versions/1/download"):
        assert other_clinic.manager.api.call("GET", other_clinic.url(f"/enrollments/{number}{path}")).status_code == 404
    with other_clinic.work():
        assert db().execute(text("SELECT count(*) FROM app.packet_version")).scalar() == 0
        assert db().query(Document).filter_by(kind="packet").count() == 0


def test_a_w9_of_another_place_and_number_is_noticed_and_mended(case):
    def w9(**changes):
        return send(case.manager.api, case, filled_w9(**FIRM, **changes), filename="w9.pdf", kind="w9")

    def wrong():
        found = case.manager.api.get(case.case)["defects"]
        return {
            (row["code"], row["action"]) for row in found if row["subject"] == "w9" and "document" not in row["code"]
        }

    def confirm(document, **changes):
        read = {item["name"]: item["value"] for item in case.manager.api.get(reading(document))["fields"]}
        body = {"kind": "w9", "fields": read | {"signed_on": clock.now().date().isoformat()} | changes}
        case.manager.api.post(reading(document) + "/confirm", body)

    def reading(document):
        return case.url(f"/documents/{document}/reading")

    with case.work():
        db().execute(
            text("UPDATE app.clinic SET name = 'Harbor Counseling, L.L.C.' WHERE tenant_id = :id"), {"id": case.id}
        )
        db().execute(text("UPDATE app.clinic SET tin = '34-7654321' WHERE tenant_id = :id"), {"id": case.id})
        db().execute(text("UPDATE app.enrollment SET tin = '34-7654321' WHERE tenant_id = :id"), {"id": case.id})
    look = "open_document"
    first = w9(**{f"{ON}Address[0].f1_7[0]": "9 Elm St"})
    drain(case)
    assert wrong() == {("tin-mismatch", look), ("address-differs", look), ("w9-unsigned", look)}
    confirm(first)
    assert wrong() == {("tin-mismatch", "open_clinic"), ("address-differs", "take_paper")}
    page = case.manager.pages.get(case.case_page)
    assert "Use the address of the W-9" in page and "tax ID 34-1234567" in page
    done = case.manager.api.post(case.case + "/fixes", {"code": "address-differs", "subject": "w9"})
    assert "9 Elm St, Cleveland, OH 44115" in done["done"] and wrong() == {("tin-mismatch", "open_clinic")}
    with case.work():
        db().execute(text("UPDATE app.clinic SET tin = '34-1234567' WHERE tenant_id = :id"), {"id": case.id})
    assert wrong() == {("tin-mismatch", "take_tin")}
    done = case.manager.api.post(case.case + "/fixes", {"code": "tin-mismatch", "subject": "w9"})
    assert "34-1234567" in done["done"] and wrong() == set() and failures(case) == []
    # A person's number is kept sealed and compared, and nobody reads it on a page.
    second = send(case.manager.api, case, filled_w9(**PERSON), filename="own.pdf", kind="w9")
    drain(case)
    confirm(second)
    said = case.manager.api.get(case.case)
    assert "tin-mismatch" in {row["code"] for row in said["defects"]} and "6789" not in json.dumps(said)
    with case.work():
        kept = (
            db()
            .execute(
                text("SELECT fields::text, said::text, sealed_number FROM app.reading WHERE document_id = :id"),
                {"id": second},
            )
            .one()
        )
    assert "6789" not in kept[0] + kept[1] and kept[2] and b"6789" not in bytes(kept[2])
    assert "123-45-6789" not in case.manager.pages.get(case.page(f"/documents/{second}/read"))
