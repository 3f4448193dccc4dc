"""`Idempotency-Key` on API calls: the same key with the same body is carried out once and answered the same again."""

from __future__ import annotations

import hashlib
from uuid import UUID

from flask import Response, g, request
from flask_login import current_user
from sqlalchemy import text

from infra.db import db, system_transaction
from infra.problems import Conflict, Invalid

_BEGIN = text("SELECT * FROM sec.begin_idempotent(:who, :key, :hash)")
_END = text("SELECT sec.end_idempotent(:who, :key, :status, :body)")
MAX_KEY = 200


class KeyReused(Invalid):
    """The key was used for another request."""

    code, title = "idempotency-key-reused", "That Idempotency-Key was used for another request"


class InFlight(Conflict):
    """The first request with this key has not been answered yet."""

    code, title = "request-in-flight", "The first request with that Idempotency-Key is still running"


def _wanted() -> tuple[UUID, str] | None:
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key or not request.path.startswith("/api/") or not current_user.is_authenticated:
        return None
    return current_user.identity.id, key[:MAX_KEY]


def replayed(*, in_transaction: bool) -> Response | None:
    """The stored answer of an earlier request with this key; None when this one is the first. Raises `KeyReused`, `InFlight`."""
    wanted = _wanted()
    g.idempotency = None
    if wanted is None:
        return None
    who, key = wanted
    body = request.get_data(cache=True)
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).digest()
    values = {"who": who, "key": key, "hash": digest}
    if in_transaction:
        row = db().execute(_BEGIN, values).one()
    else:
        with system_transaction() as connection:
            row = connection.execute(_BEGIN, values).one()
    if row.fresh:
        g.idempotency = (who, key, in_transaction)
        return None
    if not row.same:
        raise KeyReused
    if row.status is None:
        raise InFlight
    return Response(
        row.body or "", status=row.status, mimetype="application/json", headers={"Idempotent-Replay": "true"}
    )


def shown_once(secret: str) -> str:
    """Return a secret that this request's answer shows and no later one: it is left out of the kept answer."""
    g.setdefault("shown_once", []).append(secret)
    return secret


def _kept(response: Response) -> str:
    body = response.get_data(as_text=True)
    for secret in g.get("shown_once", ()):
        body = body.replace(secret, "shown once")
    return body


def store_answer(response: Response) -> None:
    """Keep the answer for a later request with the same key; errors are not kept, so the caller may try again."""
    pending = g.get("idempotency")
    if pending is None:
        return
    who, key, in_transaction = pending
    keep = response.status_code < 400
    values = {
        "who": who,
        "key": key,
        "status": response.status_code if keep else None,
        "body": _kept(response) if keep else None,
    }
    if in_transaction:
        db().execute(_END, values)
    else:
        with system_transaction() as connection:
            connection.execute(_END, values)


def forget_request() -> None:
    """Give the key back after a request that failed outside of a transaction."""
    pending = g.get("idempotency")
    if pending is not None:
        who, key, _ = pending
        with system_transaction() as connection:
            connection.execute(_END, {"who": who, "key": key, "status": None, "body": None})
