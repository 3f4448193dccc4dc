"""Pages of readings: the queue, one document with its page beside the fields, splitting, and how the machine did."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.providers.services import provider_names
from credentialing.reading import services
from credentialing.reading.permissions import READING_CONFIRM, READING_READ, READING_SETTINGS
from credentialing.reading.rules import FIELD_LABELS, SEALED_KINDS
from credentialing.reading.schemas import ConfirmFormSchema, ReadingSettingFormSchema
from credentialing.reading.services.splitting import Cut
from credentialing.reading.shown import choices_of_providers, field_rows, marks, percent_words, split_rows, what_is_open
from credentialing.requirements.catalog import load_catalog
from infra.db import unit_of_work
from infra.problems import Conflict, Invalid
from infra.web.chrome import add_to_place
from infra.web.pages import encode_cursor, errors_by_field, page_size, read_form, render, uuid_cursor
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.audit import record
from tenants.documents.labels import Work, kind_choices, kind_label, owners_of, set_work_lookup
from tenants.documents.models import Document
from tenants.documents.permissions import DOCUMENT_REVIEW
from tenants.documents.services import get_document

bp = Blueprint("reading", __name__, template_folder="templates")
add_to_place("reading", "documents.list_page")

STATUS_WORDS = {
    "queued": ("Waits to be read", "waiting"),
    "reading": ("Being read", "waiting"),
    "to_confirm": ("To confirm", "attention"),
    "unreadable": ("Cannot be read", "attention"),
    "confirmed": ("Confirmed", "good"),
    "split": ("Split", "neutral"),
    "closed": ("Judged", "neutral"),
}


def _work_of(documents: Sequence[Document]) -> Mapping[UUID, Work]:
    """What reading says of documents in a list."""
    clinic_id = member().clinic_id
    readings = services.readings_of([document.id for document in documents])
    names = provider_names([row.guessed_provider_id for row in readings.values() if row.guessed_provider_id])
    found = {}
    for document_id, reading in readings.items():
        word, tone = STATUS_WORDS[reading.status]
        address = url_for("reading.read_page", clinic_id=clinic_id, document_id=document_id)
        kind = (
            f"{len(reading.parts)} documents" if reading.parts else kind_label(reading.kind) if reading.kind else None
        )
        whose = names.get(reading.guessed_provider_id) if reading.guessed_provider_id else None
        problem = reading.problem if reading.status == "unreadable" else None
        found[document_id] = Work(word, tone, address if may(READING_CONFIRM) else None, problem, kind, whose)
    return found


set_work_lookup(_work_of, endpoint="reading.queue_page", permission=READING_CONFIRM, count=services.count_waiting)


@bp.get("/c/<uuid:clinic_id>/documents/to-confirm")
@access(READING_CONFIRM)
def queue_page(clinic_id: UUID) -> ResponseReturnValue:
    """What waits for a person, oldest first."""
    _crumbs(clinic_id, "To confirm")
    limit = page_size()
    found = services.waiting(limit=limit + 1, after=uuid_cursor())
    pairs, cursor = found[:limit], encode_cursor(found[limit - 1][0].id) if len(found) > limit else None
    guessed = [reading.guessed_provider_id for reading, _ in pairs if reading.guessed_provider_id]
    return render(
        "reading/queue.html",
        clinic_id=clinic_id,
        rows=pairs,
        next_cursor=cursor,
        count=services.count_waiting(),
        names=provider_names(guessed),
        kind_label=kind_label,
        what_is_open=what_is_open,
        now=services.progress(),
        is_first=not request.args.get("cursor"),
    )


@bp.get("/c/<uuid:clinic_id>/documents/reading-progress")
@access(READING_READ)
def progress(clinic_id: UUID) -> ResponseReturnValue:
    """How far the reading of what was dropped is; asks again while there is something to read, then lets lists load themselves."""
    now = services.progress()
    answer = render("reading/progress.html", clinic_id=clinic_id, now=now)
    headers = {"HX-Trigger": "upload:done"} if request.args.get("was") not in (None, str(now.open)) else {}
    return answer, 200, headers


@bp.get("/c/<uuid:clinic_id>/documents/<uuid:document_id>/read")
@access(READING_READ)
def read_page(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """One document: its page with the found text marked, beside the fields."""
    return _read_page(clinic_id, document_id)


def _read_page(clinic_id: UUID, document_id: UUID, error: Invalid | None = None) -> str:
    document, reading = get_document(document_id), services.get_reading(document_id)
    _crumbs(clinic_id, document.filename)
    given = request.form if error else request.args
    kind = given.get("kind") or (reading.said or {}).get("kind") or document.kind or reading.kind or ""
    kind = kind if kind in dict(kind_choices()) else ""
    fields = services.read_as(reading, kind) if kind else []
    pages = services.pages_of(reading)
    first = min((int(item["page"]) for item in fields), default=1)
    shown = _number(request.args.get("page"), first, len(pages))
    parts, original = services.parts_of(document.id)
    record(
        "document.viewed",
        f"looked at {document.filename}",
        subject_kind="document",
        subject_id=document.id,
        is_internal=True,
    )
    chosen = reading.provider_id or reading.guessed_provider_id
    return render(
        "reading/read.html",
        clinic_id=clinic_id,
        document=document,
        reading=reading,
        state=STATUS_WORDS[reading.status],
        kind=kind,
        kinds=kind_choices(),
        rows=field_rows(kind, fields, reading, request.form if error else None),
        pages=pages,
        page=next((row for row in pages if row.number == shown), None),
        shown=shown,
        marks=marks(fields, shown),
        providers=choices_of_providers(chosen),
        chosen=str(given.get("provider_id") or chosen or ""),
        requirement=load_catalog().documents.get(reading.requirement or ""),
        parts=parts,
        original=original,
        cuts=split_rows(reading),
        errors=errors_by_field(error),
        labels={**FIELD_LABELS, "kind": "What it is", "provider_id": "Whose"},
        kind_label=kind_label,
        percent_words=percent_words,
        may_confirm=may(READING_CONFIRM),
        may_review=may(DOCUMENT_REVIEW),
        waiting=services.count_waiting() if may(READING_CONFIRM) else 0,
        next_id=services.next_to_confirm(reading.id) if may(READING_CONFIRM) else None,
        sealed_kinds=SEALED_KINDS,
    )


def _number(text: str | None, otherwise: int, most: int) -> int:
    number = int(text) if text and re.fullmatch(r"[0-9]{1,3}", text) else otherwise
    return max(1, min(number, max(most, 1)))


@bp.post("/c/<uuid:clinic_id>/documents/<uuid:document_id>/read")
@access(READING_CONFIRM)
def confirm(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Confirm or correct, and go on to the next."""
    reading = services.get_reading(document_id)
    try:
        form = read_form(ConfirmFormSchema())
        own = ("kind", "provider_id", "then", "accept")
        values = {name: value for name, value in form.items() if name not in own}
        said = services.Said(form["kind"], form.get("provider_id"), values)
        services.confirm_reading(document_id, said, accept=may(DOCUMENT_REVIEW))
    except Invalid as error:
        return _read_page(clinic_id, document_id, error), 422
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("reading.read_page", clinic_id=clinic_id, document_id=document_id))
    document = get_document(document_id)
    whose = owners_of([document.provider_id]).get(document.provider_id) if document.provider_id else None
    flash(f"{document.filename} is {kind_label(form['kind'])}{' of ' + whose.name if whose else ''}.", "success")
    following = services.next_to_confirm(reading.id)
    if following is None:
        return redirect(url_for("reading.queue_page", clinic_id=clinic_id))
    return redirect(url_for("reading.read_page", clinic_id=clinic_id, document_id=following))


