"""What the NPI registry and CAQH say: brought in, laid beside the file, taken or kept, remembered."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from credentialing.credentials.services import credentials_of, save_credential
from credentialing.providers.provenance import FactSource, history_of
from credentialing.providers.services import NewProvider, create_provider, get_provider
from credentialing.providers.services.caqh import NoProfile, profiles_in
from credentialing.providers.services.entries import entries_of
from infra.settings import settings
from tests.support.files import send
from tests.support.world import drain

PROFILE = (Path(__file__).parents[2] / "fixtures" / "caqh" / "profile_extract.json").read_bytes()
DIAZ = "1710448576"


@pytest.fixture
def provider(clinic):
    """A provider whose file says a little, and some of it otherwise than CAQH."""
    with clinic.work():
        made = create_provider(NewProvider(npi=DIAZ, first_name="Josephine", last_name="Diaz-Luna"))
        save_credential(
            provider_id=made.id,
            kind="state_license",
            values={"number": "C.1400881", "state": "OH", "expires_on": "2025-05-31"},
            source=FactSource("person"),
        )
    return made.id


def _import(clinic, content: bytes = PROFILE, expect: int = 201):
    document = send(
        clinic.admin.api,
        clinic,
        content,
        filename="proview.json",
        content_type="application/json",
        kind="caqh_profile_file",
    )
    return document, clinic.admin.api.post(clinic.url("/caqh-imports"), {"document_id": document}, expect=expect)


def _open(clinic, provider_id, source="caqh"):
    found = clinic.admin.api.get(clinic.url(f"/providers/{provider_id}/differences?source={source}"))
    return {row["path"]: row for row in found["items"]}


def _decide(clinic, provider_id, decision, *paths, source="caqh", expect=200):
    body = {"source": source, "decision": decision, "paths": list(paths)}
    return clinic.admin.api.post(clinic.url(f"/providers/{provider_id}/differences/decisions"), body, expect=expect)


def test_a_profile_waits_until_somebody_takes_it_and_is_never_asked_twice(clinic, provider):
    _, outcome = _import(clinic)
    assert [row["provider_id"] for row in outcome["imported"]] == [str(provider)]
    rows = _open(clinic, provider)
    assert (rows["last_name"]["file_says"], rows["last_name"]["says"]) == ("Diaz-Luna", "Diaz")
    assert rows["state_license.oh-c-1400881.expires_on"]["says"] == "2027-05-31"
    assert rows["birth_date"]["says"] == "••••-••-••"
    with clinic.work():
        assert get_provider(provider).sealed_birth_date is None
    left = _decide(clinic, provider, "take", *[path for path in rows if path != "last_name"])
    assert {row["path"] for row in left["items"] if row["source"] == "caqh"} == {"last_name"}
    _decide(clinic, provider, "keep", "last_name")
    assert _open(clinic, provider) == {}
    with clinic.work():
        found = get_provider(provider)
        held = credentials_of([provider])[provider]
        entries = entries_of([provider])[provider]
        changes = history_of(provider, limit=200)
    assert (found.last_name, found.caqh_id, str(found.caqh_attested_on)) == ("Diaz-Luna", "14002233", "2026-11-16")
    assert found.sealed_birth_date is not None
    assert {row.kind for row in held} == {"state_license", "caqh_profile", "medicaid_id", "board_cert"}
    assert sorted(row.state for row in held if row.kind == "state_license") == ["KY", "OH"]
    assert {"education", "training", "hospital", "locations", "languages"} <= entries.keys()
    taken = [change for change in changes if change.source == "caqh"]
    assert {change.document_id for change in taken} != {None}
    assert "1984" not in " ".join(f"{change.old_shown} {change.new_shown}" for change in changes)
    _, again = _import(clinic)
    assert (again["imported"], len(again["unchanged"])) == ([], 1)
    newer = PROFILE.replace(b"2026-11-16T14", b"2026-11-20T14").replace(b'"DIAZ"', b'"DIAZ-SOL"')
    _import(clinic, newer)
    assert set(_open(clinic, provider)) == {"last_name", "caqh_profile.14002233.issued_on"}


def test_decisions_are_remembered_with_who_and_when_and_can_be_reopened(clinic, provider):
    _import(clinic)
    _decide(clinic, provider, "keep", "last_name")
    _decide(clinic, provider, "keep", "last_name", expect=409)
    _decide(clinic, provider, "take", "no.such.path", expect=409)
    decided = clinic.admin.api.get(clinic.url(f"/providers/{provider}/differences/decisions"))["items"]
    assert [(row["path"], row["decision"], row["says"], row["file_said"], row["decided_by"]) for row in decided] == [
        ("last_name", "kept", "Diaz", "Diaz-Luna", clinic.admin.name)
    ]
    pages, own = clinic.admin.pages, clinic.page(f"/providers/{provider}/sources")
    page = pages.get(own)
    assert "Kept ours" in page
    assert clinic.admin.name in page
    assert (
        "last_name" in _open(clinic, provider)
        or "asked again" in pages.post(own + "/caqh/reopen", {"path": "last_name"}).lower()
    )
    assert "last_name" in _open(clinic, provider)
    assert "Taken: Last name" in pages.post(own + "/caqh", {"only": "take:last_name"})
    assert "Mark at least one line" in pages.post(own + "/caqh", {"decision": "take"})
    with clinic.work():
        assert get_provider(provider).last_name == "Diaz"


def test_profiles_of_nobody_here_and_files_of_another_kind_are_told(clinic, other_clinic, provider):
    two = json.loads(PROFILE)
    two["providers"].append(dict(two["providers"][0], npi_type_1="1841305265", caqh_provider_id=5, last_name="Nobody"))
    document, outcome = _import(clinic, json.dumps(two).encode())
    assert [(row["name"], row["reason"]) for row in outcome["strangers"]] == [
        ("JOSEPHINE Nobody", "nobody in this clinic has this NPI or CAQH ID")
    ]
    other_clinic.admin.api.post(other_clinic.url("/caqh-imports"), {"document_id": document}, expect=404)
    _, problem = _import(clinic, b'{"batch_id": "B-1"}', expect=422)
    assert "another kind (batch)" in problem["detail"]
    page = clinic.admin.pages.get(clinic.page("/providers/caqh"))
    assert "Josephine Diaz-Luna" in page
    with pytest.raises(NoProfile, match="line 1"):
        profiles_in(b"{'x'}")


def test_a_provider_of_the_clinic_sees_no_sources_and_another_clinic_nothing(clinic, other_clinic, provider):
    path = f"/providers/{provider}/differences"
    other_clinic.admin.api.get(other_clinic.url(path), expect=404)
    other_clinic.admin.pages.get(other_clinic.page(f"/providers/{provider}/sources"), expect=404)


def test_the_registry_fills_what_is_empty_and_asks_about_the_rest(clinic, provider):
    drain(clinic, only="credentialing.prefill_provider")
    rows = _open(clinic, provider, "nppes")
    assert (rows["last_name"]["says"], rows["last_name"]["is_addition"]) == ("Diaz", False)
    assert {path.split(".")[0] for path, row in rows.items() if row["is_addition"]} == {"locations"}
    with clinic.work():
        found = get_provider(provider)
        (place,) = entries_of([provider])[provider]["locations"]
        assert (found.taxonomy, found.last_name, place.values["city"]) == ("101YM0800X", "Diaz-Luna", "Costa Mesa")
        assert place.source == "nppes"
    _decide(clinic, provider, "keep", "last_name", source="nppes")
    clinic.specialist.pages.post(clinic.page(f"/providers/{provider}/check"))
    drain(clinic, only="credentialing.prefill_provider")
    assert "last_name" not in _open(clinic, provider, "nppes")


class _Status(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(
            {
                "caqh_provider_id": "14002233",
                "provider_found_flag": "Y",
                "provider_status": "Re-Attestation",
                "provider_status_date": "20261118",
                "authorization_flag": "Y",
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def test_proview_is_asked_for_the_attestation_when_this_installation_may(clinic, provider, monkeypatch):
    own = clinic.page(f"/providers/{provider}/sources")
    assert "no access to CAQH" in clinic.admin.pages.post(own + "/caqh/ask")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Status)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    for name, value in (
        ("CAQH_URL", f"http://127.0.0.1:{server.server_port}"),
        ("CAQH_ORGANIZATION_ID", "414"),
        ("CAQH_USERNAME", "onpanel"),
        ("CAQH_PASSWORD", "secret"),
    ):
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        assert "no CAQH ID yet" in clinic.admin.pages.post(own + "/caqh/ask")
        with clinic.work():
            save_credential(
                provider_id=provider, kind="caqh_profile", values={"number": "14002233"}, source=FactSource("person")
            )
        assert "CAQH is being asked" in clinic.admin.pages.post(own + "/caqh/ask")
        drain(clinic, only="credentialing.check_caqh")
    finally:
        settings.cache_clear()
        server.shutdown()
        server.server_close()
    with clinic.work():
        assert str(get_provider(provider).caqh_attested_on) == "2026-11-18"
    said = [row["summary"] for row in clinic.manager.api.get(clinic.url("/activity"))["items"]]
    assert "CAQH ProView says of Josephine Diaz-Luna: Re-Attestation, authorized" in said
