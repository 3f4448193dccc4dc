from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from infra.dev.fhir_server import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, FhirSettings, load_resources, make_server
from integrations.address_guard import GuardedSession
from integrations.fhir import STEPS, ClientCredentials, Step, probe

CREDENTIALS = ClientCredentials(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET)


@pytest.fixture
def start() -> Iterator[Callable[..., str]]:
    servers = []

    def run(**options: Any) -> str:
        server = make_server(0, FhirSettings(load_resources(), **options))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/fhir"

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


def _session(base: str) -> GuardedSession:
    return GuardedSession(frozenset({base.removeprefix("http://").split("/")[0]}), timeout_s=3)


def _probe(base: str, credentials: ClientCredentials | None = None) -> list[Step]:
    return list(probe(base, session=_session(base), credentials=credentials))


def _outcomes(steps: list[Step]) -> list[bool | None]:
    assert tuple(step.step for step in steps) == STEPS
    assert all(step.detail.endswith(".") and step.ms >= 0 for step in steps)
    return [step.ok for step in steps]


def test_an_open_server_passes_every_step(start) -> None:
    steps = _probe(start() + "/")
    assert _outcomes(steps) == [True] * 5
    assert steps[2].detail == "FHIR 4.0.1, Onpanel development EHR 1.0, 4 readable resource types."
    assert steps[3].detail == "The server asks for no token."
    assert steps[4].detail == "Practitioner: 43 records can be read."


def test_a_server_that_asks_for_a_token_gets_one(start) -> None:
    steps = _probe(start(require_token=True), CREDENTIALS)
    assert _outcomes(steps) == [True] * 5
    assert steps[3].detail == "A token was issued for the client id."


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        (None, "enter a client id and secret"),
        (ClientCredentials(DEMO_CLIENT_ID, "wrong"), "refused the client id or secret"),
    ],
)
def test_a_missing_or_wrong_secret_is_told_and_the_read_skipped(start, credentials, words: str) -> None:
    steps = _probe(start(require_token=True), credentials)
    assert _outcomes(steps) == [True, True, True, False, None]
    assert words in steps[3].detail
    assert steps[4].detail == "Not tried, because a step before it failed."


def test_an_address_that_is_not_allowed_stops_at_the_first_step(start) -> None:
    base = start()
    steps = list(probe(base, session=GuardedSession(), credentials=None))
    assert _outcomes(steps) == [False, None, None, None, None]
    assert _outcomes(list(probe("", session=GuardedSession()))) == [False, None, None, None, None]


def test_a_server_that_is_away_stops_at_the_handshake() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    steps = _probe(f"http://127.0.0.1:{port}/fhir")
    assert _outcomes(steps) == [True, False, None, None, None]
    assert "refused the connection" in steps[1].detail


def _statement(**changes: Any) -> dict[str, Any]:
    statement = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "software": {"name": "Strange EHR"},
        "rest": [{"mode": "server", "resource": [{"type": "Location", "interaction": [{"code": "search-type"}]}]}],
    }
    return statement | changes


class _Strange(BaseHTTPRequestHandler):
    """Answers each path with what a test put there."""

    answers: dict[str, tuple[int, str, bytes]]
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        status, kind, body = self.answers.get(self.path, (404, "text/plain", b"no"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def strange(serve) -> Callable[[dict[str, Any]], tuple[str, type[_Strange]]]:
    def run(answers: dict[str, Any]) -> tuple[str, type[_Strange]]:
        prepared = {
            path: answer if isinstance(answer, tuple) else (200, "application/fhir+json", json.dumps(answer).encode())
            for path, answer in answers.items()
        }
        handler = type("Strange", (_Strange,), {"answers": prepared, "seen": []})
        return f"http://127.0.0.1:{serve(handler)}/r4", handler

    return run


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_statement(fhirVersion="3.0.2"), "FHIR 3.0.2, not R4"),
        (_statement(fhirVersion="4.3.0"), "FHIR 4.3.0, not R4"),
        (_statement(format=["xml"]), "does not offer JSON"),
        ({"resourceType": "Patient"}, "is it the FHIR base address?"),
        (["a"], "is not an object"),
        ((200, "text/html", b"<html>secret inside page</html>"), "another format than JSON"),
        ((200, "application/json", b"{"), "cannot be read"),
        ((200, "application/json", b"[" * 100_000), "cannot be read"),
        ((302, "text/plain", b""), "enter the final address"),
        ((401, "text/plain", b""), "leaves open"),
        ((500, "text/plain", b"stack trace with secrets"), "answered 500"),
    ],
)
def test_a_wrong_capability_statement_is_told_without_echoing_it(strange, answer: Any, words: str) -> None:
    base, _ = strange({"/r4/metadata": answer})
    steps = _probe(base)
    assert _outcomes(steps) == [True, True, False, None, None]
    assert words in steps[2].detail
    assert "secret" not in steps[2].detail


def test_the_first_searchable_type_is_read_when_there_are_no_practitioners(strange) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Location"}}]}
    base, handler = strange({"/r4/metadata": _statement(), "/r4/Location?_count=1": bundle})
    steps = _probe(base)
    assert _outcomes(steps) == [True] * 5
    assert steps[4].detail == "Location: records can be read."
    assert handler.seen[-1] == "/r4/Location?_count=1"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, "text/plain", b""), "does not let us read Location"),
        ({"resourceType": "Location"}, "not answered with a bundle"),
        ({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}, "other resources"),
    ],
)
def test_a_read_that_fails_is_told(strange, answer: Any, words: str) -> None:
    base, _ = strange({"/r4/metadata": _statement(), "/r4/Location?_count=1": answer})
    steps = _probe(base)
    assert _outcomes(steps) == [True, True, True, True, False]
    assert words in steps[4].detail


def test_a_token_endpoint_that_points_inside_is_not_called(strange) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        inside = f"http://127.0.0.1:{canary.getsockname()[1]}/token"
        base, _ = strange(
            {"/r4/metadata": _statement(), "/r4/.well-known/smart-configuration": {"token_endpoint": inside}}
        )
        steps = _probe(base, CREDENTIALS)
        assert _outcomes(steps) == [True, True, True, False, None]
        with pytest.raises(TimeoutError):
            canary.accept()


def test_a_server_that_wants_signed_assertions_is_told_apart(strange) -> None:
    smart = {"token_endpoint": "https://x.example.org/t", "token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    base, _ = strange({"/r4/metadata": _statement(), "/r4/.well-known/smart-configuration": smart})
    assert "private_key_jwt" in _probe(base, CREDENTIALS)[3].detail


def test_a_secret_is_not_shown_by_its_representation() -> None:
    assert DEMO_CLIENT_SECRET not in repr(CREDENTIALS)


def _fetch(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_the_development_server_pages_reads_and_searches(start) -> None:
    base = start()
    ids, url = [], f"{base}/Practitioner?_count=20"
    while url:
        bundle = _fetch(url)
        ids += [entry["resource"]["id"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert len(ids) == len(set(ids)) == bundle["total"] == 43
    one = _fetch(f"{base}/Practitioner/{ids[7]}")
    assert one["id"] == ids[7]
    npi = one["identifier"][0]
    found = _fetch(f"{base}/Practitioner?identifier={npi['system']}|{npi['value']}")
    assert [entry["resource"]["id"] for entry in found["entry"]] == [ids[7]]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _fetch(f"{base}/Practitioner/none")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        _fetch(f"{start(require_token=True)}/Patient")
