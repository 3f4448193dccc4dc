"""The forms of a clinic, and the editor of a form's map beside the picture of its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.packets.facts.paths import CATALOG
from credentialing.packets.models import PacketForm
from credentialing.packets.permissions import FORM_READ, FORM_WRITE
from credentialing.packets.schemas import NewPacketFormSchema, PacketFormChangeSchema
from credentialing.packets.services import forms
from credentialing.packets.views.blueprint import bp
from credentialing.packets.views.packet import payer_name
from credentialing.payers.book import payers_in
from credentialing.requirements.catalog import load_catalog
from infra.db import unit_of_work
from infra.problems import Conflict, Invalid, NotFound, StaleVersion
from infra.storage import storage
from infra.web.pages import errors_by_field, read_form, render
from integrations.pdf.forms import FormField
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.clinics.services import get_clinic
from tenants.documents.services import list_documents
from tenants.work.services import find_job

STATUS_WORDS = {
    "reading": ("Reading its fields", "waiting"),
    "ready": ("Can be filled", "good"),
    "unusable": ("Cannot be filled", "blocked"),
    "retired": ("Out of use", "neutral"),
}
_EMPTY, _TEXT = "", "="


@bp.get("/c/<uuid:clinic_id>/forms")
@access(FORM_READ)
def forms_page(clinic_id: UUID) -> ResponseReturnValue:
    """The forms in use, and adding one."""
    return _forms(clinic_id)


def _forms(clinic_id: UUID, error: Invalid | None = None) -> str:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Packets", url_for("packets.list_page", clinic_id=clinic_id)),
        ("Forms", None),
    )
    found = forms.list_forms()
    used = {form.document_id for form in found}
    sent = list_documents(limit=50, kind=forms.FORM_KIND, statuses=["available"])
    return render(
        "packets/forms.html",
        clinic_id=clinic_id,
        forms=found,
        library=forms.missing_library_forms(found),
        sent=[document for document in sent if document.id not in used and document.uploaded_by_name != "Onpanel"],
        payers=[(row.id, row.short_name) for row in payers_in(get_clinic().state)],
        kinds=_kinds(),
        payer_name=payer_name,
        status_words=STATUS_WORDS,
        can_write=may(FORM_WRITE),
        values=request.form if error else {},
        errors=errors_by_field(error),
    )


def _kinds() -> list[tuple[str, str]]:
    return [(code, row.label) for code, row in load_catalog().documents.items()]


@bp.post("/c/<uuid:clinic_id>/forms")
@access(FORM_WRITE)
def add_form(clinic_id: UUID) -> ResponseReturnValue:
    """Make an uploaded PDF a form."""
    try:
        form = forms.add_form(**read_form(NewPacketFormSchema()))
    except Invalid as error:
        return _forms(clinic_id, error), 422
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("packets.forms_page", clinic_id=clinic_id))
    return redirect(url_for("packets.form_page", clinic_id=clinic_id, form_id=form.id))


@bp.post("/c/<uuid:clinic_id>/forms/library")
@access(FORM_WRITE)
def add_library_form(clinic_id: UUID) -> ResponseReturnValue:
    """Add a form that ships with the product."""
    try:
        forms.request_library_form(request.form.get("code", ""))
        flash("The form is being added; it stands here in a moment.", "success")
    except NotFound as error:
        flash(error.detail, "error")
    return redirect(url_for("packets.forms_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>/forms/<uuid:form_id>")
@access(FORM_READ)
def form_page(clinic_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """A form: its page pictured, and beside it what goes into each field."""
    return _form(clinic_id, forms.get_form(form_id))


def _form(clinic_id: UUID, form: PacketForm, error: Invalid | None = None) -> str:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Forms", url_for("packets.forms_page", clinic_id=clinic_id)),
        (form.name, None),
    )
    fields = forms.layout_fields(form)
    pages = sorted({box.page for field in fields for box in field.boxes}) or [0]
    page = _page_asked(pages)
    shown = [(number, field) for number, field in enumerate(fields) if field.boxes[0].page == page]
    size = (form.layout.get("pages") or [[612, 792]])[page if form.layout.get("pages") else 0]
    return render(
        "packets/form.html",
        clinic_id=clinic_id,
        form=form,
        rows=[_row(form, number, field, error is not None) for number, field in shown],
        width=size[0],
        height=size[1],
        page=page,
        pages=pages,
        has_picture=any(row["page"] == page for row in form.pictures),
        mapped=len(form.field_map),
        total=len(fields),
        facts=[(path, fact.label) for path, fact in CATALOG.items()],
        payers=[(row.id, row.short_name) for row in payers_in(get_clinic().state)],
        kinds=_kinds(),
        payer_name=payer_name,
        status_words=STATUS_WORDS,
        job=find_job(actor(), form.job_id) if form.status == "reading" and form.job_id else None,
        can_write=may(FORM_WRITE) and form.status in ("ready", "unusable"),
        errors=errors_by_field(error),
        refused=error.detail if error else None,
    )


def _page_asked(pages: list[int]) -> int:
    text = request.values.get("page", "")
    return int(text) - 1 if text.isdigit() and int(text) - 1 in pages else pages[0]


def _row(form: PacketForm, number: int, field: FormField, refused: bool) -> dict[str, Any]:
    entry = form.field_map.get(field.name, {})
    fact, text, wanted = entry.get("fact", ""), entry.get("text", ""), entry.get("is", "")
    if refused and f"fact-{number}" in request.form:
        fact, text = request.form[f"fact-{number}"], request.form.get(f"text-{number}", "")
        wanted = request.form.get(f"is-{number}", "")
    return {
        "number": number,
        "field": field,
        "label": field.label or field.name.rsplit(".", 1)[-1],
        "fact": fact or (_TEXT if text else _EMPTY),
        "text": text,
        "is": wanted,
        "guessed": field.name in form.guessed,
    }


@bp.post("/c/<uuid:clinic_id>/forms/<uuid:form_id>/map")
@access(FORM_WRITE)
def save_map(clinic_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """Save the map of one page; the fields of the others keep theirs."""
    form = forms.get_form(form_id)
    entries = {name: dict(entry) for name, entry in form.field_map.items()}
    for number, field in enumerate(forms.layout_fields(form)):
        if f"fact-{number}" in request.form:
            entries[field.name] = _entry(number, field)
    version = request.form.get("version", "")
    try:
        form = forms.save_map(form_id, field_map=entries, if_version=int(version) if version.isdigit() else None)
    except Invalid as error:
        return _form(clinic_id, form, error), 422
    except StaleVersion:
        flash("Somebody saved this map meanwhile. Look at it again, then save.", "error")
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash(f"Saved: {len(form.field_map)} fields are filled from now on.", "success")
    page = request.form.get("page", "1")
    return redirect(url_for("packets.form_page", clinic_id=clinic_id, form_id=form_id, page=page))


def _entry(number: int, field: FormField) -> dict[str, str]:
    fact = request.form[f"fact-{number}"]
    text, wanted = request.form.get(f"text-{number}", "").strip(), request.form.get(f"is-{number}", "").strip()
    if fact == _TEXT:
        return {"text": "yes"} if field.kind == "checkbox" else {"text": text} if text else {}
    if fact == _EMPTY:
        return {}
    return {"fact": fact, "is": wanted} if wanted and field.kind in ("checkbox", "radio") else {"fact": fact}


@bp.post("/c/<uuid:clinic_id>/forms/<uuid:form_id>")
@access(FORM_WRITE)
def change_form(clinic_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """Say what the form is called and for whom it is, or take it out of use."""
    if request.form.get("retire"):
        flash(f"{forms.retire_form(form_id).name} is out of use.", "success")
        return redirect(url_for("packets.forms_page", clinic_id=clinic_id))
    try:
        forms.change_form(form_id, **read_form(PacketFormChangeSchema()))
        flash("Saved.", "success")
    except Invalid as error:
        return _form(clinic_id, forms.get_form(form_id), error), 422
    return redirect(url_for("packets.form_page", clinic_id=clinic_id, form_id=form_id))


@bp.get("/c/<uuid:clinic_id>/forms/<uuid:form_id>/pages/<int:number>.png")
@access(FORM_READ, session=False)
def page_picture(clinic_id: UUID, form_id: UUID, number: int) -> ResponseReturnValue:
    """The picture of a page, straight from the object store."""
    with unit_of_work(actor().scope_in(member())):
        form = forms.get_form(form_id)
    row = next((row for row in form.pictures if row["page"] == number), None)
    if row is None:
        raise NotFound
    return redirect(storage().presign_get(row["key"], filename="page.png", content_type="image/png").url)
