from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.caqh import (
    Batch,
    Extract,
    LocationRoster,
    ProviderStatus,
    ProViewClient,
    ProViewDown,
    ProViewRefused,
    Roster,
    RosterEntry,
    UnreadableDocument,
    read_document,
)

EXPECTED = {
    "Schemas_DA.md": "Specialty License Dea Answer Answer Extract".split(),
    "Schemas_PV.md": "Answer Answer Answer".split(),
    "Schemas_Rostering.md": (
        "RosterPerson Roster Batch Answer BatchResult Roster Roster Roster Roster RosterProvider Answer Answer "
        "LocationRoster LocationRoster"
    ).split(),
}


@pytest.fixture(scope="module")
def examples() -> list[dict[str, str]]:
    found = json.loads((Path(__file__).parent.parent / "fixtures/caqh/proview_doc_examples.json").read_text())
    return [example for example in found if example["valid_json"]]


def test_every_documented_example_is_read_as_what_it_is(examples: list[dict[str, str]]) -> None:
    kinds: dict[str, list[str]] = {}
    for example in examples:
        source = example["source"].rsplit("/", 1)[-1]
        if source == "index.html.md":
            with pytest.raises(UnreadableDocument, match="no document that CAQH ProView"):
                read_document(example["text"])
            continue
        kinds.setdefault(source, []).append(type(read_document(example["text"])).__name__)
    assert kinds == EXPECTED


def test_no_place_of_the_documented_profile_is_left_unread(examples: list[dict[str, str]]) -> None:
    example = next(e for e in examples if '"extract_version"' in e["text"])
    found = read_document(example["text"])
    assert isinstance(found, Extract)
    (profile,) = found.profiles
    empty = [
        field.name
        for field in fields(profile)
        if field.name not in {"attested_on", "birth_on", "other_states", "other_names", "deas"}
        and getattr(profile, field.name) in ("", (), None)
    ]
    assert empty == []
    assert ("/providers/0/attestation_date", "string") in profile.faults
    assert all(is_dataclass(item) for group in (profile.licenses, profile.hospitals) for item in group)
    assert [hospital.kind for hospital in profile.hospitals] == ["privilege", "arrangement", "other"]


def test_a_filled_profile_gives_its_values(samples: Path) -> None:
    found = read_document((samples / "caqh" / "profile_extract.json").read_bytes())
    assert isinstance(found, Extract)
    (profile,) = found.profiles
    assert (profile.npi, profile.caqh_id, profile.attested_on) == ("1710448576", "14002233", date(2026, 11, 16))
    assert [(row.state, row.number, row.expires_on) for row in profile.licenses] == [
        ("OH", "C.1400881", date(2027, 5, 31)),
        ("KY", "254410", date(2027, 6, 30)),
    ]
    assert (profile.languages, profile.other_states) == (("Spanish", "English"), ("KY",))
    assert profile.locations[0].tax_ids == ("311234567",)
    assert profile.specialties[0].is_certified is True
    assert profile.faults == ()


def test_status_and_practice_locations_keep_their_values() -> None:
    status = read_document(
        b'{"Organization_ID": 1234, "CAQH_Provider_ID": 12345678, "Roster_Status": "ACTIVE", "Authorization_Flag": "Y",'
        b' "Provider_Status": "Re-Attestation", "Provider_Status_Date": "20261109", "Provider_Found_Flag": "Y"}'
    )
    assert isinstance(status, ProviderStatus)
    assert (status.attested_on, status.is_authorized, status.is_on_roster) == (date(2026, 11, 9), True, True)
    expired = read_document('{"provider_status": "Expired Attestation", "provider_status_date": "20261109"}')
    assert isinstance(expired, ProviderStatus)
    assert expired.attested_on is None
    places = read_document(
        '{"organization_id": "7", "practice_location": [{"practice_name": "Harbor", "providers": [{"caqh_provider_id": "5",'
        ' "provider_license": [[{"license_number": "1", "license_state": "oh"}]]}]}]}'
    )
    assert isinstance(places, LocationRoster)
    assert places.locations[0][1][0].licenses[0].state == "OH"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe{}", "UTF-8"),
        (b"{'batch_id': 'x'}", "line 1, column 2"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "neither"),
        (b"17", "single value"),
        (b'{"providers": []}', "no document"),
        (b" " * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
    ],
    ids=["not-utf8", "not-json", "deep", "empty-list", "number", "something-else", "huge"],
)
def test_what_is_no_document_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        read_document(content)


