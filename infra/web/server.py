"""The Flask application class: a request is one unit of work, committed inside dispatch so that a conflict found then is a 409."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue

from infra.db import Scope
from infra.db.scope import scoped
from infra.db.session import open_session
from infra.ids import uuid7
from infra.logs import bind_context, clear_context, log
from infra.web.idempotency import forget_request, replayed, store_answer

Gate = Callable[[Flask], Scope | None]


class Onpanel(Flask):
    """Flask with a gate. `gate(app)` authorizes the request and returns the scope to work in, or None for no unit of work."""

    gate: Gate

    def dispatch_request(self) -> ResponseReturnValue:
        """Pass the gate, open the unit of work, run the view, and commit when the answer is not an error."""
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        scope = self.gate(self)
        if scope is None:
            return self._answered_once(commit=None)
        with scoped(scope), open_session() as session:
            response = self._answered_once(commit=session.commit)
            if response.status_code >= 400:
                session.rollback()
            return response

    def _answered_once(self, *, commit: Callable[[], Any] | None) -> Response:
        stored = replayed(in_transaction=commit is not None)
        if stored is not None:
            return stored
        try:
            response = self.make_response(super().dispatch_request())
        except BaseException:
            if commit is None:
                forget_request()
            raise
        store_answer(response)
        if commit is not None and response.status_code < 400:
            commit()
        return response


def install_request_log(app: Flask) -> None:
    """Give each request an id, bind it to the log, and write one line when it ends."""

    @app.before_request
    def begin() -> None:
        clear_context()
        g.request_id = str(uuid7())
        g.began = time.perf_counter()
        bind_context(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in {"static", "health.healthz", "health.readyz"}:
            took_ms = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
            rule = str(request.url_rule) if request.url_rule else "unknown"
            log().info("request", method=request.method, route=rule, status=response.status_code, took_ms=took_ms)
        return response


def install_headers(app: Flask, *, store_origin: str, secure: bool) -> None:
    """Set the security headers of every answer: a CSP without anything inline, no framing, no sniffing, no caching of pages."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob: {store_origin}",
            "font-src 'self'",
            f"connect-src 'self' {store_origin}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "manifest-src 'self'",
        )
    )

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=(self)"
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
            headers.add("Vary", "HX-Request")
        return response


def register_filter(app: Flask, name: str, function: Callable[..., str]) -> None:
    """Register a Jinja filter."""
    cast(Any, app).add_template_filter(function, name)
