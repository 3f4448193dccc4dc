"""The file as JSON: sections, entries, credentials, history; masked, versioned, and nobody else's."""

from __future__ import annotations

from uuid import UUID

import pytest

from tenants.access.roles import Role
from tests.support.cases import make_provider


@pytest.fixture
def base(clinic):
    """The address of a provider in the API."""
    provider_id, _ = make_provider(clinic, license_number="A.12", dea_number="BD1234563")
    return clinic.url(f"/providers/{provider_id}")


def test_sections_tell_their_fields_rows_and_what_is_missing(clinic, base):
    api = clinic.admin.api
    items = {row["code"]: row for row in api.get(f"{base}/sections")["items"]}
    assert items["work_history"]["missing"][0]["text"] == "No job yet"
    assert items["dea"]["is_asked"] is False
    found = api.get(f"{base}/sections/licenses")
    assert found["rows"][0]["values"]["number"] == "A.12"
    assert {field["name"] for field in found["fields"]} >= {"number", "state", "expires_on"}
    api.get(f"{base}/sections/nothing", expect=404)
    answer = api.call(
        "PUT", f"{base}/sections/identity", json={"values": {"ssn": "219-09-9999", "phone": "614 555 0100"}}
    )
    assert answer.json["values"]["ssn"] == "•••-••-9999"
    stale = api.call(
        "PUT", f"{base}/sections/identity", json={"values": {"phone": "614 555 0101"}}, headers={"If-Match": '"v1"'}
    )
    assert stale.status_code == 412
    refused = api.call("PUT", f"{base}/sections/identity", json={"values": {"ssn": "000-00-0000"}})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/values/ssn")
    unknown = api.call("PUT", f"{base}/sections/identity", json={"values": {"npi": "1841305265"}})
    assert (unknown.status_code, unknown.json["errors"][0]["pointer"]) == (422, "#/values/npi")


def test_entries_are_added_replaced_and_removed(clinic, base):
    api, path = clinic.admin.api, f"{base}/sections/work_history/entries"
    job = {"kind": "job", "employer": "Harbor", "position": "Therapist", "started": "2021-04", "is_current": True}
    made = api.post(path, {"values": job}, expect=201)
    assert api.post(path, {"values": job}, expect=201)["id"] == made["id"]
    replaced = api.call("PUT", f"{path}/{made['id']}", json={"values": {"kind": "job", "employer": "Harbor LLC"}})
    assert replaced.json["values"] == {"kind": "job", "employer": "Harbor LLC"}
    stale = {"If-Match": '"v1"'}
    assert api.call("PUT", f"{path}/{made['id']}", json={"values": job}, headers=stale).status_code == 412
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 204
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 404
    assert api.call("PUT", f"{path}/{made['id']}", json={"values": job}).status_code == 404
    api.post(f"{base}/sections/licenses/entries", {"values": {}}, expect=404)
    page = api.get(f"{base}/changes?section=work_history&limit=3")
    more = api.get(f"{base}/changes?section=work_history&limit=100&cursor={page['next_cursor']}")
    seen = [row["id"] for row in page["items"] + more["items"]]
    assert len(seen) == len(set(seen)) > 6
    assert {row["changed_by"] for row in page["items"]} == {"Casey Clinic"}
    named = api.get(f"{base}/changes?section=work_history&row={made['id']}&field=employer")["items"]
    assert [(row["old"], row["new"]) for row in named] == [
        ("Harbor LLC", None),
        ("Harbor", "Harbor LLC"),
        (None, "Harbor"),
    ]
    api.get(f"{base}/changes?row=nonsense", expect=422)
    api.get(f"{base}/changes?cursor=nonsense", expect=422)


