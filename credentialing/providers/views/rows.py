"""What a section's page shows: rows of fields, each with its value, its state and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from credentialing.providers.models import FieldChange
from credentialing.providers.provenance import latest_changes
from credentialing.providers.sections import DISCLOSURES, FieldSpec, Section
from credentialing.providers.services.sections import FileParts, rows_of, values_of
from credentialing.providers.views.words import change_words, control_value
from credentialing.requirements.catalog import load_catalog
from infra.ids import uuid7
from tenants.access.gate import member
from tenants.access.roles import Role

Latest = Mapping[tuple[UUID | None, str], FieldChange]
_STANDING = {
    "active": ("Active", "good"),
    "suspended": ("Suspended", "blocked"),
    "revoked": ("Revoked", "blocked"),
    "superseded": ("Replaced", "neutral"),
    "expired": ("Expired", "blocked"),
}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field on the page. `on_file` is what is shown of a secret instead of its value."""

    spec: FieldSpec
    id: str
    url: str
    value: str
    is_shown: bool
    on_file: str = ""
    said: str = ""
    history_url: str = ""
    error: str = ""
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a section: a job, a license, an answer; the facts of a section are one row without a title."""

    id: UUID
    title: str
    url: str
    fields: tuple[FieldView, ...]
    remove_url: str = ""
    standing: tuple[str, str] | None = None
    lacks: tuple[str, ...] = ()
    is_new: bool = False
    question: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Whose section this is, and what a refused form had in it."""

    clinic_id: UUID
    section: Section
    parts: FileParts
    latest: Latest
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    typed_row: UUID | None = None
    saved: frozenset[str] = frozenset()

    def address(self, endpoint: str, **values: Any) -> str:
        """An address about this section."""
        return url_for(
            f"providers.{endpoint}",
            clinic_id=self.clinic_id,
            provider_id=self.parts.provider.id,
            code=self.section.code,
            **values,
        )


def page_of(
    clinic_id: UUID,
    section: Section,
    parts: FileParts,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    typed_row: UUID | None = None,
    saved: Iterable[str] = (),
) -> Page:
    """The page of a section. `typed_row` is the row of a form that was just sent: `typed` and `errors` when it was refused,
    `saved` the fields that were saved.
    """
    latest = latest_changes(parts.provider.id, section.code)
    return Page(clinic_id, section, parts, latest, typed or {}, errors or {}, typed_row, frozenset(saved))


def row_views(page: Page, lacks: Mapping[UUID | None, Sequence[str]]) -> list[RowView]:
    """The rows of a section as the page shows them."""
    if page.section.code == "disclosures":
        return _answers(page, lacks)
    return [_row_view(page, row, lacks) for row in rows_of(page.section, page.parts)]


def _row_view(page: Page, row: Any, lacks: Mapping[UUID | None, Sequence[str]]) -> RowView:
    section = page.section
    values = values_of(section, row)
    if section.kind == "facts":
        url = page.address("save_section")
        return RowView(row.id, "", url, _fields(page, None, row.id, values, url, ""))
    kind = row.kind if section.kind == "credentials" else ""
    url = page.address("save_row", row_id=row.id, **({"kind": kind} if kind else {}))
    return RowView(
        row.id,
        row_title(section, values, kind),
        url,
        _fields(page, row.id, row.id, values, url, kind),
        remove_url=page.address("remove_row", row_id=row.id),
        standing=_STANDING.get(row.status) if kind else None,
        lacks=tuple(lacks.get(row.id, ())),
    )


def blank_row(page: Page, kind: str, row_id: UUID | None = None) -> RowView:
    """A row that nobody has filled yet: the first field that is saved makes it, under the id in its address."""
    row_id = row_id or uuid7()
    url = page.address("save_row", row_id=row_id, **({"kind": kind} if kind else {}))
    label = dict(page.section.kinds).get(kind) or f"New {page.section.row_word}"
    return RowView(row_id, label, url, _fields(page, row_id, row_id, {}, url, kind), is_new=True)


def _answers(page: Page, lacks: Mapping[UUID | None, Sequence[str]]) -> list[RowView]:
    known = {row.values.get("question"): row for row in rows_of(page.section, page.parts)}
    rows = []
    for code, words in DISCLOSURES:
        row = known.get(code)
        row_id = row.id if row else uuid7()
        url = page.address("save_row", row_id=row_id, question=code)
        values = dict(row.values) if row else {}
        fields = tuple(
            field
            for field in _fields(page, row_id, row_id, values, url, "", id_part=code)
            if field.spec.name != "question"
        )
        rows.append(RowView(row_id, words, url, fields, lacks=tuple(lacks.get(row_id, ())), question=code))
    return rows


def _fields(
    page: Page, entry_id: UUID | None, row_id: UUID, values: Mapping[str, Any], url: str, kind: str, id_part: str = ""
) -> tuple[FieldView, ...]:
    own = member().role is Role.PROVIDER
    part = id_part or (row_id.hex[-12:] if entry_id else page.section.code)
    return tuple(
        _field(page, entry_id, row_id, spec, values, url, kind, f"f-{part}-{spec.name}")
        for spec in page.section.fields_for(kind)
        if not (spec.for_staff and own)
    )


def _field(
    page: Page,
    entry_id: UUID | None,
    row_id: UUID,
    spec: FieldSpec,
    values: Mapping[str, Any],
    url: str,
    kind: str,
    dom_id: str,
) -> FieldView:
    refused = page.typed_row == row_id
    value = control_value(spec, values.get(spec.name))
    if refused and spec.name in page.typed and not spec.is_secret:
        value = page.typed[spec.name]
    change = page.latest.get((entry_id, spec.name))
    where = {"row": entry_id} if entry_id else {}
    return FieldView(
        spec,
        dom_id,
        url,
        value,
        is_shown=spec.asked(values, kind),
        on_file=str(values.get(spec.name) or "") if spec.is_secret else "",
        said=change_words(change) if change else "",
        history_url=page.address("field_history", field=spec.name, **where) if change else "",
        error=page.errors.get(spec.name, "") if refused else "",
        is_saved=spec.name in page.saved and refused,
    )


def row_title(section: Section, values: Mapping[str, Any], kind: str) -> str:
    """What a row is called: the employer, the state of a license, the name of a reference."""
    if kind:
        label = dict(section.kinds).get(kind) or load_catalog().documents[kind].label
        more = values.get("state") or values.get("issuer") or ""
        return f"{label}, {more}" if more else label
    if section.code == "work_history" and values.get("kind") == "gap":
        return "Time without work"
    named = [s for s in section.fields if s.name in section.key and s.control != "month" and s.name != "kind"]
    words = [dict(s.options).get(str(values[s.name]), str(values[s.name])) for s in named if values.get(s.name)]
    return ", ".join(words) or f"New {section.row_word}"
