from __future__ import annotations

import json
import socket
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.nppes import NppesClient, RegistryDown, RegistryRefused, npi_is_valid, read_record


def _entries(samples: Path) -> list[dict[str, Any]]:
    files = ("individuals.json", "nppes_type2.json")
    return [entry for name in files for entry in json.loads((samples / "nppes" / name).read_text())["results"]]


class _Registry(BaseHTTPRequestHandler):
    """Speaks as much of the registry's API as the tests ask; `faults` are given out first."""

    entries: list[dict[str, Any]]
    faults: list[tuple[int, bytes]]
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.seen.append(query)
        if self.faults:
            self._answer(*self.faults.pop(0))
            return
        if "number" in query:
            found = [entry for entry in self.entries if entry["number"] == query["number"]]
        else:
            name = query.get("last_name", "").rstrip("*").upper()
            found = [entry for entry in self.entries if entry["basic"].get("last_name", "").startswith(name)]
        self._answer(200, json.dumps({"result_count": len(found), "results": found}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def registry(samples, serve):
    handler = type("Registry", (_Registry,), {"entries": _entries(samples), "faults": [], "seen": []})
    client = NppesClient(f"http://127.0.0.1:{serve(handler)}/api/", timeout_s=0.5, sleep=lambda _: None)
    return client, handler


def test_a_person_is_found_with_everything_that_a_form_needs(registry) -> None:
    client, handler = registry
    record = client.lookup("1710448576")
    assert handler.seen == [{"version": "2.1", "number": "1710448576"}]
    assert (record.kind, record.first_name, record.last_name, record.credential, record.status) == (
        "individual", "JOSEPHINE", "DIAZ", "BA", "A",
    )  # fmt: skip
    assert (record.middle_name, record.organization_name) == (None, None)
    assert (record.enumerated_on, record.updated_on) == (date(2019, 3, 26), date(2022, 10, 24))
    assert record.primary_taxonomy.code == "101YM0800X"
    assert (record.primary_taxonomy.state, record.primary_taxonomy.license_number) == ("CA", None)
    assert [address.purpose for address in record.addresses] == ["location", "mailing"]
    assert (record.addresses[0].city, record.addresses[0].postal_code) == ("COSTA MESA", "926266455")
    assert len(record.practice_locations) == 2
    assert record.raw["number"] == "1710448576"


def test_an_organization_is_found_with_its_trade_name(registry) -> None:
    client, _ = registry
    record = client.lookup("1174270805")
    assert (record.kind, record.organization_name) == ("organization", "PEACH STATE MEDICAL PRACTICE, PC")
    assert [(name.kind, name.organization_name) for name in record.other_names] == [
        ("Doing Business As", "KINDBODY OF PA MEDICAL PRACTICE, PC")
    ]


def test_two_dashes_mean_missing(samples) -> None:
    records = [read_record(entry) for entry in _entries(samples)]
    assert "--" in json.dumps(_entries(samples))
    for record in records:
        values = (record.first_name, record.middle_name, record.last_name, record.credential, record.organization_name)
        assert not {"--", ""} & set(values)
        assert npi_is_valid(record.npi)
    assert any(name.kind == "Former Name" and name.last_name for record in records for name in record.other_names)


def test_an_unknown_number_is_none(registry) -> None:
    client, _ = registry
    assert client.lookup("1234567893") is None


def test_a_search_sends_only_what_was_given_and_no_more_than_the_limit(registry) -> None:
    client, handler = registry
    found = client.search(last_name="DI*", state="CA", kind="individual", limit=5000)
    assert {record.last_name[:2] for record in found} == {"DI"}
    assert handler.seen == [
        {"version": "2.1", "last_name": "DI*", "state": "CA", "enumeration_type": "NPI-1", "limit": "200"}
        | {"skip": "0"}
    ]


def test_one_server_error_is_tried_again_and_two_are_not(registry) -> None:
    client, handler = registry
    handler.faults[:] = [(503, b"")]
    assert client.lookup("1710448576").last_name == "DIAZ"
    assert len(handler.seen) == 2
    handler.faults[:] = [(503, b""), (500, b"")]
    with pytest.raises(RegistryDown, match="status 500"):
        client.lookup("1710448576")
    assert len(handler.seen) == 4


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b'{"result_count": 0}', b""])
def test_an_answer_that_is_not_its_api_counts_as_down(registry, body: bytes) -> None:
    client, handler = registry
    handler.faults[:] = [(200, body), (200, body)]
    with pytest.raises(RegistryDown):
        client.lookup("1710448576")


def test_the_registrys_own_errors_are_passed_on_and_not_tried_again(registry) -> None:
    client, handler = registry
    handler.faults[:] = [(200, b'{"Errors": [{"description": "No valid search criteria provided", "number": "08"}]}')]
    with pytest.raises(RegistryRefused) as refused:
        client.search()
    assert refused.value.messages == ("No valid search criteria provided",)
    assert len(handler.seen) == 1
    handler.faults[:] = [(403, b"")]
    with pytest.raises(RegistryRefused, match="403"):
        client.lookup("1710448576")


def test_a_redirect_is_not_followed(registry) -> None:
    client, handler = registry
    handler.faults[:] = [(302, b""), (302, b"")]
    with pytest.raises(RegistryDown, match="elsewhere"):
        client.lookup("1710448576")


def test_silence_and_a_closed_port_count_as_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(RegistryDown, match="did not answer"):
            NppesClient(f"http://127.0.0.1:{port}/", timeout_s=0.1, retry_after_s=0).lookup("1710448576")
    with pytest.raises(RegistryDown, match="did not answer"):
        NppesClient(f"http://127.0.0.1:{port}/", timeout_s=0.1, retry_after_s=0).lookup("1710448576")
