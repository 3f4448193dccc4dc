"""Pages that take a roster over: send the file, say what the columns mean, watch, read what became of each row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.providers import rosters, services
from credentialing.providers.permissions import ROSTER_IMPORT
from credentialing.providers.views.blueprint import bp
from infra.db import unit_of_work
from infra.problems import Conflict
from infra.web.exports import csv_answer
from infra.web.pages import render
from integrations.roster import FIELDS
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member
from tenants.documents.services import get_document, list_documents

FIELD_LABELS = {
    "npi": "NPI",
    "full_name": "Full name",
    "last_name": "Last name",
    "first_name": "First name",
    "middle_name": "Middle name",
    "suffix": "Suffix (Jr, III)",
    "credential": "Credential",
    "taxonomy_code": "Taxonomy",
    "birth_on": "Date of birth",
    "license_number": "License number",
    "license_state": "License state",
    "license_expires_on": "License expires on",
    "caqh_id": "CAQH ID",
    "caqh_attested_on": "CAQH attested on",
    "dea_number": "DEA number",
    "email": "E-mail",
    "phone": "Phone",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP code",
    "external_id": "Your own ID",
    "row": "Row",
}
IMPORT_WORDS = {
    "queued": ("Waiting for its turn", "waiting"),
    "reading": ("Being read", "waiting"),
    "needs_mapping": ("Needs a word from you", "attention"),
    "done": ("Done", "good"),
    "failed": ("Could not be read", "blocked"),
}


def _crumbs(clinic_id: UUID, *more: tuple[str, str | None]) -> None:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        *more,
    )


def _import_crumb(clinic_id: UUID) -> tuple[str, str | None]:
    return "Import roster", url_for("providers.import_page", clinic_id=clinic_id)


@bp.get("/c/<uuid:clinic_id>/providers/import")
@access(ROSTER_IMPORT)
def import_page(clinic_id: UUID) -> ResponseReturnValue:
    """Where rosters are dropped, which are there, and what earlier ones brought."""
    _crumbs(clinic_id, ("Import roster", None))
    return render(
        "providers/import.html",
        clinic_id=clinic_id,
        documents=list_documents(kind="roster", limit=10),
        imports=services.latest_imports(),
        words=IMPORT_WORDS,
    )


@bp.get("/c/<uuid:clinic_id>/providers/import/<uuid:document_id>")
@access(ROSTER_IMPORT, session=False)
def mapping_page(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """What we make of each column, with the first rows, before anything is taken over."""
    with unit_of_work(actor().scope_in(member())):
        document = get_document(document_id)
    if document.status != "available":
        flash(
            f"{document.filename} is {document.status.replace('_', ' ')}. It can be read once it is available.", "error"
        )
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    try:
        found = rosters.preview(document.object_key)
    except rosters.UnreadableRoster as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    _crumbs(clinic_id, _import_crumb(clinic_id), (document.filename, None))
    chosen = {header: field for field, header in found.choice.items()}
    return render(
        "providers/mapping.html",
        clinic_id=clinic_id,
        document=document,
        found=found,
        chosen=chosen,
        fields=[(field, FIELD_LABELS[field]) for field in FIELDS],
        missing=[FIELD_LABELS[field] for field in found.missing],
        columns=_columns(found),
        preamble=" / ".join(filter(None, (line.strip(" ;,|\t") for line in found.preamble))),
    )


def _columns(found: rosters.Preview) -> list[tuple[int, str, list[str]]]:
    return [
        (index, header, [row[index] for row in found.samples if index < len(row) and row[index]][:3])
        for index, header in enumerate(found.headers)
        if header.strip()
    ]


@bp.post("/c/<uuid:clinic_id>/providers/import/<uuid:document_id>")
@access(ROSTER_IMPORT)
def start(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Begin to take the roster over."""
    mapping: dict[str, str] = {}
    for name, field in request.form.items():
        if not name.startswith("column-") or not field:
            continue
        if field in mapping:
            flash(f"Two columns are marked as {FIELD_LABELS.get(field, field)}. Choose one of them.", "error")
            return redirect(url_for("providers.mapping_page", clinic_id=clinic_id, document_id=document_id))
        mapping[field] = request.form.get(name.replace("column-", "header-"), "")
    try:
        made = services.start_import(document_id=document_id, mapping=mapping)
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    return redirect(url_for("providers.result_page", clinic_id=clinic_id, import_id=made.id))


@bp.get("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>")
@access(ROSTER_IMPORT)
def result_page(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """How far an import is, and what became of each row."""
    found = services.get_import(import_id)
    _crumbs(clinic_id, _import_crumb(clinic_id), (found.filename, None))
    return render(
        "providers/result.html",
        clinic_id=clinic_id,
        found=found,
        words=IMPORT_WORDS,
        is_open=found.status in {"queued", "reading"},
        rejects=_rejects(found.rejects[:200]),
        more_rejects=max(0, len(found.rejects) - 200),
    )


def _rejects(rows: list[Any]) -> list[dict[str, Any]]:
    return [{**row, "label": FIELD_LABELS.get(row["field"], row["field"])} for row in rows]


@bp.get("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>/rejects.csv")
@access(ROSTER_IMPORT)
def rejects_file(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """The rejected rows as CSV: line, field and reason."""
    found = services.get_import(import_id)
    rows = ((row["line"], row["field"], row["reason"]) for row in found.rejects)
    return csv_answer(f"rejected rows of {found.filename}.csv", ("line", "field", "reason"), rows)
