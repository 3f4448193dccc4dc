"""`/healthz`: the process serves. `/readyz`: all that it depends on answers, else 503 naming what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from redis import Redis
from rq import Worker
from sqlalchemy import text

from infra.db import system_transaction
from infra.settings import settings
from infra.storage import capabilities, storage

bp = Blueprint("health", __name__)
_WORKER_SILENT_S = 90
_scanner: Callable[[], None] | None = None


def set_scanner_check(check: Callable[[], None]) -> None:
    """Say how to ask the virus scanner; `check` raises when it does not answer or is not configured."""
    global _scanner
    _scanner = check


def _database() -> None:
    with system_transaction() as connection:
        connection.execute(text("SELECT 1"))


def _redis() -> Redis:
    return Redis.from_url(settings().redis_url, socket_timeout=3)


def _queue() -> None:
    with _redis() as redis:
        redis.ping()
        policy = redis.config_get("maxmemory-policy").get("maxmemory-policy")
        if policy != "noeviction":
            raise RuntimeError("the queue's Redis must not evict")


def _worker() -> None:
    with _redis() as redis:
        now = datetime.now(UTC)
        for worker in Worker.all(connection=redis):
            beat = worker.last_heartbeat
            if beat is not None and (now - beat.replace(tzinfo=UTC)).total_seconds() < _WORKER_SILENT_S:
                return
    raise RuntimeError("no worker has been heard of")


def _scan() -> None:
    if _scanner is None:
        raise RuntimeError("no scanner check")
    _scanner()


def checks() -> dict[str, bool]:
    """What this process depends on, and whether each answers."""
    found = {}
    for name, check in (
        ("database", _database),
        ("redis", _queue),
        ("object_store", storage().ping),
        ("scanner", _scan),
        ("worker", _worker),
    ):
        try:
            check()
            found[name] = True
        except Exception:
            found[name] = False
    return found


def healthz() -> ResponseReturnValue:
    """The process serves."""
    return jsonify(status="ok")


def readyz() -> ResponseReturnValue:
    """Everything answers: 200; else 503 with the names of what does not."""
    found = checks()
    missing = sorted(name for name, answers in found.items() if not answers)
    body = {"status": "unready" if missing else "ready", "missing": missing, "checks": found}
    if found["object_store"]:
        body["store"] = capabilities().as_dict()
    return jsonify(body), 503 if missing else 200
