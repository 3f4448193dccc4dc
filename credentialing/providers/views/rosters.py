"""Pages that take a roster over: send the file, say what the columns mean, watch, read what became of each row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.incoming.permissions import CAQH_IMPORT
from credentialing.providers import rosters, services
from credentialing.providers.permissions import ROSTER_IMPORT
from credentialing.providers.rejects import rejects_answer
from credentialing.providers.services.rosters import column_memory, outcome_counts, remember_columns, rows_of
from credentialing.providers.views.blueprint import bp
from infra import clock, words
from infra.crypto import mask
from infra.db import unit_of_work
from infra.problems import Conflict
from infra.web.pages import number_cursor, render, render_block, sliced
from integrations.roster import FIELDS
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.clinics.services import get_clinic
from tenants.documents.models import Document
from tenants.documents.services import get_document, list_documents

ROWS_SHOWN = 50
FIELD_LABELS = {
    "npi": "NPI",
    "full_name": "Full name",
    "last_name": "Last name",
    "first_name": "First name",
    "middle_name": "Middle name",
    "suffix": "Suffix (Jr, III)",
    "former_names": "Former names",
    "credential": "Credential",
    "taxonomy_code": "Taxonomy",
    "birth_on": "Date of birth",
    "ssn": "Social security number",
    "license_number": "License number",
    "license_state": "License state",
    "license_issued_on": "License issued on",
    "license_expires_on": "License expires on",
    "license_2_number": "Second license number",
    "license_2_state": "Second license state",
    "license_2_expires_on": "Second license expires on",
    "license_3_number": "Third license number",
    "license_3_state": "Third license state",
    "license_3_expires_on": "Third license expires on",
    "caqh_id": "CAQH ID",
    "caqh_attested_on": "CAQH attested on",
    "dea_number": "DEA number",
    "dea_state": "DEA state",
    "dea_expires_on": "DEA expires on",
    "malpractice_carrier": "Malpractice carrier",
    "malpractice_policy": "Malpractice policy number",
    "malpractice_starts_on": "Malpractice begins on",
    "malpractice_expires_on": "Malpractice expires on",
    "malpractice_limits": "Malpractice limits (1M/3M)",
    "malpractice_each": "Malpractice limit per claim",
    "malpractice_total": "Malpractice limit in total",
    "medicare_ptan": "Medicare PTAN",
    "medicaid_id": "Medicaid ID",
    "languages": "Languages",
    "email": "E-mail",
    "phone": "Phone",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP code",
    "external_id": "Your own ID",
    "row": "Whole row",
}
IMPORT_WORDS = {
    "queued": ("Waiting for its turn", "waiting"),
    "reading": ("Being read", "waiting"),
    "needs_mapping": ("Needs a word from you", "attention"),
    "preview": ("Preview, nothing written yet", "attention"),
    "applying": ("Being taken over", "waiting"),
    "done": ("Done", "good"),
    "failed": ("Could not be read", "blocked"),
    "discarded": ("Discarded", "neutral"),
}
HOW_WORDS = {
    "memory": "as you said last time",
    "name": "guessed from its name",
    "values": "guessed from its values",
}
OUTCOME_WORDS = {
    "created": ("New", "good"),
    "updated": ("Changed", "attention"),
    "unchanged": ("As before", "neutral"),
    "rejected": ("Rejected", "blocked"),
}


def _crumbs(clinic_id: UUID, *more: tuple[str, str | None]) -> None:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        *more,
    )


def _import_crumb(clinic_id: UUID) -> tuple[str, str | None]:
    return "Import roster", url_for("providers.import_page", clinic_id=clinic_id)


def in_words(text: str) -> str:
    """What a source or a file says, with every date as people write it."""
    today = clinic_today()
    return re.sub(
        r"\b(\d{4})-(\d{2})-(\d{2})\b", lambda found: words.human_date(date.fromisoformat(found[0]), today), text
    )


def coming_in_tabs(clinic_id: UUID) -> list[dict[str, Any]]:
    """The ways in, for the tabs of their pages."""
    pages = (("Roster", "providers.import_page", ROSTER_IMPORT), ("CAQH ProView", "incoming.caqh_page", CAQH_IMPORT))
    return [
        {"label": label, "url": url_for(endpoint, clinic_id=clinic_id), "is_current": request.endpoint == endpoint}
        for label, endpoint, permission in pages
        if may(permission)
    ]


@bp.get("/c/<uuid:clinic_id>/providers/import")
@access(ROSTER_IMPORT)
def import_page(clinic_id: UUID) -> ResponseReturnValue:
    """Where rosters are dropped, which are there, and what earlier ones brought."""
    _crumbs(clinic_id, ("Import roster", None))
    return render(
        "providers/import.html",
        clinic_id=clinic_id,
        tabs=coming_in_tabs(clinic_id),
        documents=list_documents(kind="roster", limit=10),
        imports=services.latest_imports(),
        words=IMPORT_WORDS,
    )


@bp.get("/c/<uuid:clinic_id>/providers/import/<uuid:document_id>")
@access(ROSTER_IMPORT, session=False)
def mapping_page(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """What we make of each column, with the first rows, before anything is taken over."""
    return _mapping(clinic_id, document_id, None)


@bp.post("/c/<uuid:clinic_id>/providers/import/<uuid:document_id>/check")
@access(ROSTER_IMPORT, session=False)
def check_columns(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Read the first rows again with the meaning that a person chose for each column."""
    return _mapping(clinic_id, document_id, _chosen())


