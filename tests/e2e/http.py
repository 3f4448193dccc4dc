"""One person at the API, over HTTP, with nothing but a token."""

from __future__ import annotations

import hashlib
from typing import Any

import requests

from tests.support.live import until


class Caller:
    """Calls the running product with a bearer token and says what went wrong."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, expect: int, json: Any = None) -> Any:
        """One call; fails on another status than expected."""
        answer = self.session.request(method, f"{self.base}/api/v1{path}", json=json, timeout=30)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content and "json" in answer.headers["Content-Type"] else answer.text

    def get(self, path: str, expect: int = 200) -> Any:
        """GET."""
        return self.call("GET", path, expect)

    def post(self, path: str, json: Any = None, expect: int = 201) -> Any:
        """POST."""
        return self.call("POST", path, expect, {} if json is None else json)

    def upload(
        self,
        clinic: str,
        name: str,
        media_type: str,
        body: bytes,
        *,
        until_status: str | None = "available",
        **facts: Any,
    ) -> str:
        """Promise a file, PUT it straight to the object store, complete it, and wait for the scan."""
        promise = {
            "filename": name,
            "content_type": media_type,
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            **facts,
        }
        made = self.post(f"{clinic}/documents", promise)
        upload = made["upload"]
        put = requests.request(upload["method"], upload["url"], data=body, headers=upload["headers"], timeout=60)
        assert put.status_code == 200, put.text[:400]
        document = made["document"]["id"]
        self.post(f"{clinic}/documents/{document}/complete", expect=202)
        if until_status is None:
            return str(document)
        self.wait(
            f"{clinic}/documents/{document}", lambda found: found["status"] == until_status, f"{name} is {until_status}"
        )
        return str(document)

    def wait(self, path: str, holds: Any, what: str, within_s: float = 90) -> Any:
        """Ask again until the answer is as wanted; returns it."""
        last: list[Any] = []

        def ask() -> bool:
            last[:] = [self.get(path)]
            return bool(holds(last[0]))

        try:
            until(ask, within_s, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {last}") from error
        return last[0]
