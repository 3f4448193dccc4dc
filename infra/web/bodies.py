"""Bodies of API calls, looked at before any schema: JSON that can be read, and text that can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Flask, request

from infra.problems import FieldError, Invalid, UnsupportedType

_JSON = ("application/json", "application/merge-patch+json")


class UnreadableBody(Invalid):
    """The body is not JSON, or is nested or numbered beyond reason."""

    code, title = "unreadable-body", "The body is not JSON that we can read"


def install_body_check(app: Flask) -> None:
    """Answer 415 to a body that is not JSON and 422 to one that cannot be read or stored, for every API call."""

    @app.before_request
    def check() -> None:
        if not request.path.startswith("/api/") or request.method in {"GET", "HEAD", "OPTIONS", "DELETE"}:
            return
        body = request.get_data(cache=True)
        if not body:
            return
        if request.mimetype not in _JSON:
            raise UnsupportedType("Send the body as application/json.")
        try:
            loaded = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise UnreadableBody from error
        unstorable = [
            FieldError(pointer, "Text may not hold NUL or half a character.") for pointer in _unstorable(loaded)
        ]
        if unstorable:
            raise Invalid("Some text cannot be stored.", errors=unstorable[:20])


def _unstorable(value: Any, pointer: str = "#") -> Iterator[str]:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            yield pointer
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unstorable(item, f"{pointer}/{number}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unstorable(item, f"{pointer}/{key.encode('utf-8', 'replace').decode()}")