def _mapping(clinic_id: UUID, document_id: UUID, choice: _Choice | None) -> ResponseReturnValue:
    with unit_of_work(actor().scope_in(member())):
        document, memory = get_document(document_id), column_memory()
        today = clock.today(get_clinic().timezone)
    if document.status != "available":
        flash(
            f"{document.filename} is {document.status.replace('_', ' ')}. It can be read once it is available.", "error"
        )
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    try:
        found = rosters.preview(
            document.object_key, memory=memory, choice=choice.mapping if choice else None, today=today
        )
    except rosters.UnreadableRoster as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    _crumbs(clinic_id, _import_crumb(clinic_id), (document.filename, None))
    context = _mapping_context(clinic_id, document, found, choice)
    if request.headers.get("HX-Target") == "mapping":
        return render_block("providers/mapping.html", "mapping", **context)
    return render("providers/mapping.html", **context), 422 if choice and choice.problems else 200


def _mapping_context(
    clinic_id: UUID, document: Document, found: rosters.Preview, choice: _Choice | None
) -> dict[str, Any]:
    chosen = {header: field for field, header in found.choice.items()}
    lacking = [FIELD_LABELS[field] for field in found.missing]
    problems = list(choice.problems) if choice else []
    wrong = [FIELD_LABELS[name] for name, check in found.checks.items() if check.is_wrong]
    return {
        "clinic_id": clinic_id,
        "document": document,
        "chosen": chosen,
        "fields": [(field, FIELD_LABELS[field]) for field in FIELDS],
        "missing": lacking,
        "problems": problems,
        "wrong": wrong,
        "columns": _columns(found, chosen),
        "how_words": HOW_WORDS,
        "preamble": " / ".join(filter(None, (line.strip(" ;,|\t") for line in found.preamble))),
    }


def _columns(found: rosters.Preview, chosen: dict[str, str]) -> list[dict[str, Any]]:
    columns = []
    for index, header in enumerate(found.headers):
        if not header.strip():
            continue
        field = chosen.get(header, "")
        samples = [row[index] for row in found.samples if index < len(row) and row[index]][:3]
        samples = [_sample(field, text) for text in samples]
        columns.append(
            {
                "index": index,
                "header": header,
                "samples": samples,
                "field": field,
                "how": found.how.get(field, ""),
                "check": found.checks.get(field),
            }
        )
    return columns


