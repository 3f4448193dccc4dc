"""A file from the promise to the shelf, against the real object store and the real scanner."""

from __future__ import annotations

import dataclasses

import pytest
import requests

import infra.settings
from infra.storage import storage
from tenants.documents import services, uploads
from tests.support.cases import make_provider
from tests.support.files import pdf, promise, put, send
from tests.support.world import drain

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def test_a_clean_file_goes_from_the_promise_to_the_shelf(clinic, other_clinic):
    admin, content = clinic.admin.api, pdf("clean")
    made = promise(admin, clinic, content)
    assert made["document"]["status"] == "awaiting_upload"
    assert made["upload"]["method"] == "PUT"
    document = clinic.url(f"/documents/{made['document']['id']}")
    put(made, content)
    assert admin.post(document + "/complete", expect=202)["status"] == "scanning"
    admin.get(document + "/download", expect=409)
    drain(clinic)
    assert admin.get(document)["status"] == "available"
    link = admin.get(document + "/download")
    assert requests.get(link["url"], timeout=10).content == content
    for path in ("", "/download"):
        other_clinic.manager.api.get(other_clinic.url(f"/documents/{made['document']['id']}{path}"), expect=404)
        other_clinic.manager.api.get(document + path, expect=404)


def test_what_the_scanner_finds_stays_in_quarantine(clinic):
    admin = clinic.admin.api
    document = send(admin, clinic, EICAR, filename="roster.txt", content_type="text/plain")
    found = admin.get(clinic.url(f"/documents/{document}"))
    assert found["status"] == "quarantined"
    assert "Eicar" in found["status_reason"]
    admin.get(clinic.url(f"/documents/{document}/download"), expect=409)
    clinic.specialist.api.post(clinic.url(f"/documents/{document}/review"), {"decision": "accepted"}, expect=409)
    page = clinic.admin.pages.get(clinic.page("/documents?show=quarantined"))
    assert "roster.txt" in page
    assert "Eicar" in page


def test_a_file_that_is_not_what_it_says_is_set_aside(clinic):
    document = send(clinic.admin.api, clinic, b"<html><script>alert(1)</script></html>", filename="w9.pdf")
    found = clinic.admin.api.get(clinic.url(f"/documents/{document}"))
    assert (found["status"], found["status_reason"]) == ("quarantined", "it is not a PDF")
    document = send(clinic.admin.api, clinic, b"Just a few words.", filename="w9.pdf")
    found = clinic.admin.api.get(clinic.url(f"/documents/{document}"))
    assert found["status_reason"] == "it is plain text, not a PDF"


def test_a_virus_is_named_also_when_the_file_is_not_what_it_says(clinic):
    document = send(clinic.admin.api, clinic, EICAR, filename="license.pdf")
    found = clinic.admin.api.get(clinic.url(f"/documents/{document}"))
    assert found["status"] == "quarantined"
    assert "the virus scanner found" in found["status_reason"]
    assert "Eicar" in found["status_reason"]


def test_a_checksum_that_differs_is_refused_and_nothing_is_kept(clinic):
    admin, content = clinic.admin.api, pdf("promised")
    made = promise(admin, clinic, content)
    put(made, pdf("arrive!!"))
    path = clinic.url(f"/documents/{made['document']['id']}")
    problem = admin.post(path + "/complete", expect=422)
    assert problem["errors"][0]["pointer"] == "#/sha256"
    with clinic.work():
        document = services.get_document(made["document"]["id"])
    assert document.status == "abandoned"
    assert storage().info(document.object_key) is None


def test_nothing_has_arrived(clinic):
    made = promise(clinic.admin.api, clinic, pdf("never"))
    clinic.admin.api.post(clinic.url(f"/documents/{made['document']['id']}/complete"), expect=422)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"content_type": "application/x-msdownload"}, 415),
        ({"size": 600 * 1024 * 1024}, 413),
        ({"size": 0}, 422),
        ({"sha256": "abc"}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_promises_that_cannot_be_kept_are_refused(clinic, facts, status):
    body = {"filename": "a.pdf", "content_type": "application/pdf", "size": 10, "sha256": "0" * 64} | facts
    clinic.admin.api.post(clinic.url("/documents"), body, expect=status)


def test_a_large_file_goes_in_parts(clinic, monkeypatch):
    lowered = dataclasses.replace(infra.settings.settings(), multipart_from_bytes=5 * 1024 * 1024)
    for module in (infra.settings, uploads):
        monkeypatch.setattr(module, "settings", lambda: lowered)
    content = pdf("large").ljust(17 * 1024 * 1024, b"\n")
    made = promise(clinic.admin.api, clinic, content)
    assert [part["number"] for part in made["upload"]["parts"]] == [1, 2]
    assert made["upload"]["complete"].endswith("/complete")
    put(made, content)
    path = clinic.url(f"/documents/{made['document']['id']}")
    clinic.admin.api.post(path + "/complete", {"parts": [{"number": 1, "etag": "x"}]}, expect=202)
    drain(clinic)
    assert clinic.admin.api.get(path)["status"] == "available"


def test_a_review_says_who_why_and_until_when(clinic):
    document = send(clinic.admin.api, clinic, pdf("review"))
    path = clinic.url(f"/documents/{document}/review")
    clinic.admin.api.post(path, {"decision": "accepted"}, expect=403)
    reviewer = clinic.specialist.api
    problem = reviewer.post(path, {"decision": "rejected"}, expect=422)
    assert problem["errors"][0]["pointer"] == "#/reason"
    rejected = reviewer.post(path, {"decision": "rejected", "reason": "Page two is missing."})
    assert (rejected["review_status"], rejected["review_reason"]) == ("rejected", "Page two is missing.")
    accepted = reviewer.post(path, {"decision": "accepted", "expires_on": "2028-01-31", "kind": "state_license"})
    assert (accepted["review_status"], accepted["expires_on"]) == ("accepted", "2028-01-31")
    assert accepted["reviewed_by"] == clinic.specialist.name
    assert accepted["review_reason"] is None


def test_a_file_of_a_provider_is_accepted_when_somebody_said_what_it_is(clinic):
    provider_id, _ = make_provider(clinic)
    document = send(clinic.admin.api, clinic, pdf("unsorted"), provider_id=str(provider_id))
    path, page = clinic.url(f"/documents/{document}/review"), clinic.page(f"/documents/{document}/review")
    problem = clinic.specialist.api.post(path, {"decision": "accepted"}, expect=422)
    assert problem["errors"][0] | {"code": ""} == {"pointer": "#/kind", "detail": "Say what it is first.", "code": ""}
    refused = clinic.specialist.pages.post(page, {"decision": "accepted", "kind": ""}, expect=422)
    assert "Say what it is first." in refused
    accepted = clinic.specialist.api.post(path, {"decision": "accepted", "kind": "cv"})
    assert (accepted["review_status"], accepted["kind"]) == ("accepted", "cv")
    of_the_clinic = send(clinic.admin.api, clinic, pdf("of the clinic"))
    clinic.specialist.api.post(clinic.url(f"/documents/{of_the_clinic}/review"), {"decision": "accepted"})
