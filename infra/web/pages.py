"""What a view needs to answer with a page: render, forms, keyset pages, versions."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import Response, current_app, g, render_template, request
from marshmallow import Schema, ValidationError

from infra.problems import Invalid, StaleVersion, invalid
from infra.web.errors import field_errors

Row = TypeVar("Row")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


def render(template: str, /, **context: Any) -> str:
    """Render a page with its context."""
    return render_template(template, **context)


def render_block(template: str, block: str, /, **context: Any) -> str:
    """Render one block of a page, for htmx to swap in; the same template serves the whole page."""
    found = current_app.jinja_env.get_template(template)
    current_app.update_template_context(context)
    rendered = found.new_context(context)
    return "".join(found.blocks[block](rendered))


def is_htmx() -> bool:
    """True when htmx asks and wants a fragment."""
    return request.headers.get("HX-Request") == "true"


def read_form(schema: Schema, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Load a submitted form through the schema that also serves the JSON body; empty fields count as missing.

    Raises `Invalid` with one error per field.
    """
    values = {
        key: value.strip()
        for key, value in (form if form is not None else request.form).items()
        if key != "csrf_token" and value.strip()
    }
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise Invalid("Some fields need another look.", errors=field_errors(error.messages)) from error
    return loaded


def errors_by_field(error: Invalid | None) -> dict[str, str]:
    """The errors of a refused form by field name, for the macros."""
    return {e.pointer.removeprefix("#/"): e.detail for e in error.errors} if error else {}


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page of a list and the cursor of the next; `next_cursor` None on the last page."""

    items: list[Row]
    next_cursor: str | None


def page_size() -> int:
    """The `limit` of this request. Raises `Invalid` when it is not between 1 and 200."""
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid("limit", f"Give a number from 1 to {MAX_LIMIT}.")
    return int(text)


def encode_cursor(*values: Any) -> str:
    """An opaque cursor of the last row's sort values."""
    return base64.urlsafe_b64encode(json.dumps([str(value) for value in values]).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, parts: int = 1) -> list[str] | None:
    """The values in a cursor; None when there is none. Raises `Invalid` for one that we did not make."""
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise invalid("cursor", "That cursor was not made here.") from error
    if not isinstance(values, list) or len(values) != parts:
        raise invalid("cursor", "That cursor was not made here.")
    return [str(value) for value in values]


def uuid_cursor(name: str = "cursor") -> UUID | None:
    """The cursor of this request as the id of the last row seen."""
    values = decode_cursor(request.args.get(name))
    if values is None:
        return None
    try:
        return UUID(values[0])
    except ValueError as error:
        raise invalid(name, "That cursor was not made here.") from error


def number_cursor() -> int | None:
    """The cursor of this request as the number of the last row seen."""
    values = decode_cursor(request.args.get("cursor"))
    if values is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", values[0]):
        raise invalid("cursor", "That cursor was not made here.")
    return int(values[0])


def sliced(rows: Sequence[Any], limit: int, key: str = "id") -> Slice[Any]:
    """Cut `limit` rows off a list that was read with `limit + 1`, with the cursor of the next page."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return Slice(items, encode_cursor(getattr(items[-1], key)) if more else None)


def set_version(version: int) -> None:
    """Name the version of what this request read; it becomes the answer's `ETag`."""
    g.version = version


def wanted_version() -> int | None:
    """The version that `If-Match` asks for; None without the header. Raises `StaleVersion` for a tag that we did not make."""
    tag = request.headers.get("If-Match")
    if tag is None or tag == "*":
        return None
    text = tag.removeprefix("W/").strip('"')
    if not text.startswith("v") or not text[1:].isdigit():
        raise StaleVersion
    return int(text[1:])


def tag_answer(response: Response) -> Response:
    """Set the `ETag` of an API read: the version that the view named, else a hash of the body; answers 304 when it matches."""
    if (
        request.method == "GET"
        and request.path.startswith("/api/")
        and response.status_code == 200
        and not response.is_streamed
    ):
        version = g.get("version")
        if version is not None:
            response.set_etag(f"v{version}")
        else:
            response.add_etag()
        response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
    return response
