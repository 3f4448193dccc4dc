"""Product errors. A class knows its HTTP status number, an instance knows the facts; neither imports the web.

`detail` is shown to people and must hold no protected data. The web layer renders a problem as RFC 9457 JSON for the API, as a
fragment for htmx and as a page for a browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field: `pointer` is a JSON pointer into the body (`#/npi`), `detail` says what was expected."""

    pointer: str
    detail: str
    code: str = "invalid"


class ProductError(Exception):
    """Base of every expected error."""

    status = 400
    code = "bad-request"
    title = "The request cannot be carried out"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)


class SignInRequired(ProductError):
    """Nobody is signed in, or the token is not valid."""

    status, code, title = 401, "sign-in-required", "Sign in to continue"


class NotFound(ProductError):
    """There is no such thing, or it belongs to somebody else: the caller cannot tell which."""

    status, code, title = 404, "not-found", "We could not find that"


class Forbidden(ProductError):
    """The thing is visible to the caller, but their role may not do this."""

    status, code, title = 403, "forbidden", "Your role does not allow this"


class Conflict(ProductError):
    """The present state forbids it."""

    status, code, title = 409, "conflict", "The present state does not allow this"


class StaleVersion(ProductError):
    """`If-Match` names a version that is no longer current."""

    status, code, title = 412, "stale-version", "Somebody changed this since you read it"


class TooLarge(ProductError):
    """More bytes than allowed."""

    status, code, title = 413, "too-large", "That is larger than allowed"


class UnsupportedType(ProductError):
    """A content type that is not accepted."""

    status, code, title = 415, "unsupported-type", "That type of file is not accepted"


class Invalid(ProductError):
    """The input is malformed: which field, and what was expected, stands in `errors`."""

    status, code, title = 422, "invalid", "Some of what was sent is not valid"


class TooManyRequests(ProductError):
    """The caller must slow down."""

    status, code, title = 429, "too-many-requests", "Too many tries; wait a moment"

    def __init__(self, detail: str = "", *, retry_after_s: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(ProductError):
    """An outside system is down; trying again later is right."""

    status, code, title = 503, "unavailable", "A system that we depend on does not answer"

    def __init__(self, detail: str = "", *, retry_after_s: int = 30) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


def invalid(pointer: str, detail: str, code: str = "invalid") -> Invalid:
    """Return an `Invalid` about one field; `pointer` without the leading `#/`."""
    return Invalid(detail, errors=[FieldError(f"#/{pointer}", detail, code)])


def all_problems(base: type[ProductError] = ProductError) -> Iterator[type[ProductError]]:
    """Yield every class of problem that the loaded packages define, the base first."""
    yield base
    for child in base.__subclasses__():
        yield from all_problems(child)
