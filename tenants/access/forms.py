"""CSRF: every change that arrives with a cookie carries the token; calls with a bearer token need none."""

from __future__ import annotations

from flask import Flask, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from infra.problems import Forbidden

csrf = CSRFProtect()


class FormExpired(Forbidden):
    """The form's token is missing or no longer valid."""

    code, title = "form-expired", "This form is no longer valid"


def install_csrf(app: Flask) -> None:
    """Check the token before every change that is not made with a bearer token."""
    csrf.init_app(app)

    @app.before_request
    def check() -> None:
        if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"} or request.endpoint is None:
            return
        if request.headers.get("Authorization"):
            return
        if request.path.startswith("/api/") and not current_user.is_authenticated:
            return
        try:
            csrf.protect()
        except CSRFError as error:
            raise FormExpired("Reload the page and send it again; nothing was changed.") from error
