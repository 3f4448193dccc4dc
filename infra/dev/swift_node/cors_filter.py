"""WSGI filter in front of the object store: lets pages of the named origins send and get bytes straight from it.

Answers the browser's preflight itself and marks every answer, those of multipart calls included, which the store's own
CORS support leaves out. Other origins get no permission, so their pages cannot read anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

METHODS = ("GET", "HEAD", "PUT")
EXPOSED = "ETag, Content-Length, Content-Range, x-amz-version-id, x-amz-request-id"
REMEMBER_S = "600"


class CorsFilter:
    """One allow-list of origins around one WSGI application."""

    def __init__(self, app: Wsgi, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # taken out, so that the store adds no second set of headers
        origin = environ.pop("HTTP_ORIGIN", None)
        allowed = origin in self._origins
        if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            return self._preflight(environ, start_response, origin if allowed else None)
        if not allowed:
            return self._app(environ, start_response)

        def start_marked(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
            marks = [
                ("Access-Control-Allow-Origin", str(origin)),
                ("Access-Control-Expose-Headers", EXPOSED),
                ("Vary", "Origin"),
            ]
            return start_response(status, kept + marks, *exc_info)

        return self._app(environ, start_marked)

    def _preflight(
        self, environ: dict[str, Any], start_response: Callable[..., Any], origin: str | None
    ) -> Iterable[bytes]:
        if origin is None or environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] not in METHODS:
            start_response("403 Forbidden", [("Content-Length", "0"), ("Vary", "Origin")])
            return [b""]
        headers = [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Methods", ", ".join(METHODS)),
            ("Access-Control-Max-Age", REMEMBER_S),
            ("Vary", "Origin, Access-Control-Request-Headers"),
            ("Content-Length", "0"),
        ]
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
        if wanted:
            headers.append(("Access-Control-Allow-Headers", wanted))
        start_response("200 OK", headers)
        return [b""]


def filter_factory(_global: dict[str, str], **local: str) -> Callable[[Wsgi], Wsgi]:
    """The entry that PasteDeploy calls; `origins` is a comma list."""
    origins = frozenset(filter(None, (part.strip() for part in local.get("origins", "").split(","))))

    def wrap(app: Wsgi) -> Wsgi:
        return CorsFilter(app, origins)

    return wrap
