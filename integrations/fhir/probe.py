"""The steps of a connection test, one after the other.

Source:
    HL7 FHIR R4 (4.0.1), "capabilities" interaction and CapabilityStatement; SMART App Launch 2, "Conformance" and
    "Backend Services" (client credentials grant).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.address_guard import AddressRefused, FetchFailed, GuardedResponse, GuardedSession
from integrations.fhir.statements import (
    Capability,
    Finding,
    read_capability,
    read_json,
    read_search,
    read_smart_configuration,
)

StepName = Literal["address", "tls", "capability", "token", "read"]
STEPS: tuple[StepName, ...] = ("address", "tls", "capability", "token", "read")
"""The steps in their order."""

_FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What the clinic's EHR gave us for system-to-system access."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "system/*.read"


@dataclass(frozen=True, slots=True)
class Step:
    """One step's outcome. `ok` is None when it was skipped; `detail` is a sentence for people."""

    step: StepName
    ok: bool | None
    detail: str
    ms: int


def probe(base_url: str, *, session: GuardedSession, credentials: ClientCredentials | None = None) -> Iterator[Step]:
    """Test a FHIR R4 endpoint step by step. Never raises for what an address or a server does."""
    run = _Run(base_url.rstrip("/"), session, credentials)
    actions: dict[StepName, Callable[[], str]] = {
        "address": run.address,
        "tls": run.tls,
        "capability": run.capability,
        "token": run.token,
        "read": run.read,
    }
    failed: StepName | None = None
    for name in STEPS:
        if failed is not None:
            yield Step(name, None, "Not tried, because a step before it failed.", 0)
            continue
        started = time.monotonic()
        try:
            detail, is_ok = actions[name](), True
        except (Finding, AddressRefused, FetchFailed) as wrong:
            detail, is_ok, failed = _sentence(str(wrong)), False, name
        yield Step(name, is_ok, detail, round((time.monotonic() - started) * 1000))


class _Run:
    """What one test has learned so far."""

    def __init__(self, base_url: str, session: GuardedSession, credentials: ClientCredentials | None) -> None:
        self._base_url = base_url
        self._session = session
        self._credentials = credentials
        self._capability: Capability | None = None
        self._access_token = ""

    def address(self) -> str:
        if "?" in self._base_url:
            raise Finding("The base address must not have a query")
        checked = self._session.check(self._base_url)
        return f"{checked.host} was found on port {checked.port}."

    def tls(self) -> str:
        met = self._session.handshake(self._base_url)
        if not met.tls_version:
            return "Plain HTTP on an address that is allowed for development; nothing is encrypted."
        until = f" until {met.certificate_expires_on}" if met.certificate_expires_on else ""
        return f"{met.tls_version} with a valid certificate{until}."

    def capability(self) -> str:
        answer = self._get("/metadata")
        if answer.status in (401, 403):
            raise Finding("The server wants a sign-in even for its capability statement, which FHIR leaves open")
        self._capability = found = read_capability(_checked_json(answer, "the capability statement"))
        return f"FHIR {found.fhir_version}, {found.software}, {len(found.readable)} readable resource types."

    def token(self) -> str:
        answer = self._get("/.well-known/smart-configuration", accept="application/json")
        configuration = read_smart_configuration(answer.body) if answer.status == 200 else None
        capability = self._capability
        endpoint = (configuration.token_endpoint if configuration else "") or (
            capability.token_endpoint if capability else ""
        )
        if not endpoint and not (capability and capability.asks_for_token):
            return "The server asks for no token."
        if not endpoint:
            raise Finding("The server asks for a token but names no token endpoint")
        if self._credentials is None:
            raise Finding("The server asks for a token (SMART on FHIR): enter a client id and secret")
        if configuration and not configuration.takes_client_secret:
            raise Finding("The server takes signed assertions (private_key_jwt) only, no client secret")
        return self._fetch_token(endpoint, self._credentials)

    def read(self) -> str:
        readable = self._capability.readable if self._capability else ()
        kind = "Practitioner" if "Practitioner" in readable or not readable else readable[0]
        answer = self._get(f"/{kind}?_count=1")
        if answer.status in (401, 403):
            raise Finding(f"The server does not let us read {kind}: its answer was {answer.status}")
        return read_search(_checked_json(answer, f"the search for {kind}"), kind)

    def _fetch_token(self, endpoint: str, credentials: ClientCredentials) -> str:
        # The endpoint is the server's word, so it passes the same guard as the address a person typed.
        pair = f"{credentials.client_id}:{credentials.client_secret}".encode()
        answer = self._session.post_form(
            endpoint,
            {"grant_type": "client_credentials", "scope": credentials.scope},
            {"Authorization": f"Basic {base64.b64encode(pair).decode()}", "Accept": "application/json"},
        )
        if answer.status in (400, 401, 403):
            raise Finding("The token endpoint refused the client id or secret")
        token = _checked_json(answer, "the token endpoint's answer").get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise Finding("The token endpoint's answer holds no access token")
        self._access_token = token
        return "A token was issued for the client id."

    def _get(self, path: str, accept: str = _FHIR_JSON) -> GuardedResponse:
        headers = {"Accept": accept}
        if self._access_token:
            headers["Authorization"] = f"Bearer {self._access_token}"
        return self._session.get(self._base_url + path, headers)


def _checked_json(answer: GuardedResponse, what: str) -> dict[str, Any]:
    if 300 <= answer.status < 400:
        raise Finding(f"The server sends us elsewhere for {what}: enter the final address")
    if answer.status != 200:
        raise Finding(f"The server answered {answer.status} for {what}")
    if "json" not in answer.headers.get("content-type", "").lower():
        raise Finding(f"The server answered {what} in another format than JSON")
    return read_json(answer.body, what)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
