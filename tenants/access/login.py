"""Flask-Login bound to revocable sessions: the cookie carries an opaque token, the database its hash."""

from __future__ import annotations

from flask import Flask, Request, session
from flask_login import LoginManager, UserMixin

from tenants.access.identity import Identity, by_api_token, by_session


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the identity, and how it was proven (`session` or `token`)."""

    def __init__(self, identity: Identity, *, by: str, token: str) -> None:
        self.identity = identity
        self.by = by
        self.token = token

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session token, never a person's id."""
        return self.token


def install_login(app: Flask) -> None:
    """Let Flask-Login find people by our session token, and by a bearer token on API calls."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def by_cookie(token: str) -> SignedIn | None:
        identity = by_session(token)
        if identity is None:
            session.pop("_user_id", None)
            return None
        return SignedIn(identity, by="session", token=token)

    @manager.request_loader  # type: ignore[untyped-decorator]
    def by_bearer(request: Request) -> SignedIn | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return None
        identity = by_api_token(token.strip())
        return SignedIn(identity, by="token", token=token) if identity else None
