"""A FHIR address is tested step by step against a real local server, and an inside address is never called."""

from __future__ import annotations

import os
import threading
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from infra.db import Scope, unit_of_work
from infra.dev.fhir_server import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, FhirSettings, load_resources, make_server
from infra.outbox import OutboxRow
from infra.settings import settings
from onboarding.ehr import jobs
from onboarding.ehr.models import EhrConnection
from tests.support.world import drain, failures


@pytest.fixture
def guarded_server(monkeypatch):
    """A FHIR server that asks for a token, and the settings that let the address guard through to it."""
    server = make_server(0, FhirSettings(load_resources(), require_token=True))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"127.0.0.1:{server.server_port}"

    class Allowing:
        egress_allow = frozenset({address})

    monkeypatch.setattr(jobs, "settings", lambda: Allowing)
    yield f"http://{address}/fhir"
    server.shutdown()
    server.server_close()


def outcome_of(clinic, **body):
    made = clinic.admin.api.post(clinic.url("/ehr-connections"), {"kind": "fhir_r4", **body}, expect=201)
    assert made["status"] == "untested"
    asked = clinic.admin.api.post(clinic.url(f"/ehr-connections/{made['id']}/test"), expect=202)
    assert asked["status"] == "testing"
    drain(clinic)
    assert failures(clinic) == []
    return clinic.manager.api.get(clinic.url(f"/ehr-connections/{made['id']}"))


def test_a_server_with_a_token_is_verified_and_the_secret_is_sealed(clinic, guarded_server):
    found = outcome_of(
        clinic, base_url=guarded_server, client_id=DEMO_CLIENT_ID, client_secret=DEMO_CLIENT_SECRET, name="Kipu"
    )
    assert (found["status"], found["has_secret"]) == ("verified", True)
    assert [(step["step"], step["ok"]) for step in found["steps"]] == [
        ("address", True),
        ("tls", True),
        ("capability", True),
        ("token", True),
        ("read", True),
    ]
    assert "client_secret" not in found
    with clinic.work() as session:
        row = session.get(EhrConnection, (clinic.id, found["id"]))
        assert DEMO_CLIENT_SECRET.encode() not in row.sealed_secret
    job = clinic.manager.api.get(f"jobs/{found['job_id']}")
    assert (job["status"], job["progress"]) == ("done", {"done": 5, "total": 5})


def test_a_wrong_secret_fails_at_the_token_and_skips_the_rest(clinic, guarded_server):
    found = outcome_of(clinic, base_url=guarded_server, client_id=DEMO_CLIENT_ID, client_secret="wrong")
    assert found["status"] == "failed"
    assert [step["ok"] for step in found["steps"]] == [True, True, True, False, None]
    assert "refused" in found["steps"][3]["detail"]


@pytest.mark.skipif("DEMO_FHIR_URL" not in os.environ, reason="the run has no FHIR server")
def test_the_server_of_the_run_is_let_through_by_its_setting(clinic):
    address = os.environ["DEMO_FHIR_URL"]
    assert urlsplit(address).netloc in settings().egress_allow
    assert outcome_of(clinic, base_url=address)["status"] == "verified"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/fhir", "https://10.0.0.5/fhir", "https://[::1]/fhir", "https://metadata.internal/"]
)
def test_inside_addresses_are_refused_with_a_step_that_says_so(clinic, address):
    found = outcome_of(clinic, base_url=address)
    first, *rest = found["steps"]
    assert (found["status"], first["step"], first["ok"]) == ("failed", "address", False)
    assert "public" in first["detail"] or "https://" in first["detail"]
    assert {step["ok"] for step in rest} == {None}


def test_what_is_entered_is_checked_and_two_clicks_are_one_test(clinic, other_clinic):
    url = clinic.url("/ehr-connections")
    refused = clinic.manager.api.post(url, {"kind": "sftp", "base_url": "sftp://x"}, expect=422)
    assert "not offered yet" in refused["detail"]
    clinic.manager.api.post(url, {"kind": "fhir_r4"}, expect=422)
    clinic.manager.api.post(url, {"kind": "fhir_r4", "base_url": "https://x.test", "client_id": "a"}, expect=422)
    made = clinic.manager.api.post(url, {"kind": "fhir_r4", "base_url": "https://10.0.0.1/fhir"}, expect=201)
    first = clinic.manager.api.post(f"{url}/{made['id']}/test", expect=202)
    assert clinic.manager.api.post(f"{url}/{made['id']}/test", expect=202)["job_id"] == first["job_id"]
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "onboarding.test_ehr_connection")).all()
    assert len(rows) == 1
    other_clinic.manager.api.get(other_clinic.url(f"/ehr-connections/{made['id']}"), expect=404)
    other_clinic.manager.api.post(other_clinic.url(f"/ehr-connections/{made['id']}/test"), expect=404)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://user:secret@ehr.example/fhir", "ehr.example", "https://[::1"]
)
def test_address_that_is_none_or_holds_a_secret_is_refused_at_entry(clinic, address):
    answer = clinic.manager.api.post(
        clinic.url("/ehr-connections"), {"kind": "fhir_r4", "base_url": address}, expect=422
    )
    assert [error["pointer"] for error in answer["errors"]] == ["#/base_url"]


def test_one_that_failed_is_told_in_plain_words_and_can_be_removed(clinic, other_clinic, guarded_server):
    found = outcome_of(clinic, base_url="https://10.0.0.5/fhir")
    assert found["name"] == "10.0.0.5", "two that nobody named can be told apart"
    page = clinic.manager.pages.get(clinic.page("/ehr"))
    assert "Encryption, Server description, Access token, One read: not tried, because “Address” failed." in page
    assert "at the step “Address”" in clinic.manager.pages.get(clinic.page("/activity"))
    api = clinic.url(f"/ehr-connections/{found['id']}")
    foreign = other_clinic.manager.api.call("DELETE", other_clinic.url(f"/ehr-connections/{found['id']}"))
    assert foreign.status_code == 404
    assert clinic.manager.api.call("DELETE", api).status_code == 204
    clinic.manager.api.get(api, expect=404)
    again = outcome_of(clinic, base_url="https://10.0.0.6/fhir", name="Old Kipu")
    assert "Old Kipu is removed." in clinic.manager.pages.post(clinic.page(f"/ehr/{again['id']}/delete"), {})
    assert "removed the EHR connection Old Kipu" in clinic.manager.pages.get(clinic.page("/activity"))


def test_a_verified_connection_stays_because_the_plan_stands_on_it(clinic, guarded_server):
    found = outcome_of(
        clinic, base_url=guarded_server, client_id=DEMO_CLIENT_ID, client_secret=DEMO_CLIENT_SECRET, name="Kipu"
    )
    refused = clinic.manager.api.call("DELETE", clinic.url(f"/ehr-connections/{found['id']}"))
    assert refused.status_code == 409
    assert clinic.manager.api.get(clinic.url(f"/ehr-connections/{found['id']}"))["status"] == "verified"
