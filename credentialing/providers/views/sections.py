"""Pages of a provider's file, section by section: every field saves itself, says who changed it, and keeps what was typed.

The same pages serve the clinic on a desk and the provider on a phone, who gets them as a guided list of steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.credentials.services import remove_credential, reveal_number, save_credential
from credentialing.providers.models import Provider
from credentialing.providers.permissions import PROVIDER_FILE, PROVIDER_READ, PROVIDER_REVEAL
from credentialing.providers.provenance import SOURCE_WORDS, history_of, typed
from credentialing.providers.rules import initials
from credentialing.providers.sections import Section, find_section, load_values
from credentialing.providers.services import get_provider, reveal
from credentialing.providers.services.sections import (
    FileParts,
    parts_of,
    remove_entry,
    rows_of,
    save_entry,
    save_facts,
    section_states,
    values_of,
    work_gaps_of,
)
from credentialing.providers.views.blueprint import bp, license_label
from credentialing.providers.views.files import LINE_WORDS
from credentialing.providers.views.rows import Page, RowView, blank_row, page_of, row_title, row_views
from credentialing.providers.views.tabs import ProviderTab, add_provider_tab, provider_tabs
from credentialing.providers.views.words import payer_names, value_words
from infra.db import db
from infra.ids import uuid7
from infra.problems import Invalid, NotFound
from infra.web.pages import errors_by_field, is_htmx, render, render_block
from infra.web.query import as_uuid
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, may, member
from tenants.access.roles import Role
from tenants.documents.permissions import DOCUMENT_UPLOAD

_BELOW = tuple(
    f"providers.{name}" for name in "section_page save_section save_row new_row field_history reveal_field".split()
)
add_provider_tab(ProviderTab("File", "providers.sections_page", PROVIDER_READ, 10, also=_BELOW))
add_provider_tab(ProviderTab("Documents", "providers.file_page", PROVIDER_READ, 20, also=("providers.upload_page",)))
STATE_WORDS = {
    "complete": ("Complete", "good"),
    "open": ("Open", "attention"),
    "empty": ("Empty", "attention"),
    "not_asked": ("Not asked for", "neutral"),
}
_BASE = "/c/<uuid:clinic_id>/providers/<uuid:provider_id>/sections"


def is_guided() -> bool:
    """True when the provider fills their own file: one section after the other."""
    return member().role is Role.PROVIDER


def _trail(clinic_id: UUID, parts: FileParts, section: Section | None) -> None:
    provider = parts.provider
    if is_guided():
        trail: list[tuple[str, str | None]] = [("My file", url_for("providers.me_file"))]
    else:
        trail = [
            (member().clinic_name, home_of(member())),
            ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
            (provider.name, url_for("providers.sections_page", clinic_id=clinic_id, provider_id=provider.id)),
        ]
    crumbs(*trail, (section.title if section else "File", None))


@bp.get(_BASE)
@access(PROVIDER_READ)
def sections_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Every section of the file: how far it is, what it lacks and for whom."""
    parts = parts_of([get_provider(provider_id)])[0]
    _trail(clinic_id, parts, None)
    return render(
        "providers/sections.html",
        clinic_id=clinic_id,
        provider=parts.provider,
        states=section_states(parts),
        initials=initials(parts.provider.first_name, parts.provider.last_name) or "#",
        license_label=license_label,
        tabs=provider_tabs(clinic_id, provider_id),
        words=STATE_WORDS,
        payer_names=payer_names,
    )


