"""Clients that check what they get: every HTML answer parses strictly, every problem is problem details."""

from __future__ import annotations

import json as jsonlib
import re
from typing import Any

import html5lib
from flask import Flask
from werkzeug.test import TestResponse


def assert_valid_html(page: str, address: str) -> None:
    """Fail when a page, or a fragment, does not parse without an error."""
    parser = html5lib.HTMLParser(strict=False)
    if page.lstrip().lower().startswith("<!doctype"):
        parser.parse(page)
    else:
        container = "tbody" if page.lstrip().startswith("<tr") else "div"
        parser.parseFragment(page, container=container)
    problems = [f"line {position[0]}: {code} {facts}" for position, code, facts in parser.errors]
    assert not problems, f"{address} is not valid HTML: {problems[:5]}"
    ids = re.findall(r'(?<![\w-])id="([^"]+)"', page)
    doubled = {name for name in ids if ids.count(name) > 1}
    assert not doubled, f"{address} uses ids twice: {sorted(doubled)[:5]}"


class Api:
    """Calls the API with a token."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(
        self, method: str, url: str, *, json: Any = None, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """One call. Fails when an error is not problem details."""
        path = url if url.startswith("/") else f"/api/v1/{url}"
        answer = self.client.open(
            path, method=method, json=json, headers={**self.headers, **(headers or {})}, **options
        )
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", (
                path,
                answer.status_code,
                answer.get_data(as_text=True)[:300],
            )
            problem = jsonlib.loads(answer.data)
            assert {"type", "title", "status", "detail"} <= problem.keys()
        return answer

    def get(self, url: str, expect: int = 200, **options: Any) -> Any:
        """GET and return the JSON; fails on another status."""
        return self._expected(self.call("GET", url, **options), expect)

    def post(self, url: str, json: Any = None, expect: int = 200, **options: Any) -> Any:
        """POST and return the JSON; fails on another status."""
        return self._expected(self.call("POST", url, json={} if json is None else json, **options), expect)

    def patch(self, url: str, json: Any, expect: int = 200, **options: Any) -> Any:
        """PATCH and return the JSON; fails on another status."""
        return self._expected(self.call("PATCH", url, json=json, **options), expect)

    @staticmethod
    def _expected(answer: TestResponse, expect: int) -> Any:
        body = answer.get_data(as_text=True)
        assert answer.status_code == expect, (
            f"{answer.request.method} {answer.request.path}: {answer.status_code} {body[:800]}"
        )
        return jsonlib.loads(body) if body and "json" in (answer.mimetype or "") else body


class Pages:
    """A browser without JavaScript, signed in; submits forms with their CSRF token."""

    def __init__(self, app: Flask, session_token: str | None) -> None:
        self.app = app
        self.client = app.test_client()
        if session_token:
            with self.client.session_transaction() as cookie:
                cookie["_user_id"] = session_token
                cookie["_fresh"] = True

    def get(self, path: str, expect: int = 200, *, htmx: bool = False, follow: bool = True) -> str:
        """A page, parsed strictly; fails on another status."""
        headers = {"HX-Request": "true"} if htmx else {}
        answer = self.client.get(path, headers=headers, follow_redirects=follow)
        body = answer.get_data(as_text=True)
        assert answer.status_code == expect, f"GET {path}: {answer.status_code} {re.sub(r'<[^>]+>', ' ', body)[-600:]}"
        if answer.mimetype == "text/html":
            assert_valid_html(body, path)
        return body

    def get_status(self, path: str) -> int:
        """The status of a page; a page that arrives is parsed strictly."""
        answer = self.client.get(path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            assert_valid_html(answer.get_data(as_text=True), path)
        return answer.status_code

    def post(self, path: str, form: dict[str, Any] | None = None, expect: int = 200, *, htmx: bool = False) -> str:
        """Submit a form with the token of the session and follow where it leads."""
        token = self._csrf()
        headers = {"HX-Request": "true"} if htmx else {}
        answer = self.client.post(
            path, data={"csrf_token": token, **(form or {})}, headers=headers, follow_redirects=True
        )
        body = answer.get_data(as_text=True)
        assert answer.status_code == expect, f"POST {path}: {answer.status_code} {re.sub(r'<[^>]+>', ' ', body)[-600:]}"
        if answer.mimetype == "text/html" and body:
            assert_valid_html(body, path)
        return body

    def _csrf(self) -> str:
        page = self.client.get("/me/tokens", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf[-_]token"[^>]*(?:content|value)="([^"]+)"', page)
        assert found, "the page has no CSRF token"
        return found.group(1)