def _sample(field: str, text: str) -> str:
    """A cell as the page may show it: secret ones masked, also where nobody has said yet that they are secret."""
    if field == "birth_on":
        return re.sub(r"[0-9A-Za-z]", "•", text)
    is_secret = field in {"ssn", "dea_number"} or re.fullmatch(r"\d{3}-?\d{2}-?\d{4}", text.strip())
    return mask(text) if is_secret else text


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a person chose for each column, and what is wrong with the choice by itself."""

    headers: tuple[str, ...]
    mapping: dict[str, str]
    problems: tuple[str, ...]


def _chosen() -> _Choice:
    mapping: dict[str, str] = {}
    problems, headers = [], []
    for name, field in request.form.items():
        if not name.startswith("column-"):
            continue
        header = request.form.get(name.replace("column-", "header-"), "")
        headers.append(header)
        if field in mapping:
            problems.append(
                f"Two columns are marked as {FIELD_LABELS.get(field, field)}: {mapping[field]} and {header}. Choose one."
            )
        elif field in FIELDS:
            mapping[field] = header
    return _Choice(tuple(headers), mapping, tuple(problems))


@bp.post("/c/<uuid:clinic_id>/providers/import/<uuid:document_id>")
@access(ROSTER_IMPORT, session=False)
def start(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Keep what the columns mean and have the preview made; nothing is written to any file yet."""
    choice = _chosen()
    lacks_name = "full_name" not in choice.mapping and not {"first_name", "last_name"} <= choice.mapping.keys()
    if choice.problems or lacks_name or "npi" not in choice.mapping:
        return _mapping(clinic_id, document_id, choice)
    try:
        with unit_of_work(actor().scope_in(member())):
            made = services.start_import(document_id=document_id, mapping=choice.mapping, preview=True)
            remember_columns(choice.headers, choice.mapping)
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.import_page", clinic_id=clinic_id))
    return redirect(url_for("providers.result_page", clinic_id=clinic_id, import_id=made.id))


@bp.get("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>")
@access(ROSTER_IMPORT)
def result_page(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """What each row of a roster would do; how far an import is; what became of each row."""
    found = services.get_import(import_id)
    _crumbs(clinic_id, _import_crumb(clinic_id), (found.filename, None))
    counts = outcome_counts(found.id)
    shown = request.args.get("show", "")
    if shown not in OUTCOME_WORDS:
        shown = next((name for name in ("rejected", "updated", "created") if counts[name]), "")
    after = number_cursor()
    rows = rows_of(found.id, outcome=shown, after=-1 if after is None else after, limit=ROWS_SHOWN + 1)
    page = sliced(rows, ROWS_SHOWN, "position")
    return render(
        "providers/result.html",
        clinic_id=clinic_id,
        found=found,
        words=IMPORT_WORDS,
        outcome_words=OUTCOME_WORDS,
        is_open=found.status in {"queued", "reading", "applying"},
        counts=counts,
        shown=shown,
        rows=page.items,
        labels=FIELD_LABELS,
        said=in_words,
        next_cursor=page.next_cursor,
        is_first=after is None,
    )


@bp.post("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>/apply")
@access(ROSTER_IMPORT)
def apply_previewed(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """Take over what the preview shows."""
    try:
        services.apply_import(import_id)
    except Conflict as error:
        flash(error.detail, "error")
    return redirect(url_for("providers.result_page", clinic_id=clinic_id, import_id=import_id))


@bp.post("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>/discard")
@access(ROSTER_IMPORT)
def discard(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """Leave a previewed roster alone."""
    try:
        found = services.discard_import(import_id)
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash(f"{found.filename} was not taken over. Nothing was written.", "success")
    return redirect(url_for("providers.import_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>/providers/imports/<uuid:import_id>/rejects.csv")
@access(ROSTER_IMPORT, session=False)
def rejects_file(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """The rejected rows as they came, with what is wrong with each: correct them and send the file again."""
    return rejects_answer(import_id)
