"""Pages of documents: the list with what is to do, one document with its review, and the way to its bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from infra.problems import Conflict, Invalid
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, is_htmx, page_size, read_form, render, render_block, sliced, uuid_cursor
from tenants.access.chrome import clinic_today, crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.documents import services, uploads
from tenants.documents.labels import Work, kind_choices, kind_label, owners_of, work_place
from tenants.documents.models import Document
from tenants.documents.permissions import DOCUMENT_READ, DOCUMENT_REVIEW, DOCUMENT_UPLOAD
from tenants.documents.schemas import ReviewFormSchema, SortSchema

bp = Blueprint("documents", __name__, template_folder="templates")
add_to_navigation(NavEntry("Documents", "documents.list_page", DOCUMENT_READ, 70, "documents"))

SHOWN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "to_review": ("To review", "attention", {"statuses": ["available"], "review": "pending", "reviewable": True}),
    "awaiting_upload": ("On its way", "waiting", {"statuses": ["awaiting_upload"]}),
    "scanning": ("Being scanned", "waiting", {"statuses": ["scanning"]}),
    "received": ("Received", "good", {"statuses": ["available"], "review": "pending", "reviewable": False}),
    "accepted": ("Accepted", "good", {"statuses": ["available"], "review": "accepted"}),
    "rejected": ("Rejected", "blocked", {"statuses": ["available"], "review": "rejected"}),
    "quarantined": ("Quarantined", "blocked", {"statuses": ["quarantined"]}),
}
"""What the list can be narrowed to: the word, its tone, and what that asks of the service."""


@bp.get("/c/<uuid:clinic_id>/documents")
@access(DOCUMENT_READ)
def list_page(clinic_id: UUID) -> ResponseReturnValue:
    """Documents, newest first, and where new ones are dropped."""
    return _list(clinic_id)


def _list(clinic_id: UUID, **more: Any) -> str:
    crumbs((member().clinic_name, home_of(member())), ("Documents", None))
    limit = page_size()
    show, search = request.args.get("show", ""), request.args.get("q", "")
    narrowed = SHOWN[show][2] if show in SHOWN else {}
    page = sliced(services.list_documents(limit=limit + 1, after=uuid_cursor(), search=search, **narrowed), limit)
    counts = services.count_by_state()
    context = {
        "clinic_id": clinic_id,
        "documents": page.items,
        "next_cursor": page.next_cursor,
        "owners": owners_of([document.provider_id for document in page.items if document.provider_id]),
        "counts": counts,
        "chips": _chips(clinic_id, show, counts),
        "show": show,
        "search": search,
        "is_first": not request.args.get("cursor"),
        "work": _work_of(page.items),
        "tabs": document_tabs(clinic_id),
        **_words(),
    }
    return render("documents/list.html", **context, **more)


def _work_of(documents: list[Document]) -> Mapping[UUID, Work]:
    place = work_place()
    return place.lookup(documents) if place else {}


def document_tabs(clinic_id: UUID) -> list[dict[str, Any]]:
    """All files, and beside them the page where people go on with what was read; empty when there is none for this person."""
    place = work_place()
    if place is None or not may(place.permission):
        return []
    files = url_for("documents.list_page", clinic_id=clinic_id)
    waiting = url_for(place.endpoint, clinic_id=clinic_id)
    return [
        {"label": "All files", "url": files, "is_current": request.path == files},
        {"label": "To confirm", "url": waiting, "is_current": request.path == waiting, "count": place.count()},
    ]


def _chips(clinic_id: UUID, show: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    address = url_for("documents.list_page", clinic_id=clinic_id)
    every = {"label": "All", "url": address, "is_current": show not in SHOWN, "count": sum(counts.values())}
    return [every] + [
        {"label": words[0], "url": f"{address}?show={name}", "is_current": show == name, "count": counts.get(name, 0)}
        for name, words in SHOWN.items()
        if counts.get(name) or show == name
    ]


def _words() -> dict[str, Any]:
    return {
        "shown": SHOWN,
        "kind_label": kind_label,
        "state_of": lambda document: services.shown_state(document.status, document.review_status, document.kind),
        "upload_permission": DOCUMENT_UPLOAD,
        "review_permission": DOCUMENT_REVIEW,
    }


@bp.get("/c/<uuid:clinic_id>/documents/<uuid:document_id>")
@access(DOCUMENT_READ)
def document_page(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """One document: at the side of whatever page asked for it, or on the list under its own address."""
    return _document(clinic_id, services.get_document(document_id))


def _document(clinic_id: UUID, document: Document, error: Invalid | None = None) -> str:
    back = _local(request.values.get("back"), url_for("documents.list_page", clinic_id=clinic_id))
    facts = {
        "document": document,
        "clinic_day": clinic_today(),
        "owner": owners_of([document.provider_id]).get(document.provider_id) if document.provider_id else None,
        "kinds": kind_choices(),
        "back": back,
        "panel_work": _work_of([document]).get(document.id),
        "errors": errors_by_field(error),
        "values": request.form if error else {},
    }
    if request.headers.get("HX-Target") == "panel":
        return render_block("documents/panel.html", "details", clinic_id=clinic_id, **facts, **_words())
    return _list(clinic_id, **facts)


def _local(path: str | None, otherwise: str) -> str:
    return path if path and re.match(r"^/[^/\\]", path) else otherwise


def _back(path: str | None, clinic_id: UUID) -> ResponseReturnValue:
    """Go on where the form was opened; htmx is told, because it would swap the page into the panel."""
    address = _local(path, url_for("documents.list_page", clinic_id=clinic_id))
    return ("", 204, {"HX-Redirect": address}) if is_htmx() else redirect(address)


@bp.post("/c/<uuid:clinic_id>/documents/<uuid:document_id>/review")
@access(DOCUMENT_REVIEW)
def review(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Accept or reject a document."""
    document = services.get_document(document_id)
    try:
        form = read_form(ReviewFormSchema())
        services.review_document(
            document_id,
            accept=form["decision"] == "accepted",
            reason=form.get("reason"),
            expires_on=form.get("expires_on"),
            kind=form.get("kind"),
        )
    except Invalid as error:
        return _document(clinic_id, document, error), 422
    verb = "accepted" if form["decision"] == "accepted" else "rejected; the uploader reads your reason"
    flash(f"{document.filename} is {verb}.", "success")
    return _back(form.get("back"), clinic_id)


@bp.post("/c/<uuid:clinic_id>/documents/<uuid:document_id>/sort")
@access(DOCUMENT_UPLOAD)
def sort(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Say what a document is."""
    document = services.get_document(document_id)
    try:
        form = read_form(SortSchema())
        services.sort_document(document_id, kind=form["kind"])
    except Invalid as error:
        return _document(clinic_id, document, error), 422
    flash(f"{document.filename} is filed as {kind_label(form['kind'])}.", "success")
    return _back(form.get("back"), clinic_id)


@bp.get("/c/<uuid:clinic_id>/documents/<uuid:document_id>/file")
@access(DOCUMENT_READ, session=False)
def download(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Send the browser to the bytes for a minute; only of what passed the scan."""
    try:
        made = uploads.start_download(actor().scope_in(member()), document_id)
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("documents.document_page", clinic_id=clinic_id, document_id=document_id))
    return redirect(made.url)
