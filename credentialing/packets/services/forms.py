"""Forms of a clinic: adding a file, reading its fields in a job, and the saved map from field to fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from credentialing.packets.facts.paths import CATALOG
from credentialing.packets.library import LIBRARY, LibraryForm, map_for
from credentialing.packets.models import PacketForm
from credentialing.packets.rules import guess_fact
from credentialing.payers.book import payer
from credentialing.requirements.catalog import load_catalog
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later
from infra.problems import Conflict, NotFound, StaleVersion, invalid
from integrations.pdf.forms import FormField, FormLayout
from tenants.audit import record
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

READ_TOPIC = "credentialing.read_form"
LIBRARY_TOPIC = "credentialing.add_library_form"
FORM_KIND = "payer_form"
FieldMap = dict[str, dict[str, str]]


def list_forms(*, payer_id: str | None = None) -> Sequence[PacketForm]:
    """The forms in use, by name; with `payer_id` those of that payer and those for all."""
    query = select(PacketForm).where(PacketForm.tenant_id == current_tenant(), PacketForm.status != "retired")
    if payer_id is not None:
        query = query.where(or_(PacketForm.payer_id == payer_id, PacketForm.payer_id.is_(None)))
    return db().scalars(query.order_by(PacketForm.name, PacketForm.id).limit(500)).all()


def get_form(form_id: UUID) -> PacketForm:
    """One form of this clinic. Raises `NotFound`."""
    return find(PacketForm, form_id)


def add_form(
    *, name: str, document_id: UUID, payer_id: str | None = None, kind: str | None = None, kept_pages: int | None = None
) -> PacketForm:
    """Make an uploaded PDF a form; a job reads its fields. Raises `NotFound`, `Conflict`, and `Invalid` for another kind of file."""
    document = get_document(document_id)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict("This file has not passed the scan yet; try again in a moment.")
    if (document.detected_type or document.content_type) != "application/pdf":
        raise invalid("document_id", "A form is a PDF; this file is none.")
    form = PacketForm(
        id=uuid7(),
        name=name.strip(),
        kind=_checked_kind(kind),
        payer_id=_checked_payer(payer_id),
        document_id=document.id,
        kept_pages=kept_pages,
        added_by_name=current_scope().actor_name,
    )
    form.job_id = later(READ_TOPIC, {"form_id": str(form.id)}, dedupe_key=str(form.id))
    db().add(form)
    db().flush()
    record("form.added", f"added the form {form.name}", subject_kind="form", subject_id=form.id)
    return form


def _checked_payer(payer_id: str | None) -> str | None:
    if payer_id and payer(payer_id) is None:
        raise invalid("payer_id", "The payer book has no such payer.")
    return payer_id or None


def _checked_kind(kind: str | None) -> str | None:
    if kind and kind not in load_catalog().documents:
        raise invalid("kind", "There is no such requirement.")
    return kind or None


def request_library_form(code: str) -> UUID:
    """Have a form of ours added; returns the job. Raises `NotFound`."""
    if code not in LIBRARY:
        raise NotFound("There is no such form.")
    return later(LIBRARY_TOPIC, {"code": code})


def missing_library_forms(forms: Sequence[PacketForm]) -> list[LibraryForm]:
    """The forms of ours that the clinic does not use yet."""
    used = {form.name for form in forms}
    return [form for form in LIBRARY.values() if form.name not in used]


def first_map(layout: FormLayout) -> tuple[FieldMap, list[str]]:
    """The map of a form that nobody has mapped: a known one, else a guess for each field, and the names of the guessed fields."""
    known = map_for(frozenset(field.name for field in layout.fields))
    if known is not None:
        return {name: dict(entry) for name, entry in known.field_map.items()}, []
    guessed: FieldMap = {}
    for field in layout.fields:
        if field.kind != "text" or field.is_read_only:
            continue
        path = guess_fact(field.name, field.label)
        if path is not None:
            guessed[field.name] = {"fact": path}
    return guessed, list(guessed)


def stored_layout(layout: FormLayout) -> dict[str, Any]:
    """A layout as it is kept with the form."""
    return {"pages": [list(size) for size in layout.pages], "fields": [asdict(field) for field in layout.fields]}


def layout_fields(form: PacketForm) -> list[FormField]:
    """The fields of a form as it was read; none before that."""
    from integrations.pdf.forms import Box

    return [
        FormField(
            **row | {"boxes": tuple(Box(**box) for box in row["boxes"]), "options": tuple(row["options"])},
        )
        for row in form.layout.get("fields", [])
    ]


def save_map(form_id: UUID, *, field_map: Mapping[str, Mapping[str, str]], if_version: int | None = None) -> PacketForm:
    """Save which fact or text goes into which field; fields that are not named stay empty.

    Raises `NotFound`, `Conflict` for a form that cannot be filled, `StaleVersion`, `Invalid` naming the field.
    """
    form = get_form(form_id)
    if if_version is not None and form.version != if_version:
        raise StaleVersion
    if form.status != "ready":
        raise Conflict(form.problem or "This form has not been read yet.")
    fields = {field.name: field for field in layout_fields(form)}
    checked: FieldMap = {}
    for name, entry in field_map.items():
        field = fields.get(name)
        if field is None:
            raise invalid(name, "The form has no such field.")
        checked[name] = _checked_entry(field, entry)
    form.field_map = {name: entry for name, entry in checked.items() if entry}
    form.guessed = []
    db().flush()
    record(
        "form.mapped",
        f"mapped {len(form.field_map)} of {len(fields)} fields of {form.name}",
        subject_kind="form",
        subject_id=form.id,
    )
    return form


def _checked_entry(field: FormField, entry: Mapping[str, str]) -> dict[str, str]:
    unknown = set(entry) - {"fact", "text", "is"}
    if unknown:
        raise invalid(field.name, "A field takes a fact, or a text.")
    fact, text, wanted = (entry.get(key, "").strip() for key in ("fact", "text", "is"))
    if fact and text:
        raise invalid(field.name, f"{field.label or field.name}: choose a fact or write a text, not both.")
    if fact and fact not in CATALOG:
        raise invalid(field.name, f"{field.label or field.name}: there is no fact {fact}.")
    if text and field.kind in ("choice", "radio") and field.options and text not in field.options:
        raise invalid(field.name, f"{field.label or field.name} offers {', '.join(field.options[:8])}.")
    if fact:
        return {"fact": fact, "is": wanted} if wanted else {"fact": fact}
    return {"text": text} if text else {}


def retire_form(form_id: UUID) -> PacketForm:
    """Take a form out of use; versions that used it stay as they are. Raises `NotFound`."""
    form = get_form(form_id)
    form.status = "retired"
    record("form.retired", f"took the form {form.name} out of use", subject_kind="form", subject_id=form.id)
    return form


def change_form(
    form_id: UUID, *, name: str, payer_id: str | None, kind: str | None, kept_pages: int | None
) -> PacketForm:
    """Rename a form, or say for whom it is and how many of its pages are sent. Raises `NotFound`, `Invalid`."""
    form = get_form(form_id)
    form.name, form.kept_pages = name.strip(), kept_pages
    form.payer_id, form.kind = _checked_payer(payer_id), _checked_kind(kind)
    db().flush()
    record("form.changed", f"changed the form {form.name}", subject_kind="form", subject_id=form.id)
    return form
