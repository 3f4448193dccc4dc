"""Which of ProView's documents a JSON text is, and its values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from integrations.caqh.documents import (
    Answer,
    Batch,
    BatchResult,
    Extract,
    LocationRoster,
    ProviderStatus,
    Roster,
    RosterEntry,
    RosterPerson,
    RosterProvider,
)
from integrations.caqh.profile import (
    Dea,
    License,
    PracticeLocation,
    Profile,
    Specialty,
    read_dea,
    read_license,
    read_location,
    read_profile,
    read_specialty,
)
from integrations.caqh.values import Node, state_code

MOST_BYTES = 8 * 1024 * 1024
MOST_PROFILES = 2_000

CaqhDocument: TypeAlias = (
    Extract
    | Profile
    | ProviderStatus
    | Roster
    | RosterPerson
    | Batch
    | BatchResult
    | LocationRoster
    | RosterProvider
    | License
    | Dea
    | Specialty
    | Answer
)


class UnreadableDocument(ValueError):
    """The text is no document of ProView; the message says why, in words for the sender."""


def read_document(content: bytes | str) -> CaqhDocument:
    """Read a document of ProView.

    Raises:
        UnreadableDocument: no JSON, too large, or JSON of some other kind.
    """
    return read_value(_parsed(content))


def read_value(value: object) -> CaqhDocument:
    """The document in JSON that is parsed already. Raises `UnreadableDocument`."""
    if isinstance(value, list):
        return _list(value)
    if not isinstance(value, Mapping):
        raise UnreadableDocument("the file holds a single value and no ProView document")
    node = Node.of(value)
    if "providers" in node and ("extract_timestamp" in node or "extract_version" in node):
        return _extract(node)
    found = _about_rosters(node) or _about_a_provider(node) or _fragment(node)
    if found is None:
        raise UnreadableDocument("the file is JSON, but no document that CAQH ProView hands out")
    return found


def _parsed(content: bytes | str) -> object:
    if len(content) > MOST_BYTES:
        raise UnreadableDocument(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        return json.loads(text)
    except UnicodeDecodeError as wrong:
        raise UnreadableDocument("the file is no text in UTF-8") from wrong
    except json.JSONDecodeError as wrong:
        raise UnreadableDocument(f"the file is no JSON: line {wrong.lineno}, column {wrong.colno}") from wrong
    except RecursionError as wrong:
        raise UnreadableDocument("the file is nested too deeply") from wrong


def _list(items: list[object]) -> CaqhDocument:
    nodes = [Node.of(item, f"/{index}") for index, item in enumerate(items)]
    if nodes and all("state_license" in node or "attestation_date" in node for node in nodes):
        return Extract("", None, None, "", "", _profiles(nodes))
    if nodes and all("organization_id" in node and "caqh_provider_id" in node for node in nodes):
        return Roster(tuple(map(_entry, nodes)))
    raise UnreadableDocument("the file is a list, but neither of roster entries nor of profiles")


def _profiles(nodes: list[Node]) -> tuple[Profile, ...]:
    if len(nodes) > MOST_PROFILES:
        raise UnreadableDocument(f"the file holds more than {MOST_PROFILES:,} profiles")
    return tuple(read_profile(Node(node.items, node.path)) for node in nodes)


def _extract(node: Node) -> Extract:
    return Extract(
        organization_id=node.text("organization_id"),
        from_on=node.day("extract_request_start_date"),
        to_on=node.day("extract_request_end_date"),
        taken_at=node.text("extract_timestamp"),
        version=node.text("extract_version"),
        profiles=_profiles(list(node.nodes("providers"))),
    )


def _about_rosters(node: Node) -> CaqhDocument | None:
    if "batch_status" in node:
        return BatchResult(
            status=node.text("batch_status"),
            finished_at=node.text("batch_time"),
            entries=tuple(map(_entry, node.nodes("roster_result"))),
        )
    if "batch_id" in node:
        return Batch(node.text("batch_id"))
    if "provider_status" in node or "provider_found_flag" in node:
        return _status(node)
    if "practice_location" in node and "organization_id" in node:
        return LocationRoster(node.text("organization_id"), tuple(map(_place, node.nodes("practice_location"))))
    if "providers" in node and "practice_name" in node:
        return LocationRoster(node.text("organization_id"), (_place(node),))
    if "organization_id" in node and "caqh_provider_id" in node:
        return Roster((_entry(node),))
    return None


def _about_a_provider(node: Node) -> CaqhDocument | None:
    if "caqh_provider_id" in node and ("state_license" in node or "attestation_date" in node):
        return read_profile(node)
    if "caqh_provider_id" in node and ("provider_license" in node or "provider_last_name" in node):
        return _roster_provider(node)
    if "birthdate" in node and "practice_state" in node:
        return _person(node)
    return None


def _fragment(node: Node) -> CaqhDocument | None:
    if "license_number" in node:
        return read_license(node)
    if "dea_number" in node:
        return read_dea(node)
    if "specialty_name" in node:
        return read_specialty(node)
    if node.items.keys() <= {"message", "error", "content"} and len(node.items) == 1:
        return Answer(node.text("message", "error", "content"), "error" in node)
    return None


def _status(node: Node) -> ProviderStatus:
    return ProviderStatus(
        organization_id=node.text("organization_id"),
        caqh_id=node.text("caqh_provider_id"),
        is_found=node.flag("provider_found_flag") is not False,
        status=node.text("provider_status"),
        status_on=node.day("provider_status_date"),
        practice_state=state_code(node.text("provider_practice_state")),
        roster_status=node.text("roster_status"),
        is_authorized=node.flag("authorization_flag"),
    )


def _entry(node: Node) -> RosterEntry:
    person = node.node("provider")
    return RosterEntry(
        organization_id=node.text("organization_id"),
        caqh_id=node.text("caqh_provider_id"),
        own_id=node.text("po_provider_id"),
        application_type=node.text("application_type"),
        last_recredentialed=node.text("last_recredential_date"),
        next_recredentialing=node.text("next_recredential_date"),
        is_delegated=node.text("delegation_flag"),
        affiliation=node.text("affiliation_flag"),
        person=_person(person) if person.items else None,
        exception=node.text("exception_description"),
    )


def _person(node: Node) -> RosterPerson:
    return RosterPerson(
        first_name=node.text("first_name"),
        middle_name=node.text("middle_name"),
        last_name=node.text("last_name"),
        suffix=node.text("name_suffix"),
        birth_date=node.text("birthdate"),
        gender=node.text("gender"),
        line1=node.text("address1"),
        city=node.text("city"),
        state=state_code(node.text("state")),
        postal_code=node.text("zip"),
        practice_state=state_code(node.text("practice_state")),
        email=node.text("email"),
        npi=node.text("npi"),
        dea=node.text("dea"),
        license_number=node.text("license_number"),
        license_state=state_code(node.text("license_state")),
        kind=node.text("type"),
    )


def _place(node: Node) -> tuple[PracticeLocation, tuple[RosterProvider, ...]]:
    return read_location(node), tuple(map(_roster_provider, node.nodes("providers")))


def _roster_provider(node: Node) -> RosterProvider:
    return RosterProvider(
        caqh_id=node.text("caqh_provider_id"),
        npi=node.text("npi_type_1"),
        first_name=node.text("provider_first_name"),
        middle_name=node.text("provider_middle_name"),
        last_name=node.text("provider_last_name"),
        provider_type=node.text("provider_type"),
        primary_state=state_code(node.text("provider_primary_practice_state")),
        licenses=tuple(map(read_license, node.nodes("provider_license"))),
        deas=tuple(map(read_dea, node.nodes("provider_dea"))),
        specialties=tuple(map(read_specialty, node.nodes("provider_practice_specialty"))),
    )
