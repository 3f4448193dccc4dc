"""What may be sent and read about the sections of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from marshmallow import Schema, fields, validate

from credentialing.providers.models import FieldChange, FileEntry
from credentialing.providers.provenance import SOURCE_WORDS
from credentialing.providers.sections.fields import Section
from credentialing.providers.services.sections import FileParts, SectionState, rows_of, values_of
from infra.problems import FieldError, Invalid
from tenants.schemas import StrictSchema, text_field


class ValuesSchema(StrictSchema):
    """Values under the names of the section's fields; null empties."""

    values = fields.Dict(keys=fields.String(), required=True)


class RevealSchema(StrictSchema):
    """Which masked value, and what for; the reason is kept in the audit trail."""

    field = fields.String(required=True, validate=validate.OneOf(["birth_date", "dea_number", "ssn"]))
    reason = text_field(required=True, longest=200)


class RevealedSchema(Schema):
    """A value in clear."""

    value = fields.String()


class SectionLackSchema(Schema):
    """One thing that is missing: the row and field when it stands in one."""

    text = fields.String()
    field = fields.String()
    row_id = fields.UUID(allow_none=True)


class SectionFieldSchema(Schema):
    """What a field may hold."""

    name = fields.String()
    label = fields.String()
    form = fields.String()
    options = fields.List(fields.String())
    needed = fields.Boolean()
    masked = fields.Boolean()
    kinds = fields.List(fields.String())


class SectionRowSchema(Schema):
    """One row: an entry, a credential, or the provider's own facts. Secrets are masked."""

    id = fields.UUID()
    kind = fields.String(allow_none=True)
    values = fields.Dict(keys=fields.String())
    source = fields.String(allow_none=True)
    source_detail = fields.String(allow_none=True)
    document_id = fields.UUID(allow_none=True)
    changed_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class SectionStateSchema(Schema):
    """How far a section is."""

    code = fields.String()
    title = fields.String()
    kept_as = fields.String()
    is_asked = fields.Boolean()
    state = fields.String()
    row_count = fields.Integer()
    missing = fields.List(fields.Nested(SectionLackSchema))
    needed_for = fields.List(fields.String())


class SectionContentSchema(SectionStateSchema):
    """A section with its fields and rows."""

    fields_ = fields.List(fields.Nested(SectionFieldSchema), data_key="fields")
    rows = fields.List(fields.Nested(SectionRowSchema))


class SectionListSchema(Schema):
    """Every section, in the order of the file."""

    items = fields.List(fields.Nested(SectionStateSchema))
    next_cursor = fields.String(allow_none=True)


class FieldChangeSchema(Schema):
    """One change of one field. Secrets are masked on both sides."""

    id = fields.UUID()
    section = fields.String()
    row_id = fields.UUID(attribute="entry_id", allow_none=True)
    field = fields.String()
    old = fields.String(attribute="old_shown", allow_none=True)
    new = fields.String(attribute="new_shown", allow_none=True)
    source = fields.String()
    source_words = fields.Function(lambda change: _source_words(change))
    source_detail = fields.String()
    document_id = fields.UUID(allow_none=True)
    changed_by = fields.String(attribute="changed_by_name")
    changed_at = fields.AwareDateTime(attribute="created_at")


class FieldChangeListSchema(Schema):
    """Changes, newest first."""

    items = fields.List(fields.Nested(FieldChangeSchema))
    next_cursor = fields.String(allow_none=True)


def _source_words(change: FieldChange) -> str:
    return SOURCE_WORDS[change.source]


def state_row(state: SectionState) -> dict[str, Any]:
    """The state of a section as the API writes it."""
    return {
        "code": state.section.code,
        "title": state.section.title,
        "kept_as": state.section.kind,
        "is_asked": state.is_asked,
        "state": state.word,
        "row_count": state.rows,
        "missing": state.gaps,
        "needed_for": state.needed_for,
    }


def content_row(state: SectionState, parts: FileParts) -> dict[str, Any]:
    """A section with its fields and rows as the API writes it."""
    section = state.section
    rows = [row_of(section, row) for row in rows_of(section, parts)]
    return {**state_row(state), "fields_": [_field(spec) for spec in section.fields], "rows": rows}


def _field(spec: Any) -> dict[str, Any]:
    return {
        "name": spec.name,
        "label": spec.label,
        "form": spec.control,
        "options": [key for key, _ in spec.options],
        "needed": spec.needed,
        "masked": spec.is_secret,
        "kinds": list(spec.kinds),
    }


def row_of(section: Section, row: Any) -> dict[str, Any]:
    """One row of a section as the API writes it."""
    values = {name: value for name, value in values_of(section, row).items() if value is not None}
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
    is_facts = section.kind == "facts"
    return {
        "id": row.id,
        "kind": getattr(row, "kind", None),
        "values": plain,
        "source": None if is_facts else row.source,
        "source_detail": None if is_facts else row.source_detail,
        "document_id": None if is_facts else row.document_id,
        "changed_at": None if is_facts else row.changed_at,
        "version": row.version,
    }


def entry_row(section: Section, entry: FileEntry) -> dict[str, Any]:
    """One entry as the API writes it."""
    return row_of(section, entry)


def replacing(section: Section, values: Mapping[str, Any], kind: str = "") -> dict[str, Any]:
    """The values of a whole row: what is not named is emptied, except secrets and what only staff of the vendor may say."""
    kept = {spec.name for spec in section.fields if spec.is_secret or spec.for_staff}
    names = {spec.name for spec in section.fields_for(kind)} - kept
    return {**dict.fromkeys(names), **values}


@contextmanager
def pointing_into(place: str) -> Iterator[None]:
    """Let the errors of a refused row point into the body: `#/number` becomes `#/values/number`."""
    try:
        yield
    except Invalid as error:
        moved = [
            FieldError(f"#/{place}/{one.pointer.removeprefix('#/')}", one.detail, one.code) for one in error.errors
        ]
        raise Invalid(error.detail, errors=moved) from error