@bp.get(f"{_BASE}/<code>")
@access(PROVIDER_READ)
def section_page(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """One section."""
    return _page(clinic_id, get_provider(provider_id), find_section(code))


def _page(clinic_id: UUID, provider: Any, section: Section, **more: Any) -> str:
    parts = parts_of([provider])[0]
    _trail(clinic_id, parts, section)
    return render("providers/section.html", **_context(clinic_id, parts, section, **more))


def _context(
    clinic_id: UUID, parts: FileParts, section: Section, *, sent: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    states = section_states(parts)
    state = next(state for state in states if state.section is section)
    page = page_of(clinic_id, section, parts, **(sent or {}))
    lacks: dict[UUID | None, list[str]] = {}
    for gap in state.gaps:
        lacks.setdefault(gap.row_id, []).append(gap.text)
    rows = row_views(page, lacks)
    is_new = page.typed_row is not None and page.typed_row not in {row.id for row in rows}
    if is_new and section.kind != "facts" and section.code != "disclosures":
        rows.append(blank_row(page, request.args.get("kind", ""), page.typed_row))
    steps = [other for other in states if other.is_asked or other.rows or other.section is section]
    at = steps.index(state)
    return {
        "clinic_id": clinic_id,
        "provider": parts.provider,
        "section": section,
        "state": state,
        "states": states,
        "steps": steps,
        "at": at,
        "before": steps[at - 1].section if at else None,
        "after": steps[at + 1].section if at + 1 < len(steps) else None,
        "page": page,
        "rows": rows,
        "titles": {row.id: row.title for row in rows},
        "guided": is_guided(),
        "can_write": may(PROVIDER_FILE),
        "can_upload": may(DOCUMENT_UPLOAD),
        "explanations": _explanations(page) if section.code == "work_history" and may(PROVIDER_FILE) else [],
        "secrets": _secrets(section, rows) if may(PROVIDER_REVEAL) else [],
        "tabs": provider_tabs(clinic_id, parts.provider.id),
        "words": STATE_WORDS,
        "line_words": LINE_WORDS,
        "payer_names": payer_names,
        **more,
    }


def _explanations(page: Page) -> list[tuple[str, str, dict[str, str]]]:
    """For each gap a button that adds its row with the months filled in: (words, address, fields)."""
    return [
        (
            f"Explain {gap.started.words} to {gap.ended.words}",
            page.address("save_row", row_id=uuid7()),
            {"kind": "gap", "started": str(gap.started), "ended": str(gap.ended)},
        )
        for gap in work_gaps_of(page.parts)
    ]


def _secrets(section: Section, rows: Sequence[RowView]) -> list[tuple[str, str]]:
    """What may be shown in clear for a reason: (which one, in words)."""
    return [
        (f"{'' if section.kind == 'facts' else row.id}:{field.spec.name}", f"{field.spec.label} {row.title}".strip())
        for row in rows
        for field in row.fields
        if field.on_file
    ]


@bp.get(f"{_BASE}/<code>/new")
@access(PROVIDER_FILE)
def new_row(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """A blank row: appended by htmx, or on the section's page for a browser without it."""
    section = find_section(code)
    kind = request.args.get("kind", "")
    if section.kind == "facts" or (section.kind == "credentials") != (kind in dict(section.kinds)):
        raise NotFound
    provider = get_provider(provider_id)
    parts = parts_of([provider])[0]
    blank = blank_row(page_of(clinic_id, section, parts), kind)
    if is_htmx():
        return render("providers/section_row.html", row=blank, can_write=True, section=section)
    _trail(clinic_id, parts, section)
    context = _context(clinic_id, parts, section)
    return render("providers/section.html", **{**context, "rows": [*context["rows"], blank]})


@bp.post(f"{_BASE}/<code>")
@access(PROVIDER_FILE)
def save_section(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """Save facts: one field as it is left, or all of them from a browser without JavaScript."""
    section = find_section(code)
    return _saved(clinic_id, provider_id, section, provider_id)


@bp.post(f"{_BASE}/<code>/<uuid:row_id>")
@access(PROVIDER_FILE)
def save_row(clinic_id: UUID, provider_id: UUID, code: str, row_id: UUID) -> ResponseReturnValue:
    """Save fields of a row; the first one makes the row."""
    section = find_section(code)
    if section.kind == "facts":
        raise NotFound
    return _saved(clinic_id, provider_id, section, row_id)


def _saved(clinic_id: UUID, provider_id: UUID, section: Section, row_id: UUID) -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    form = _sent_fields(section, kind)
    sent: dict[str, Any] = {"typed_row": row_id, "typed": form}
    try:
        with db().begin_nested():
            saved_id = _save(provider_id, section, row_id, kind, form)
        sent = {"typed_row": saved_id, "saved": form}
    except Invalid as error:
        sent["errors"] = errors_by_field(error)
    refused = bool(sent.get("errors"))
    provider = get_provider(provider_id)
    if is_htmx():
        return _fragments(clinic_id, provider, section, form, sent)
    if refused:
        return _page(clinic_id, provider, section, sent=sent), 422
    flash("Saved.", "success")
    return redirect(url_for("providers.section_page", clinic_id=clinic_id, provider_id=provider_id, code=section.code))


def _sent_fields(section: Section, kind: str) -> dict[str, str]:
    """The fields of the form that belong to the section; an empty secret is left as it is, because its control is always empty."""
    found = {}
    for spec in section.fields_for(kind):
        if spec.name in request.form and not (spec.is_secret and not request.form[spec.name].strip()):
            found[spec.name] = request.form[spec.name]
    return found


def _save(provider_id: UUID, section: Section, row_id: UUID, kind: str, form: Mapping[str, str]) -> UUID:
    if section.kind == "facts":
        return save_facts(provider_id=provider_id, section=section.code, values=form, source=typed()).id
    if section.kind == "credentials":
        values = load_values(section, form)
        return save_credential(provider_id=provider_id, kind=kind, values=values, source=typed(), new_id=row_id).id
    question = request.args.get("question")
    if question is not None:
        values = {**form, "question": question}
        return save_entry(provider_id=provider_id, section=section.code, values=values, source=typed()).id
    return save_entry(provider_id=provider_id, section=section.code, values=form, source=typed(), new_id=row_id).id


def _fragments(
    clinic_id: UUID, provider: Any, section: Section, form: Mapping[str, str], sent: Mapping[str, Any]
) -> ResponseReturnValue:
    """The answer to a field that saved itself: its own note, and beside it how far the section is now."""
    parts = parts_of([provider])[0]
    context = _context(clinic_id, parts, section, sent=sent)
    row = next((row for row in context["rows"] if row.id == sent["typed_row"]), None)
    if row is None:  # an answer that was refused before it had a row is named by its question
        row = next((row for row in context["rows"] if row.question == request.args.get("question")), None)
    field = next((field for field in row.fields if field.spec.name in form), None) if row else None
    if field is None:
        raise NotFound
    errors = sent.get("errors") or {}
    error = errors.get(field.spec.name) or next(iter(errors.values()), "")
    body = render_block("providers/section_answer.html", "answer", field=field, error=error, **context)
    return make_response(body, 422 if error else 200)


@bp.post(f"{_BASE}/<code>/<uuid:row_id>/remove")
@access(PROVIDER_FILE)
def remove_row(clinic_id: UUID, provider_id: UUID, code: str, row_id: UUID) -> ResponseReturnValue:
    """Take a row out of the file; its history stays."""
    section = find_section(code)
    if section.kind == "credentials":
        remove_credential(provider_id=provider_id, credential_id=row_id, source=typed())
    else:
        remove_entry(provider_id=provider_id, section=code, entry_id=row_id, source=typed())
    flash(f"Removed the {section.row_word}. What it said stays in the history.", "success")
    return redirect(url_for("providers.section_page", clinic_id=clinic_id, provider_id=provider_id, code=code))


@bp.get(f"{_BASE}/<code>/history")
@access(PROVIDER_READ)
def field_history(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """Who changed a field, or the whole section, when and from what source: in the side panel, or beside the section."""
    section = find_section(code)
    provider = get_provider(provider_id)
    name = request.args.get("field")
    row_id = as_uuid("row", request.args["row"]) if request.args.get("row") else None
    changes = history_of(provider_id, section=section.code, entry_id=row_id, field=name or None, limit=100)
    facts = {
        "changes": changes,
        "titles_of_rows": {} if row_id or section.kind == "facts" else _row_titles(provider, section),
        "heading": next((spec.label for spec in section.fields if spec.name == name), section.title),
        "label_of": lambda change: next((s.label for s in section.fields if s.name == change.field), change.field),
        "value_words": lambda change, text: value_words(section.spec(change.field), text),
        "source_words": SOURCE_WORDS,
        "back": url_for("providers.section_page", clinic_id=clinic_id, provider_id=provider_id, code=code),
    }
    if request.headers.get("HX-Target") == "panel":
        return render_block(
            "providers/section_history.html", "details", clinic_id=clinic_id, provider=provider, **facts
        )
    return _page(clinic_id, provider, section, with_history=True, **facts)


def _row_titles(provider: Provider, section: Section) -> dict[UUID, str]:
    rows = rows_of(section, parts_of([provider])[0])
    is_held = section.kind == "credentials"
    return {row.id: row_title(section, values_of(section, row), row.kind if is_held else "") for row in rows}


@bp.post(f"{_BASE}/<code>/reveal")
@access(PROVIDER_REVEAL)
def reveal_field(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """Show a masked value once; who, what and why go into the audit trail."""
    section = find_section(code)
    row, _, name = request.form.get("which", "").partition(":")
    reason = request.form.get("reason", "")
    try:
        if row:
            value = reveal_number(provider_id=provider_id, credential_id=as_uuid("which", row), reason=reason)
        else:
            value = reveal(provider_id, field_name=name, reason=reason)
    except Invalid as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.section_page", clinic_id=clinic_id, provider_id=provider_id, code=code))
    spec = next((spec for spec in section.fields if spec.name == name), None)
    shown = (spec.label if spec else name, value)
    return _page(clinic_id, get_provider(provider_id), section, revealed=shown)
