"""A clinic is there for its people and for nobody else; changes are versioned, and the same request twice is one change."""

from __future__ import annotations

import threading

import pytest

from infra.ids import uuid7


def test_account_manager_sees_their_clinic_and_nobody_elses(clinic, other_clinic):
    me = clinic.manager.api.get("/api/v1/me")
    assert [role["clinic_id"] for role in me["roles"] if role["clinic_id"]] == [str(clinic.id)]
    assert clinic.manager.api.get(clinic.url(""))["name"] == "Harbor Counseling"
    clinic.manager.api.get(other_clinic.url(""), expect=404)


def test_change_needs_the_current_version(clinic):
    api = clinic.manager.api
    tag = api.call("GET", clinic.url("")).headers["ETag"]
    assert tag == '"v1"'
    changed = api.call("PATCH", clinic.url(""), json={"ehr": "Valant"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    stale = api.call("PATCH", clinic.url(""), json={"ehr": "Tebra"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert api.get(clinic.url(""))["ehr"] == "Valant"


def test_unchanged_read_is_not_sent_again(clinic):
    api = clinic.manager.api
    tag = api.call("GET", "/api/v1/me").headers["ETag"]
    assert api.call("GET", "/api/v1/me", headers={"If-None-Match": tag}).status_code == 304


def test_unknown_and_malformed_fields_are_named_by_pointer(clinic):
    answer = clinic.manager.api.patch(
        clinic.url(""), {"nmae": "x", "state": "Ohio", "traits": {"has_pets": True}}, expect=422
    )
    assert {error["pointer"] for error in answer["errors"]} == {"#/nmae", "#/state", "#/traits/has_pets"}


def test_clinic_admin_may_see_but_not_change(clinic):
    clinic.admin.api.get(clinic.url(""))
    clinic.admin.api.patch(clinic.url(""), {"ehr": "x"}, expect=403)


def test_same_idempotency_key_is_carried_out_once(clinic):
    key = {"Idempotency-Key": str(uuid7())}
    body = {"email": "new.person@example.test", "role": "clinic_admin"}
    answers, barrier = [], threading.Barrier(8)

    def run():
        barrier.wait()
        answers.append(clinic.manager.api.call("POST", clinic.url("/members"), json=body, headers=key))

    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    other = clinic.manager.api.call("POST", clinic.url("/members"), json={**body, "role": "provider"}, headers=key)
    assert other.status_code == 422
    members = clinic.manager.api.get(clinic.url("/members"))["items"]
    assert [m["email"] for m in members].count("new.person@example.test") == 1


def test_refused_request_gives_its_idempotency_key_back(clinic):
    key = {"Idempotency-Key": str(uuid7())}
    api = clinic.manager.api
    assert (
        api.call(
            "POST", clinic.url("/members"), json={"email": "a@example.test", "role": "provider"}, headers=key
        ).status_code
        == 422
    )
    assert (
        api.call(
            "POST", clinic.url("/members"), json={"email": "a@example.test", "role": "clinic_admin"}, headers=key
        ).status_code
        == 201
    )


@pytest.mark.parametrize(
    ("body", "kind", "status", "pointer"),
    [
        (b"[" * 100_000, "application/json", 422, None),
        (b'{"name": ' + b"9" * 10_000 + b"}", "application/json", 422, None),
        (b'{"name": "\\ud800"}', "application/json", 422, "#/name"),
        (b'{"name": "a\\u0000b"}', "application/json", 422, "#/name"),
        (b'{"name": "   "}', "application/json", 422, "#/name"),
        (b'{"name": "x"', "application/json", 422, None),
        (b"name=x", "text/plain", 415, None),
        (b"name=x", "application/x-www-form-urlencoded", 415, None),
    ],
)
def test_garbage_gets_a_clear_answer(clinic, body, kind, status, pointer):
    answer = clinic.manager.api.call("PATCH", clinic.url(""), data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    if pointer:
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
    assert clinic.manager.api.get(clinic.url(""))["name"] == "Harbor Counseling"
