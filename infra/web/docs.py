"""The API described by itself: the OpenAPI document, a page that renders it, and a page for each kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, jsonify
from flask.typing import ResponseReturnValue

from infra.problems import all_problems
from infra.settings import settings
from infra.web.openapi import completed
from infra.web.pages import render

bp = Blueprint("problems", __name__)


def _no_calls() -> dict[str, Any]:
    return {}


_calls: Callable[[], dict[str, Any]] = _no_calls


def set_calls(calls: Callable[[], dict[str, Any]]) -> None:
    """Register who knows the calls that this product makes to others: the `webhooks` of the OpenAPI document."""
    global _calls
    _calls = calls


def spec_options() -> dict[str, Any]:
    """What the OpenAPI document says of the whole API."""
    return {
        "info": {
            "description": (
                "Bearer tokens (`flask --app app token EMAIL`). Errors are RFC 9457 problem details. Lists take `limit` and `cursor`. "
                "Money is integer cents, dates are `YYYY-MM-DD`, times RFC 3339 in UTC, ids UUIDv7. POSTs take an `Idempotency-Key`."
            )
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def openapi() -> ResponseReturnValue:
    """The OpenAPI 3.1 document of everything that is served."""
    return jsonify(_document())


def _document() -> dict[str, Any]:
    made = completed(current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
    return made | {"webhooks": _calls()}


def api_page() -> ResponseReturnValue:
    """The API as a page."""
    document = _document()
    return render("docs/api.html", document=document, groups=_by_tag(document))


def _by_tag(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    titles = {tag["name"]: tag.get("description") for tag in document.get("tags", [])}
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            if method == "parameters":
                continue
            entry = {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "body": _fields(document, operation.get("requestBody", {})),
                "query": [p for p in operation.get("parameters", []) if p.get("in") == "query"],
                "answers": sorted(operation.get("responses", {})),
                "anchor": operation.get("operationId") or f"{method}-{path.strip('/').replace('/', '-')}",
            }
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(titles.get(tag) or tag, []).append(entry)
    return groups


def _fields(document: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    reference = schema.get("$ref", "").rsplit("/", 1)[-1]
    schema = document.get("components", {}).get("schemas", {}).get(reference, schema)
    required = set(schema.get("required", []))
    return [
        {"name": name, "type": field.get("format") or field.get("type") or "object", "is_required": name in required}
        for name, field in schema.get("properties", {}).items()
    ]


def components() -> ResponseReturnValue:
    """Every component in every state; exists only in the embedded stack and in tests."""
    if not settings().is_embedded:
        abort(404)
    return render("components_gallery.html")


def explain(code: str) -> ResponseReturnValue:
    """What a kind of problem means; the `type` of problem details points here."""
    kind = next((kind for kind in all_problems() if kind.code == code), None)
    if kind is None:
        abort(404)
    return render("docs/problem.html", kind=kind)
