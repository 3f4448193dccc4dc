"""Query parameters: read from the request with a 422 that points at the wrong one, and parameter for the OpenAPI document.

An endpoint that reads one names it in `@blp.doc(parameters=[...])`; a structure test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask import request

from infra.problems import invalid
from infra.web.pages import DEFAULT_LIMIT, MAX_LIMIT

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parameter(
    name: str,
    description: str,
    *,
    form: str | None = None,
    choices: Iterable[str] = (),
    many: bool = False,
    required: bool = False,
    **schema: Any,
) -> dict[str, Any]:
    """One query parameter in the words of OpenAPI. `form` is the format of a text, `many` that it may be given repeatedly."""
    one: dict[str, Any] = {"type": "string"} | schema
    if form:
        one["format"] = form
    if allowed := list(choices):
        one["enum"] = allowed
    found: dict[str, Any] = {
        "in": "query",
        "name": name,
        "description": description,
        "schema": {"type": "array", "items": one} if many else one,
    }
    return found | ({"required": True} if required else {})


LIMIT = parameter(
    "limit", "How many items at the most.", type="integer", minimum=1, maximum=MAX_LIMIT, default=DEFAULT_LIMIT
)
CURSOR = parameter("cursor", "The `next_cursor` of the page before.")
PAGES = (LIMIT, CURSOR)
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": 'The `ETag` that was read, `"v<version>"`; 412 when somebody changed it since.',
    "schema": {"type": "string"},
}


def as_uuid(name: str, text: str) -> UUID:
    """The text as an id. Raises `Invalid` that points at `name`."""
    try:
        return UUID(text)
    except ValueError as error:
        raise invalid(name, "That is not an id.") from error


def uuid_argument(name: str) -> UUID | None:
    """An id in the query of this request; None without one. Raises `Invalid` for what is not an id."""
    text = request.args.get(name)
    return as_uuid(name, text) if text else None


def day_argument(name: str) -> date | None:
    """A day in the query of this request; None without one. Raises `Invalid` for what is not a date as YYYY-MM-DD."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, "Give a date as YYYY-MM-DD.") from error
    raise invalid(name, "Give a date as YYYY-MM-DD.")


def number_argument(name: str, *, most: int) -> int | None:
    """A whole number from 0 to `most` in the query of this request; None without one. Raises `Invalid`."""
    text = request.args.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise invalid(name, f"Give a number from 0 to {most}.")
    return int(text)


def choice_argument(name: str, choices: Collection[str]) -> str | None:
    """One of `choices` in the query of this request; None without one. Raises `Invalid` for anything else."""
    text = request.args.get(name)
    return _chosen(name, text, choices) if text else None


def choices_argument(name: str, choices: Collection[str]) -> list[str]:
    """Those of `choices` that the query of this request names, repeatedly. Raises `Invalid` for anything else."""
    return [_chosen(name, text, choices) for text in request.args.getlist(name)]


def _chosen(name: str, text: str, choices: Collection[str]) -> str:
    if text not in choices:
        raise invalid(name, f"Give one of: {', '.join(choices)}.")
    return text
