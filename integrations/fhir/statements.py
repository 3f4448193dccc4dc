"""What a FHIR server says of itself, read with distrust."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_CODES = frozenset({"SMART-on-FHIR", "OAuth"})
_VERSION = re.compile(r"4\.0(?:\.\d+)?(?:-[A-Za-z0-9.]+)?")
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")
_SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})


class Finding(Exception):
    """Why a step failed, as a sentence for people."""


@dataclass(frozen=True, slots=True)
class Capability:
    """The parts of a capability statement that a connection needs. `readable` names searchable resource types."""

    fhir_version: str
    software: str
    readable: tuple[str, ...]
    asks_for_token: bool
    token_endpoint: str


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """The parts of `.well-known/smart-configuration` that a connection needs."""

    token_endpoint: str
    takes_client_secret: bool


def read_json(body: bytes, what: str) -> dict[str, Any]:
    """Read an answer as one JSON object.

    Raises:
        Finding
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise Finding(f"The server's JSON for {what} cannot be read") from failure
    if not isinstance(value, dict):
        raise Finding(f"The server's JSON for {what} is not an object")
    return value


def read_capability(statement: dict[str, Any]) -> Capability:
    """Read a capability statement and make sure that it is one of FHIR R4 in JSON.

    Raises:
        Finding
    """
    if statement.get("resourceType") != "CapabilityStatement":
        raise Finding("The address does not answer with a capability statement: is it the FHIR base address?")
    version = str(statement.get("fhirVersion", ""))
    if not _VERSION.fullmatch(version):
        raise Finding(f"The server speaks FHIR {_plain(version) or 'of an unnamed version'}, not R4 (4.0)")
    formats = [str(item).lower() for item in _items(statement.get("format"))]
    if not any("json" in item for item in formats):
        raise Finding("The server does not offer JSON")
    rest = next((item for item in _objects(statement.get("rest")) if item.get("mode") == "server"), {})
    security = _object(rest.get("security"))
    codes = {
        coding.get("code")
        for service in _objects(security.get("service"))
        for coding in _objects(service.get("coding"))
    }
    software = _object(statement.get("software"))
    name = " ".join(_plain(software.get(part)) for part in ("name", "version")).strip()
    return Capability(
        fhir_version=version,
        software=name or "software not named",
        readable=tuple(filter(None, map(_readable_type, _objects(rest.get("resource"))))),
        asks_for_token=bool(codes & _SECURITY_CODES),
        token_endpoint=_token_extension(security),
    )


def read_smart_configuration(body: bytes) -> SmartConfiguration | None:
    """Read a SMART configuration, or None when this is none."""
    try:
        value = read_json(body, "the SMART configuration")
    except Finding:
        return None
    endpoint = value.get("token_endpoint")
    if not isinstance(endpoint, str) or not endpoint:
        return None
    methods = {str(item) for item in _items(value.get("token_endpoint_auth_methods_supported"))}
    return SmartConfiguration(endpoint, not methods or bool(methods & _SECRET_METHODS))


def read_search(bundle: dict[str, Any], kind: str) -> str:
    """Read a search's answer and return a sentence about it.

    Raises:
        Finding
    """
    if bundle.get("resourceType") != "Bundle":
        raise Finding(f"The search for {kind} was not answered with a bundle")
    found = [_object(entry.get("resource")) for entry in _objects(bundle.get("entry"))]
    others = [item for item in found if item.get("resourceType") not in (kind, "OperationOutcome")]
    if others:
        raise Finding(f"The search for {kind} was answered with other resources")
    total = bundle.get("total")
    if isinstance(total, int) and not isinstance(total, bool):
        return f"{kind}: {total:,} records can be read."
    return f"{kind}: records can be read." if found else f"{kind} can be read; there are no records yet."


def _readable_type(resource: dict[str, Any]) -> str:
    codes = {interaction.get("code") for interaction in _objects(resource.get("interaction"))}
    name = str(resource.get("type", ""))
    return name if "search-type" in codes and _TYPE_NAME.fullmatch(name) else ""


def _token_extension(security: dict[str, Any]) -> str:
    for extension in _objects(security.get("extension")):
        if extension.get("url") == _OAUTH_URIS:
            for part in _objects(extension.get("extension")):
                if part.get("url") == "token":
                    return str(part.get("valueUri") or "")
    return ""


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return "".join(character for character in text if character.isprintable())[:60].strip()


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _items(value) if isinstance(item, dict)]
