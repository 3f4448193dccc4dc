"""A local FHIR R4 server with synthetic data, for the demo clinic's EHR connection and for tests.

Serves the capability statement, the SMART configuration, a token endpoint (client credentials) and search and read of
Practitioner, Patient, Encounter and Location. Run it with `python -m infra.dev.fhir_server --port 9410`, and with
`--require-token` to make it ask for one.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

RESOURCE_TYPES = ("Practitioner", "Patient", "Encounter", "Location")
DEMO_CLIENT_ID = "onpanel-demo"
DEMO_CLIENT_SECRET = "local-development-only"  # noqa: S105 - guards synthetic data on 127.0.0.1

_DATA = Path(__file__).with_name("data") / "fhir"
_FHIR_JSON = "application/fhir+json; charset=utf-8"
_JSON = "application/json"
_MAX_COUNT = 200


@dataclass
class FhirSettings:
    """How one server behaves. `resources` are by type, in the order in which searches return them."""

    resources: Mapping[str, list[dict[str, Any]]]
    require_token: bool = False
    client_id: str = DEMO_CLIENT_ID
    client_secret: str = DEMO_CLIENT_SECRET
    tokens: set[str] = field(default_factory=set)


def load_resources(folder: Path = _DATA) -> dict[str, list[dict[str, Any]]]:
    """Read one NDJSON file per resource type."""
    return {
        kind: [json.loads(line) for line in (folder / f"{kind}.ndjson").read_text("utf-8").splitlines() if line]
        for kind in RESOURCE_TYPES
    }


def make_server(port: int, settings: FhirSettings) -> ThreadingHTTPServer:
    """Return a server bound to 127.0.0.1; port 0 takes a free one. The caller runs `serve_forever`."""
    handler = type("Handler", (_Handler,), {"settings": settings})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


class _Handler(BaseHTTPRequestHandler):
    """Answers below `/fhir`. `settings` is set by `make_server`."""

    settings: FhirSettings
    server_version = "OnpanelFhir/1"
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer reads, searches and the two documents that need no token."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        steps = [step for step in parts.path.split("/") if step]
        if steps[:1] != ["fhir"]:
            self._refuse(404, "not-found", "The FHIR base address ends in /fhir")
        elif steps[1:] == ["metadata"]:
            self._send(200, _capability(self._base(), self.settings), _FHIR_JSON)
        elif steps[1:] == [".well-known", "smart-configuration"] and self.settings.require_token:
            self._send(200, _smart_configuration(self._base()), _JSON)
        elif len(steps) not in (2, 3) or steps[1] not in self.settings.resources:
            self._refuse(404, "not-found", "There is no such resource type here")
        elif not self._is_allowed():
            self._refuse(401, "login", "A bearer token is needed")
        elif len(steps) == 3:
            self._read(steps[1], steps[2])
        else:
            self._search(steps[1], query)

    def do_POST(self) -> None:
        """Issue a token to the one client there is."""
        length = int(self.headers.get("Content-Length") or 0)
        if urlsplit(self.path).path != "/fhir/token" or length > 10_000:
            self._refuse(404, "not-found", "Only the token endpoint takes a POST")
            return
        form = {name: values[-1] for name, values in parse_qs(self.rfile.read(length).decode("latin-1")).items()}
        if form.get("grant_type") != "client_credentials":
            self._send(400, {"error": "unsupported_grant_type"}, _JSON)
        elif self._client(form) != (self.settings.client_id, self.settings.client_secret):
            self._send(401, {"error": "invalid_client"}, _JSON)
        else:
            token = secrets.token_urlsafe(24)
            self.settings.tokens.add(token)
            scope = form.get("scope", "system/*.read")
            answer = {"access_token": token, "token_type": "bearer", "expires_in": 300, "scope": scope}
            self._send(200, answer, _JSON)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the supervisor shows what matters."""

    def _base(self) -> str:
        return f"http://{self.headers.get('Host', 'localhost')}/fhir"

    def _client(self, form: Mapping[str, str]) -> tuple[str, str]:
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return "", ""
        return name, secret

    def _is_allowed(self) -> bool:
        if not self.settings.require_token:
            return True
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and token in self.settings.tokens

    def _read(self, kind: str, resource_id: str) -> None:
        found = next((item for item in self.settings.resources[kind] if item["id"] == resource_id), None)
        if found is None:
            self._refuse(404, "not-found", f"{kind}/{resource_id[:64]} is not known")
        else:
            self._send(200, found, _FHIR_JSON)

    def _search(self, kind: str, query: dict[str, str]) -> None:
        try:
            count = max(0, min(int(query.get("_count", "50")), _MAX_COUNT))
            offset = max(0, int(query.get("_offset", "0")))
        except ValueError:
            self._refuse(400, "invalid", "_count and _offset are numbers")
            return
        found = [item for item in self.settings.resources[kind] if _matches(item, query)]
        links = [{"relation": "self", "url": f"{self._base()}/{kind}?{urlencode(query)}"}]
        if offset + count < len(found) and count:
            following = urlencode({**query, "_offset": str(offset + count)})
            links.append({"relation": "next", "url": f"{self._base()}/{kind}?{following}"})
        entries = [
            {"fullUrl": f"{self._base()}/{kind}/{item['id']}", "resource": item, "search": {"mode": "match"}}
            for item in found[offset : offset + count]
        ]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links, "entry": entries}
        self._send(200, bundle, _FHIR_JSON)

    def _refuse(self, status: int, code: str, words: str) -> None:
        issue = {"severity": "error", "code": code, "diagnostics": words}
        self._send(status, {"resourceType": "OperationOutcome", "issue": [issue]}, _FHIR_JSON)

    def _send(self, status: int, value: Mapping[str, Any], media_type: str) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer realm="fhir"')
        self.end_headers()
        self.wfile.write(body)