def test_credentials_are_added_replaced_and_removed(clinic, base):
    api, path = clinic.admin.api, f"{base}/credentials"
    held = {row["kind"]: row for row in api.get(path)["items"]}
    assert held["dea"]["number"] == "•••••••63"
    assert "1234563" not in str(held)
    policy = {"issuer": "CPH", "number": "P-9", "coverage": "occurrence", "limits_each_cents": 100_000_000}
    made = api.post(path, {"kind": "malpractice_face", "values": policy}, expect=201)
    assert made["details"] == {"coverage": "occurrence", "limits_each_cents": 100_000_000}
    again = api.post(path, {"kind": "malpractice_face", "values": {"number": "p9", "has_tail": False}}, expect=201)
    assert again["id"] == made["id"]
    body = {"kind": "malpractice_face", "values": {"issuer": "CPH", "number": "P-10"}}
    assert api.call("PUT", f"{path}/{made['id']}", json=body).json["details"] == {}
    dea = {"kind": "dea", "values": {"state": "OH", "expires_on": "2028-05-31"}}
    changed = api.call("PUT", f"{path}/{held['dea']['id']}", json=dea).json
    assert (changed["number"], changed["expires_on"]) == ("•••••••63", "2028-05-31")
    wrong = api.call("PUT", f"{path}/{held['dea']['id']}", json={"kind": "dea", "values": {"number": "BD1234567"}})
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "#/values/number")
    api.post(path, {"kind": "driving_license", "values": {}}, expect=422)
    api.post(path, {"kind": "board_cert", "values": {"issuer": ""}}, expect=422)
    api.post(f"{base}/sections/languages/entries", {"values": {}}, expect=422)
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 204
    api.get(f"{path}/{made['id']}", expect=404)


def test_nobody_elses_file(clinic, other_clinic, world, base):
    mine, _ = make_provider(clinic, "Lee")
    person = world.join(clinic, world.person("Kim Lee"), Role.PROVIDER, provider_id=UUID(str(mine)))
    paths = ("/sections", "/sections/identity", "/credentials", "/changes")
    for path in paths:
        person.api.get(base + path, expect=404)
        other_clinic.manager.api.get(base + path, expect=404)
        other_clinic.manager.api.get(base.replace(str(clinic.id), str(other_clinic.id)) + path, expect=404)
    person.api.post(f"{base}/sections/languages/entries", {"values": {"language": "Dutch"}}, expect=404)
    own = clinic.url(f"/providers/{mine}")
    row = person.api.post(f"{own}/sections/languages/entries", {"values": {"language": "Dutch"}}, expect=201)
    assert row["source"] == "provider"
    body = {"kind": "state_license", "values": {"number": "X1", "state": "OH", "status": "active"}}
    person.api.post(f"{own}/credentials", body, expect=403)
    del body["values"]["status"]
    person.api.post(f"{own}/credentials", body, expect=201)


def test_lists_leave_without_sealed_numbers(clinic, base):
    held = clinic.admin.api.call("GET", clinic.url("/exports/credentials.csv")).get_data(as_text=True)
    assert "A.12" in held
    assert "DEA registration" in held
    assert not [text for text in ("1234563", "•••") if text in held]
    gaps = clinic.admin.api.call("GET", clinic.url("/exports/file-gaps.csv")).get_data(as_text=True)
    assert "11 questions are not answered" in gaps


def test_masked_values_are_told_for_a_reason_to_the_vendor_only(clinic, base):
    clinic.admin.api.call("PUT", f"{base}/sections/identity", json={"values": {"ssn": "219-09-9999"}})
    dea = next(row["id"] for row in clinic.admin.api.get(f"{base}/credentials")["items"] if row["kind"] == "dea")
    ask = {"field": "ssn", "reason": "CAQH application"}
    clinic.admin.api.post(f"{base}/reveal", ask, expect=403)
    clinic.specialist.api.post(f"{base}/reveal", ask | {"reason": "x"}, expect=422)
    clinic.specialist.api.post(f"{base}/reveal", ask | {"field": "npi"}, expect=422)
    key = {"Idempotency-Key": f"reveal-{dea}"}
    for expected in ("219099999", "shown once"):
        answer = clinic.specialist.api.call("POST", f"{base}/reveal", json=ask, headers=key)
        assert answer.json["value"] == expected
    shown = clinic.specialist.api.post(f"{base}/credentials/{dea}/reveal", {"reason": "DEA look-up"})
    assert shown["number"] == "BD1234563"
    looks = [row for row in clinic.manager.api.get(clinic.url("/audit"))["items"] if row["action"].endswith("revealed")]
    assert len(looks) == 2
    assert all("CAQH application" in row["summary"] or "DEA look-up" in row["summary"] for row in looks)
