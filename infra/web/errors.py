"""Errors, in the form that the caller reads: problem details for the API, a fragment for htmx, a page for a browser."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from psycopg.errors import LockNotAvailable, QueryCanceled, SerializationFailure, UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers.response import Response as BaseResponse

from infra.logs import log
from infra.problems import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    ProductError,
    SignInRequired,
    StaleVersion,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedType,
)

_BY_STATUS: dict[int, type[ProductError]] = {
    401: SignInRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: UnsupportedType,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}
_constraints: dict[str, type[ProductError]] = {}


class MethodNotAllowed(ProductError):
    """The address exists, but not for this method."""

    status, code, title = 405, "method-not-allowed", "That address does not take this method"


class Crash(ProductError):
    """Something broke here; the log has it under the request id."""

    status, code, title = 500, "crash", "Something broke on our side"


def map_constraint(name: str, error: type[ProductError]) -> None:
    """Say which product error a database constraint stands for, so that a race gives the same answer as the check."""
    _constraints[name] = error


def install_errors(app: Flask) -> None:
    """Render every error of this application."""
    app.register_error_handler(ProductError, answer)
    app.register_error_handler(HTTPException, lambda error: answer(_from_http(error), headers=_headers_of(error)))
    app.register_error_handler(StaleDataError, lambda error: answer(StaleVersion()))
    app.register_error_handler(IntegrityError, lambda error: answer(_from_integrity(error)))
    app.register_error_handler(OperationalError, lambda error: answer(_from_operational(error)))
    app.register_error_handler(DataError, lambda error: answer(_from_data(error)))
    app.register_error_handler(Exception, _crashed)


def _crashed(error: Exception) -> BaseResponse:
    log().exception("request crashed", route=str(request.url_rule))
    return answer(Crash("We have noted it. Try again; if it stays, write to us with the number below."))


def _headers_of(error: HTTPException) -> dict[str, str]:
    allow = getattr(error, "valid_methods", None)
    return {"Allow": ", ".join(sorted(allow))} if allow else {}


def _from_http(error: HTTPException) -> ProductError:
    messages = getattr(error, "data", {}).get("messages") if isinstance(getattr(error, "data", None), dict) else None
    if messages:
        return Invalid("Some fields are not valid.", errors=field_errors(messages))
    status = error.code or 500
    if status == 405:
        return MethodNotAllowed()
    if status == 429:
        return TooManyRequests("Too many tries from here. Wait a minute.", retry_after_s=60)
    kind = _BY_STATUS.get(status)
    if kind is not None:
        return kind()
    made = ProductError(error.description or error.name)
    if status >= 500:
        made = Crash()
    return made


def _from_integrity(error: IntegrityError) -> ProductError:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    if name in _constraints:
        return _constraints[name]()
    if isinstance(error.orig, UniqueViolation):
        return Conflict("The same thing exists already.")
    if name.startswith("fk_"):
        return NotFound("Something that this refers to does not exist.")
    log().warning("constraint violated", constraint=name)
    return Conflict("The database refused this change.")


def _from_data(error: DataError) -> ProductError:
    log().warning("value refused by the database", error=type(error.orig).__name__)
    return Invalid("A value is out of range, or has a character that text cannot hold.")


def _from_operational(error: OperationalError) -> ProductError:
    if isinstance(error.orig, LockNotAvailable | SerializationFailure):
        return Conflict("Somebody else is changing this right now. Try again.")
    if isinstance(error.orig, QueryCanceled):
        return Unavailable("That took too long.")
    log().error("database does not answer", error=type(error.orig).__name__)
    return Unavailable("The database does not answer.")


def field_errors(messages: Any, path: str = "#") -> list[FieldError]:
    """Flatten marshmallow's messages to JSON pointers; webargs' outer `json`, `form` and `query` levels are dropped."""
    if isinstance(messages, str):
        return [FieldError(path, messages, "unknown-field" if messages == "Unknown field." else "invalid")]
    if isinstance(messages, list):
        return [error for message in messages for error in field_errors(message, path)]
    found = []
    for key, value in messages.items():
        outer = path == "#" and key in {"json", "form", "query", "files", "headers"}
        inner = path if outer or key == "_schema" else f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
        found += field_errors(value, inner)
    return found


def problem_document(error: ProductError) -> dict[str, Any]:
    """The error as RFC 9457 problem details."""
    document: dict[str, Any] = {
        "type": url_for("problems.explain", code=error.code, _external=True),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": f"urn:request:{g.get('request_id', '')}",
    }
    if error.errors:
        document["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in error.errors]
    return document


def answer(error: ProductError, headers: dict[str, str] | None = None) -> BaseResponse:
    """The answer to an expected error, in the caller's form."""
    extra = dict(headers or {})
    if isinstance(error, TooManyRequests | Unavailable):
        extra["Retry-After"] = str(error.retry_after_s)
    if request.path.startswith("/api/"):
        response = jsonify(problem_document(error))
        response.mimetype = "application/problem+json"
        if error.status == 401:
            extra["WWW-Authenticate"] = "Bearer"
    elif error.status == 401 and request.headers.get("HX-Request") != "true":
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("people.sign_in_page", next=wanted if re.match(r"^/[^/\\]", wanted) else None))
    else:
        response = _page(error)
    response.status_code = error.status
    response.headers.update(extra)
    return response


def _page(error: ProductError) -> Response:
    fragment = request.headers.get("HX-Request") == "true"
    name = (
        "errors/fragment.html"
        if fragment
        else f"errors/{error.status if error.status in {403, 404, 500} else 'error'}.html"
    )
    facts = {"status": error.status, "request_id": g.get("request_id"), "title": error.title}
    if error.detail != error.title or error.status not in {403, 404}:
        facts["detail"] = error.detail
    return Response(render_template(name, error=error, **facts), mimetype="text/html")
