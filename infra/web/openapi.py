"""What every operation of the API has in common, put into the OpenAPI document in one place: errors, security, headers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from infra.web.idempotency import MAX_KEY

_METHODS = {"get", "post", "put", "patch", "delete"}
_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page that explains this kind of problem."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {"type": "string", "description": "The number of the request, as in `X-Request-Id`."},
        "errors": {
            "type": "array",
            "description": "Which parts of the input are not valid.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer: `#/npi`."},
                    "code": _TEXT,
                    "detail": _TEXT,
                },
            },
        },
    },
}
_ERRORS = {
    "401": ("SignInRequired", "No token, or one that is not valid."),
    "403": ("Forbidden", "The caller may see this but not do it."),
    "404": ("NotFound", "There is no such thing, or the caller may not know of it."),
    "409": ("Conflict", "The present state does not allow this."),
    "412": ("StaleVersion", "`If-Match` names a version that is no longer current."),
    "422": ("Invalid", "The input is not valid; `errors` says where and what was expected."),
    "default": ("Problem", "Any other problem: 413, 415, 429 and 503 (both with `Retry-After`), 500."),
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The same key with the same body is carried out once and answered the same again.",
    "schema": {"type": "string", "maxLength": MAX_KEY},
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The `ETag` of an earlier answer; 304 when nothing has changed.",
    "schema": _TEXT,
}
_ETAG = {"ETag": {"description": "The version of what was read.", "schema": _TEXT}}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what holds for all operations: problem details, the bearer token, and the headers of reads and POSTs."""
    made = deepcopy(document)
    components = made.setdefault("components", {})
    components.setdefault("schemas", {}).pop("Error", None)
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {name: _problem_answer(words) for name, words in _ERRORS.values()}
    components["parameters"] = {"IdempotencyKey": _IDEMPOTENCY_KEY, "IfNoneMatch": _IF_NONE_MATCH}
    for path, item in made["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                operation["operationId"] = operation_id(method, path)
                _complete(operation, method, has_place="{" in path)
    return made


def operation_id(method: str, path: str) -> str:
    """The name of an operation in generated clients, from its address: `getClinicPlan` for GET `/api/v1/clinics/{clinic_id}/plan`.

    A collection that a place follows is named in the singular, so that the list and one of its things differ.
    """
    parts = [part for part in path.split("/") if part and part not in {"api", "v1"}]
    words = [method]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if not part.startswith("{"):
            words += _singular(part) if following.startswith("{") else [part]
    first, *others = "-".join(words).replace(".", "-").replace("_", "-").split("-")
    return first + "".join(word.capitalize() for word in others)


def _singular(part: str) -> list[str]:
    if part.endswith("ies"):
        return [part[:-3] + "y"]
    return [part[:-1]] if part.endswith("s") else [part, "one"]


def _problem_answer(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _complete(operation: dict[str, Any], method: str, *, has_place: bool) -> None:
    operation["security"] = [{"token": []}]
    parameters = operation.setdefault("parameters", [])
    answers = operation["responses"]
    errors = {"401", "403", "422", "default"} | ({"404"} if has_place else set())
    if method != "get":
        errors.add("409")
    if any(each.get("name") == "If-Match" for each in parameters):
        errors.add("412")
    if method == "post":
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if method == "get" and "application/json" in answers.get("200", {}).get("content", {}):
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        answers["200"]["headers"] = _ETAG
        answers["304"] = {"description": "Nothing has changed since that `ETag`."}
    for status in sorted(errors):
        answers[status] = {"$ref": f"#/components/responses/{_ERRORS[status][0]}"}