def _matches(item: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    if (wanted := query.get("_id")) is not None and item["id"] not in wanted.split(","):
        return False
    if (wanted := query.get("identifier")) is not None:
        system, bar, value = wanted.rpartition("|")
        found = [
            one
            for one in item.get("identifier", [])
            if one.get("value") == value and (not bar or one.get("system", "") == system)
        ]
        if not found:
            return False
    if (wanted := query.get("family")) is not None:
        families = [name.get("family", "").lower() for name in item.get("name", [])]
        return any(family.startswith(wanted.lower()) for family in families)
    return True


def _capability(base: str, settings: FhirSettings) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "mode": "server",
        "resource": [
            {
                "type": kind,
                "interaction": [{"code": "read"}, {"code": "search-type"}],
                "searchParam": [{"name": "_id", "type": "token"}, {"name": "identifier", "type": "token"}],
            }
            for kind in settings.resources
        ],
    }
    if settings.require_token:
        rest["security"] = {
            "service": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                            "code": "SMART-on-FHIR",
                        }
                    ]
                }
            ],
            "extension": [
                {
                    "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                    "extension": [{"url": "token", "valueUri": f"{base}/token"}],
                }
            ],
        }
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-24",
        "kind": "instance",
        "software": {"name": "Onpanel development EHR", "version": "1.0"},
        "implementation": {"description": "Synthetic data on this machine", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest],
    }


def _smart_configuration(base: str) -> dict[str, Any]:
    return {
        "token_endpoint": f"{base}/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.read"],
        "capabilities": ["client-confidential-symmetric"],
    }


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A local FHIR R4 server with synthetic data")
    parser.add_argument("--port", type=int, default=9410)
    parser.add_argument("--require-token", action="store_true", help="ask for a bearer token")
    arguments = parser.parse_args()
    server = make_server(arguments.port, FhirSettings(load_resources(), require_token=arguments.require_token))
    print(f"FHIR R4 on http://127.0.0.1:{server.server_port}/fhir", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
