"""The sections of a provider's file as JSON: what each holds and lacks, its entries, and the history of every field."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from credentialing.providers.permissions import PROVIDER_FILE, PROVIDER_READ, PROVIDER_REVEAL
from credentialing.providers.provenance import history_of, typed
from credentialing.providers.sections.catalog import find_section
from credentialing.providers.sections.schemas import (
    FieldChangeListSchema,
    RevealedSchema,
    RevealSchema,
    SectionContentSchema,
    SectionListSchema,
    SectionRowSchema,
    ValuesSchema,
    content_row,
    entry_row,
    pointing_into,
    replacing,
    row_of,
    state_row,
)
from credentialing.providers.services import get_provider, reveal
from credentialing.providers.services.sections import (
    parts_of,
    remove_entry,
    save_entry,
    save_facts,
    section_states,
)
from infra.problems import invalid
from infra.web.idempotency import shown_once
from infra.web.pages import decode_cursor, encode_cursor, page_size, set_version, wanted_version
from infra.web.query import IF_MATCH, PAGES, as_uuid, parameter, uuid_argument
from tenants.access.gate import access

blp = Blueprint("sections_api", __name__, url_prefix="/api/v1", description="A provider's file, section by section")
_BASE = "/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/sections"


@blp.get(_BASE)
@access(PROVIDER_READ)
@blp.response(200, SectionListSchema)
def list_sections(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Every section: how far it is, what it lacks, and which of the provider's payers ask for it."""
    parts = parts_of([get_provider(provider_id)])[0]
    return {"items": [state_row(state) for state in section_states(parts)], "next_cursor": None}


@blp.get(f"{_BASE}/<code>")
@access(PROVIDER_READ)
@blp.response(200, SectionContentSchema)
def get_section(clinic_id: UUID, provider_id: UUID, code: str) -> dict[str, Any]:
    """One section: its fields, its rows, and what it lacks."""
    section = find_section(code)
    parts = parts_of([get_provider(provider_id)])[0]
    state = next(state for state in section_states(parts) if state.section is section)
    if section.kind == "facts":
        set_version(parts.provider.version)
    return content_row(state, parts)


@blp.put(f"{_BASE}/<code>")
@access(PROVIDER_FILE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ValuesSchema)
@blp.response(200, SectionRowSchema)
def put_section(body: dict[str, Any], clinic_id: UUID, provider_id: UUID, code: str) -> dict[str, Any]:
    """Save facts of a section that has no entries (`identity`). What is not named stays, null empties."""
    section = find_section(code)
    with pointing_into("values"):
        provider = save_facts(
            provider_id=provider_id,
            section=code,
            values=body["values"],
            source=typed(),
            if_version=wanted_version(),
        )
    set_version(provider.version)
    return row_of(section, provider)


@blp.post(f"{_BASE}/<code>/entries")
@access(PROVIDER_FILE)
@blp.arguments(ValuesSchema)
@blp.response(201, SectionRowSchema)
def create_entry(body: dict[str, Any], clinic_id: UUID, provider_id: UUID, code: str) -> dict[str, Any]:
    """Add an entry; when one with the same key is there (the same employer and begin, the same question), that one is changed."""
    section = find_section(code)
    with pointing_into("values"):
        entry = save_entry(provider_id=provider_id, section=code, values=body["values"], source=typed())
    return entry_row(section, entry)


@blp.put(f"{_BASE}/<code>/entries/<uuid:entry_id>")
@access(PROVIDER_FILE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ValuesSchema)
@blp.response(200, SectionRowSchema)
def put_entry(body: dict[str, Any], clinic_id: UUID, provider_id: UUID, code: str, entry_id: UUID) -> dict[str, Any]:
    """Replace an entry: what is not named is emptied."""
    section = find_section(code)
    with pointing_into("values"):
        entry = save_entry(
            provider_id=provider_id,
            section=code,
            values=replacing(section, body["values"]),
            source=typed(),
            entry_id=entry_id,
            if_version=wanted_version(),
        )
    set_version(entry.version)
    return entry_row(section, entry)


@blp.delete(f"{_BASE}/<code>/entries/<uuid:entry_id>")
@access(PROVIDER_FILE)
@blp.response(204)
def delete_entry(clinic_id: UUID, provider_id: UUID, code: str, entry_id: UUID) -> None:
    """Take an entry out of the file; its history stays."""
    remove_entry(provider_id=provider_id, section=code, entry_id=entry_id, source=typed())


@blp.post("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/reveal")
@access(PROVIDER_REVEAL)
@blp.arguments(RevealSchema)
@blp.response(200, RevealedSchema)
def reveal_fact(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """A masked fact in clear, for a reason; who, what and why go into the audit trail."""
    return {"value": shown_once(reveal(provider_id, field_name=body["field"], reason=body["reason"]))}


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/changes")
@access(PROVIDER_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("section", "Only of this section."),
        parameter("row", "Only of this entry or credential.", form="uuid"),
        parameter("field", "Only of this field."),
    ]
)
@blp.response(200, FieldChangeListSchema)
def list_changes(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Who changed which field when, from what to what and from what source; newest first."""
    provider = get_provider(provider_id)
    limit = page_size()
    changes = history_of(
        provider.id,
        section=request.args.get("section") or None,
        entry_id=uuid_argument("row"),
        field=request.args.get("field") or None,
        before=_before(),
        limit=limit + 1,
    )
    last = changes[limit - 1] if len(changes) > limit else None
    return {
        "items": changes[:limit],
        "next_cursor": encode_cursor(last.created_at.isoformat(), last.id) if last else None,
    }


def _before() -> tuple[datetime, UUID] | None:
    values = decode_cursor(request.args.get("cursor"), parts=2)
    if values is None:
        return None
    try:
        return datetime.fromisoformat(values[0]), as_uuid("cursor", values[1])
    except ValueError as error:
        raise invalid("cursor", "That cursor was not made here.") from error