class _ProView(BaseHTTPRequestHandler):
    """ProView as its reference documents it: basic sign-in, four calls."""

    asked: list[tuple[str, str, dict[str, list[str]], object]] = []  # noqa: RUF012
    failures = 0
    extract = "{}"

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        type(self).asked.append((self.command, parts.path, parse_qs(parts.query), body))
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"onpanel:secret").decode():
            self._answer(401, {"Message": "Authorization has been denied for this request."})
        elif type(self).failures:
            type(self).failures -= 1
            self._answer(503, {"Message": "maintenance"})
        elif parts.path.endswith("/providerstatus"):
            self._answer(200, self._status(parse_qs(parts.query)["Caqh_Provider_Id"][0]))
        elif parts.path.endswith("/v5/entities"):
            empty = parse_qs(parts.query)["fromDate"] == ["11/01/2026"]
            self._answer(294 if empty else 200, {"message": "none"} if empty else json.loads(type(self).extract))
        elif self.command == "GET":
            entry = {"organization_id": "414", "caqh_provider_id": "9", "exception_description": "No such provider"}
            self._answer(200, {"batch_status": "Complete", "batch_time": "2s", "roster_result": [entry]})
        elif not body:
            self._answer(400, {"Message": "The request body is empty."})
        else:
            self._answer(200, {"batch_Id": "B-77"})

    do_GET = do_POST = do_PUT = _serve

    def _status(self, caqh_id: str) -> dict[str, str]:
        if caqh_id == "0":
            return {"organization_id": "414", "caqh_provider_id": "0", "provider_found_flag": "N"}
        return {
            "organization_id": "414",
            "caqh_provider_id": caqh_id,
            "roster_status": "ACTIVE",
            "authorization_flag": "N",
            "provider_status": "Re-Attestation",
            "provider_status_date": "20261116",
            "provider_found_flag": "Y",
        }

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def proview(serve: Callable[..., int], samples: Path) -> Callable[..., ProViewClient]:
    _ProView.asked, _ProView.failures = [], 0
    _ProView.extract = (samples / "caqh" / "profile_extract.json").read_text()
    port = serve(_ProView)

    def make(password: str = "secret") -> ProViewClient:
        return ProViewClient(
            organization_id="414",
            username="onpanel",
            password=password,
            base_url=f"http://127.0.0.1:{port}",
            sleep=lambda _: None,
        )

    return make


def test_the_client_asks_for_status_and_attestation_as_documented(proview: Callable[..., ProViewClient]) -> None:
    client = proview()
    _ProView.failures = 1
    assert client.attested_on("14002233") == date(2026, 11, 16)
    assert client.status("14002233").is_authorized is False
    assert client.status("0").is_found is False
    method, path, query, _ = _ProView.asked[-1]
    assert (method, path) == ("GET", "/RosterAPI/api/providerstatus")
    assert query == {"Product": ["PV"], "Caqh_Provider_Id": ["0"], "Organization_Id": ["414"]}
    assert len(_ProView.asked) == 4


def test_the_client_brings_attested_profiles_of_at_most_seven_days(proview: Callable[..., ProViewClient]) -> None:
    client = proview()
    (profile,) = client.attested_profiles(date(2026, 11, 14), date(2026, 11, 20))
    assert profile.last_name == "DIAZ"
    assert client.attested_profiles(date(2026, 11, 1), date(2026, 11, 2)) == ()
    with pytest.raises(ValueError, match="seven days"):
        client.attested_profiles(date(2026, 11, 1), date(2026, 11, 8))


def test_the_client_keeps_a_roster(proview: Callable[..., ProViewClient]) -> None:
    client = proview()
    assert client.add_to_roster([RosterEntry("", "9", own_id="p-1")]) == Batch("B-77")
    assert _ProView.asked[-1][3] == [{"organization_id": "414", "caqh_provider_id": "9", "po_provider_id": "p-1"}]
    client.remove_from_roster([RosterEntry("414", "9")])
    assert _ProView.asked[-1][1] == "/ProviewAPI/API/Deroster"
    result = client.batch("B-77")
    assert result.is_complete
    assert result.entries[0].exception == "No such provider"
    assert isinstance(read_document('[{"organization_id": "1", "caqh_provider_id": "2"}]'), Roster)


def test_refusals_and_outages_are_told_apart(proview: Callable[..., ProViewClient]) -> None:
    with pytest.raises(ProViewRefused, match="user name and password"):
        proview("wrong").status("1")
    with pytest.raises(ProViewRefused, match="body is empty"):
        proview().add_to_roster([])
    _ProView.failures = 2
    with pytest.raises(ProViewDown, match="503"):
        proview().status("1")
    _ProView.failures, asked = 1, len(_ProView.asked)
    with pytest.raises(ProViewDown):
        proview().add_to_roster([RosterEntry("", "9")])
    assert len(_ProView.asked) == asked + 1
