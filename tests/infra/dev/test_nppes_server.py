from __future__ import annotations

import threading

import pytest
import requests

from infra.dev.nppes_server import load_records, make_server, search

RECORDS = load_records()


def ask(**parameters):
    return search(RECORDS, {"version": "2.1", **parameters})


def test_an_npi_finds_its_own_record():
    answer = ask(number="1710448576")
    assert answer["result_count"] == 1
    assert answer["results"][0]["basic"]["last_name"] == "DIAZ"


def test_an_unknown_npi_finds_nothing():
    assert ask(number="1234567893") == {"result_count": 0, "results": []}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"number": "12345"}, "number"),
        ({"number": "12345678901"}, "number"),
        ({"number": "123456789x"}, "number"),
        ({}, ""),
        ({"state": "CA"}, "state"),
        ({"last_name": "D*"}, "last_name"),
        ({"last_name": "D*Z"}, "last_name"),
        ({"last_name": "DIAZ", "limit": "201"}, "limit"),
        ({"last_name": "DIAZ", "limit": "0"}, "limit"),
        ({"last_name": "DIAZ", "skip": "-1"}, "skip"),
        ({"last_name": "DIAZ", "enumeration_type": "NPI-3"}, "enumeration_type"),
        ({"last_name": "DIAZ", "version": "1.0"}, "version"),
    ],
)
def test_mistakes_are_answered_with_a_list_of_errors(parameters, field):
    answer = ask(**parameters)
    assert answer.keys() == {"Errors"}
    assert answer["Errors"][0]["field"] == field
    assert answer["Errors"][0]["description"]
    assert answer["Errors"][0]["number"]


def test_names_match_without_regard_to_case_and_by_their_beginning():
    whole = {record["number"] for record in ask(last_name="diaz", limit="200")["results"]}
    beginning = {record["number"] for record in ask(last_name="Di*", limit="200")["results"]}
    assert "1710448576" in whole
    assert whole < beginning
    assert all(record["basic"]["last_name"].startswith("DI") for record in ask(last_name="di*")["results"])


def test_criteria_narrow_together():
    in_california = ask(last_name="di*", state="CA", limit="200")["results"]
    assert in_california
    assert all("CA" in {place["state"] for place in record["addresses"]} for record in in_california)
    assert ask(last_name="di*", enumeration_type="NPI-2")["result_count"] == 0


def test_an_organization_is_found_by_its_other_name_too():
    for name in ("PEACH STATE*", "kindbody of pa*"):
        assert ask(organization_name=name)["results"][0]["enumeration_type"] == "NPI-2"


def test_taxonomies_match_inside():
    found = ask(taxonomy_description="mental health", limit="200")["results"]
    assert found
    assert all(any("Mental Health" in kind["desc"] for kind in record["taxonomies"]) for record in found)


def test_pages_follow_each_other_without_gap():
    everything = [record["number"] for record in ask(taxonomy_description="counselor", limit="200")["results"]]
    assert len(everything) > 7
    paged = []
    for skip in range(0, len(everything), 7):
        page = ask(taxonomy_description="counselor", limit="7", skip=str(skip))
        assert page["result_count"] == len(page["results"])
        paged += [record["number"] for record in page["results"]]
    assert paged == everything


def test_it_answers_over_http():
    server = make_server(0, RECORDS)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        found = requests.get(f"{address}/api/", params={"version": "2.1", "number": "1710448576"}, timeout=5)
        wrong = requests.get(f"{address}/api/?version=2.1&number=1", timeout=5)
        assert requests.get(f"{address}/elsewhere", timeout=5).status_code == 404
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert found.json()["results"][0]["number"] == "1710448576"
    assert (wrong.status_code, wrong.json().keys()) == (200, {"Errors"})