@bp.post("/c/<uuid:clinic_id>/documents/<uuid:document_id>/read/again")
@access(READING_CONFIRM)
def again(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Read the document once more."""
    try:
        services.read_again(document_id)
        flash("The file is read again. You can go on with the next.", "info")
    except Conflict as error:
        flash(error.detail, "error")
    return redirect(url_for("reading.read_page", clinic_id=clinic_id, document_id=document_id))


@bp.post("/c/<uuid:clinic_id>/documents/<uuid:document_id>/read/split")
@access(READING_CONFIRM)
def split(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Cut the file before every page that was ticked."""
    reading = services.get_reading(document_id)
    starts = sorted({1, *(int(text) for text in request.form.getlist("starts") if re.fullmatch(r"[0-9]{1,3}", text))})
    ends = [*(start - 1 for start in starts[1:]), reading.pages_total]
    proposed = {part["first"]: part.get("kind") for part in reading.parts}
    cuts = [Cut(first, last, proposed.get(first)) for first, last in zip(starts, ends, strict=True)]
    try:
        services.ask_split(document_id, cuts)
    except (Conflict, Invalid) as error:
        flash(error.errors[0].detail if isinstance(error, Invalid) and error.errors else error.detail, "error")
        return redirect(url_for("reading.read_page", clinic_id=clinic_id, document_id=document_id))
    flash(f"The file is split into {len(cuts)} documents; each appears here when it has been read.", "success")
    return redirect(url_for("reading.queue_page", clinic_id=clinic_id))


@bp.get("/c/<uuid:clinic_id>/documents/<uuid:document_id>/pages/<int:number>.png")
@access(READING_READ, session=False)
def picture(clinic_id: UUID, document_id: UUID, number: int) -> ResponseReturnValue:
    """Send the browser to the picture of a page for a minute."""
    with unit_of_work(actor().scope_in(member())):
        made = services.page_picture(document_id, number)
    return redirect(made.url)


@bp.get("/c/<uuid:clinic_id>/documents/reading-report")
@access(READING_CONFIRM)
def report_page(clinic_id: UUID) -> ResponseReturnValue:
    """How the machine did, and whether sure readings are accepted by themselves."""
    return _report(clinic_id)


def _report(clinic_id: UUID, error: Invalid | None = None) -> str:
    _crumbs(clinic_id, "How well reading works")
    return render(
        "reading/report.html",
        clinic_id=clinic_id,
        report=services.machine_report(),
        setting=services.setting(),
        may_set=may(READING_SETTINGS),
        labels=FIELD_LABELS,
        kind_label=kind_label,
        errors=errors_by_field(error),
    )


@bp.post("/c/<uuid:clinic_id>/documents/reading-report")
@access(READING_SETTINGS)
def change_setting(clinic_id: UUID) -> ResponseReturnValue:
    """Switch accepting by itself on or off."""
    try:
        form = read_form(ReadingSettingFormSchema())
        services.change_setting(auto_accept=form["auto_accept"], threshold=form["threshold"])
    except Invalid as error:
        return _report(clinic_id, error), 422
    flash("Saved.", "success")
    return redirect(url_for("reading.report_page", clinic_id=clinic_id))


def _crumbs(clinic_id: UUID, last: str) -> None:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Documents", url_for("documents.list_page", clinic_id=clinic_id)),
        (last, None),
    )
