"""The OpenAPI document is true: what an endpoint reads of its query and headers it names, and every operation tells its errors."""

from __future__ import annotations

import inspect
import re

import pytest

from tenants.access.gate import access_of

# The floors above the readers themselves.
FLOORS = ("tenants", "credentialing", "onboarding")
# What reads which query parameter or header; the first group of a pattern is the name, else the name stands beside it.
READS = (
    (r"request\.args\.get(?:list)?\(\s*\"(\w+)\"", None),
    (r"request\.args\[\"(\w+)\"\]", None),
    (r"\"(\w+)\" in request\.args", None),
    (r"\b\w+_argument\(\s*\"(\w+)\"", None),
    (r"\bpage_size\(\)", "limit"),
    (r"\b(?:uuid|number)_cursor\(\)", "cursor"),
    (r"\bwanted_version\(\)", "If-Match"),
)


def names_read(function, seen=None) -> set[str]:
    """The parameters that a function reads, and what it calls of the house's doors."""
    seen = set() if seen is None else seen
    function = inspect.unwrap(function)
    if function in seen:
        return set()
    seen.add(function)
    source = inspect.getsource(function)
    found = set()
    for pattern, name in READS:
        found |= {name or match.group(1) for match in re.finditer(pattern, source)}
    for word in set(re.findall(r"(?<![.\w])(\w+)\(", source)):
        called = function.__globals__.get(word)
        if inspect.isfunction(called) and called.__module__.split(".")[0] in FLOORS:
            found |= names_read(called, seen)
    return found


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/api/v1/openapi.json").get_json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def parameters_of(document, operation):
    for each in operation.get("parameters", []):
        name = each.get("$ref", "").rsplit("/", 1)[-1]
        yield document["components"]["parameters"][name] if name else each


def test_what_an_endpoint_reads_stands_in_the_document(app, document):
    checked = 0
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"} if path in document["paths"] else ():
            operation = document["paths"][path][method.lower()]
            named = {
                each["name"]
                for each in parameters_of(document, operation)
                if each["name"] not in {"Idempotency-Key", "If-None-Match"}
            }
            assert named == names_read(app.view_functions[rule.endpoint]), f"{method} {path}"
            checked += len(named)
    assert checked > 30


def test_every_operation_tells_its_errors_as_problem_details_and_asks_for_the_token(app, document):
    for path, method, operation in operations(document):
        assert operation["security"] == [{"token": []}], path
        assert {"401", "403", "422", "default"} <= operation["responses"].keys(), path
        for status, found in operation["responses"].items():
            if status.isdigit() and int(status) < 400:
                continue
            answer = document["components"]["responses"][found["$ref"].rsplit("/", 1)[-1]]
            assert list(answer["content"]) == ["application/problem+json"], (path, status)
        keyed = "Idempotency-Key" in {each["name"] for each in parameters_of(document, operation)}
        assert keyed == (method == "post"), path
    kinds = {
        access_of(app, rule.endpoint).kind
        for rule in app.url_map.iter_rules()
        if re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule) in document["paths"]
    }
    assert "public" not in kinds


def test_every_reference_leads_somewhere_and_nothing_is_described_twice(document):
    text = str(document)
    for reference in set(re.findall(r"#/components/(\w+/[\w-]+)", text)):
        kind, name = reference.split("/")
        assert name in document["components"][kind], reference
    for path, method, operation in operations(document):
        names = [(each["in"], each["name"]) for each in parameters_of(document, operation)]
        names += [(each["in"], each["name"]) for each in document["paths"][path].get("parameters", [])]
        assert len(names) == len(set(names)), (method, path)
        assert {name for place, name in names if place == "path"} == set(re.findall(r"{(\w+)}", path))
        for status, answer in operation["responses"].items():
            if status.startswith("2") and status != "204":
                assert answer["content"], (method, path)


WRONG = [
    ("/documents", "limit", "abc"),
    ("/documents", "limit", "²"),
    ("/documents", "limit", "201"),
    ("/documents", "cursor", "garbage"),
    ("/documents", "status", "lost"),
    ("/documents", "review", "perhaps"),
    ("/documents", "task_id", "A1"),
    ("/enrollments", "status", "lost"),
    ("/enrollments", "due_by", "13/45/2025"),
    ("/enrollments", "waiting_on", "nobody"),
    ("/providers", "status", "gone"),
    ("/activity", "cursor", "WyIxZTk5Il0"),
    ("/holds", "on", "13/45/2025"),
    ("/holds", "on", "20261124"),
    ("/billable?npi=1234567893&payer_id=aetna", "on", "2026-02-30"),
    ("/billable?payer_id=aetna", "npi", "12"),
    ("/ar/claims", "sort", "luck"),
    ("/ar/claims", "due_within", "soon"),
    ("/ar/aging", "as_of", "yesterday"),
    ("/ar/aging", "scheme", "mine"),
]


def test_a_wrong_query_parameter_is_refused_by_name(clinic):
    for path, name, value in WRONG:
        address = clinic.url(path) + ("&" if "?" in path else "?") + f"{name}={value}"
        problem = clinic.manager.api.get(address, expect=422)
        assert [error["pointer"] for error in problem["errors"]] == [f"#/{name}"], address
    problem = clinic.manager.api.get("/api/v1/payers?state=XX", expect=422)
    assert [error["pointer"] for error in problem["errors"]] == ["#/state"]


def test_a_character_that_the_database_cannot_hold_is_refused_not_a_crash(clinic):
    clinic.manager.api.get(clinic.url("/providers?q=%00"), expect=422)
    clinic.manager.api.get(clinic.url("/enrollments?payer_id=%00"), expect=422)


def test_every_operation_has_a_name_of_its_own(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert all(re.fullmatch(r"[a-z]+[A-Za-z0-9]+", name) for name in names)
