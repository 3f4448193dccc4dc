"""Pages of the AR transfer: files and their imports, one import from received to accepted, receivables, worklist, remittances."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from infra.problems import Conflict, Invalid, invalid
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, page_size, read_form, render, sliced, uuid_cursor
from infra.words import money
from integrations.aging import FIELDS
from onboarding.ar import pictures, services
from onboarding.ar.api import claim_cursor, rejects_response, wanted_claims
from onboarding.ar.models import ArImport
from onboarding.ar.permissions import AR_ACCEPT, AR_IMPORT, AR_READ
from onboarding.ar.schemas import AcceptForm, ControlForm, ImportForm
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, member

bp = Blueprint("ar", __name__, template_folder="templates")
add_to_navigation(NavEntry("AR", "ar.imports_page", AR_READ, 60, "ar"))

_REJECTS_SHOWN = 20
_FIRST_CLAIMS = 10


def _crumbs(clinic_id: UUID, *more: tuple[str, str | None]) -> None:
    here = url_for("ar.imports_page", clinic_id=clinic_id) if more else None
    crumbs((member().clinic_name, home_of(member())), ("AR", here), *more)


@bp.get("/c/<uuid:clinic_id>/ar")
@access(AR_READ)
def imports_page(clinic_id: UUID) -> ResponseReturnValue:
    """Where files are dropped, and every import with its totals."""
    return _imports(clinic_id)


def _imports(clinic_id: UUID, error: Invalid | None = None) -> str:
    _crumbs(clinic_id)
    limit = page_size()
    page = sliced(services.list_imports(limit=limit + 1, after=uuid_cursor()), limit)
    return render(
        "ar/imports.html",
        clinic_id=clinic_id,
        imports=page.items,
        next_cursor=page.next_cursor,
        is_first=not request.args.get("cursor"),
        choices=[(str(each.id), each.filename) for each in services.files_to_import()],
        states=pictures.STATES,
        tabs=pictures.tabs(clinic_id, "ar.imports_page"),
        errors=errors_by_field(error),
        values=request.form if error else {},
        import_permission=AR_IMPORT,
    )


@bp.post("/c/<uuid:clinic_id>/ar")
@access(AR_IMPORT)
def begin_import(clinic_id: UUID) -> ResponseReturnValue:
    """Import a file that was dropped."""
    try:
        made = services.create_import(services.NewImport(**read_form(ImportForm())))
    except Invalid as error:
        return _imports(clinic_id, error), 422
    return redirect(url_for("ar.import_page", clinic_id=clinic_id, import_id=made.id))


@bp.get("/c/<uuid:clinic_id>/ar/<uuid:import_id>")
@access(AR_READ)
def import_page(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """One import: the pipeline, what differs, what was rejected, and its acceptance."""
    return _import(services.get_import(import_id), clinic_id)


def _import(row: ArImport, clinic_id: UUID, error: Invalid | None = None, form: str = "") -> str:
    _crumbs(clinic_id, (row.filename, None))
    is_read = row.read_at is not None and row.status in {"ready", "tied_out", "accepted"}
    aging = services.aging_of(row) if is_read and not row.is_remittance else None
    payments = services.remittances_of(row.id) if is_read and row.is_remittance else []
    rejects = services.list_rejects(row.id, limit=_REJECTS_SHOWN) if is_read else []
    return render(
        "ar/import.html",
        clinic_id=clinic_id,
        row=row,
        is_read=is_read,
        progress=services.progress_of([row]).get(row.job_id, (0, 0)) if row.job_id else (0, 0),
        state=pictures.STATES[row.status],
        pipeline=pictures.pipeline(row),
        differences=pictures.differences(row, clinic_id),
        aging=aging,
        bars=pictures.bars(aging, lambda key: _rows_url(clinic_id, row.id, key)) if aging else [],
        summary=services.added_up(payments) if payments else None,
        rejects=[(each, services.reasons_of(each), services.original_text(each)) for each in rejects],
        sample=services.sample_rows(row) if row.status == "needs_mapping" else [],
        fields=[(name, pictures.FIELD_WORDS.get(name, name.replace("_", " ").capitalize())) for name in FIELDS],
        control=pictures.control_values(row),
        errors={"reason": error.detail} if error and form == "accept" else errors_by_field(error),
        refused_form=form,
        values=request.form if error else {},
        accept_permission=AR_ACCEPT,
        import_permission=AR_IMPORT,
    )


def _rows_url(clinic_id: UUID, import_id: UUID, payer_key: str) -> str:
    return url_for("ar.rows_page", clinic_id=clinic_id, import_id=import_id, payer=payer_key)


@bp.post("/c/<uuid:clinic_id>/ar/<uuid:import_id>/mapping")
@access(AR_IMPORT)
def map_columns(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """Say what the columns mean; reading goes on."""
    row = services.get_import(import_id)
    headers = row.columns.get("headers", [])
    chosen: dict[str, str] = {}
    try:
        for name in FIELDS:
            place = request.form.get(f"field-{name}", "")
            if place.isdigit() and int(place) < len(headers):
                chosen[name] = headers[int(place)]
        if not chosen:
            raise invalid("mapping", "Choose at least the columns of payer, date of service and balance.")
        services.set_mapping(import_id, mapping=chosen)
    except Invalid as error:
        return _import(row, clinic_id, error, "mapping"), 422
    return redirect(url_for("ar.import_page", clinic_id=clinic_id, import_id=import_id))


@bp.post("/c/<uuid:clinic_id>/ar/<uuid:import_id>/control")
@access(AR_IMPORT)
def change_control(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """Change the control totals and compare again."""
    try:
        row = services.set_control(import_id, **read_form(ControlForm()))
    except Invalid as error:
        return _import(services.get_import(import_id), clinic_id, error, "control"), 422
    if row.status == "tied_out":
        flash("Every total matches to the cent.", "success")
    return redirect(url_for("ar.import_page", clinic_id=clinic_id, import_id=import_id))


@bp.post("/c/<uuid:clinic_id>/ar/<uuid:import_id>/accept")
@access(AR_ACCEPT)
def accept(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """Take the import over."""
    try:
        row = services.accept_import(import_id, **read_form(AcceptForm()))
    except Invalid as error:
        return _import(services.get_import(import_id), clinic_id, error, "accept"), 422
    except Conflict as error:
        flash(error.detail, "error")
        return redirect(url_for("ar.import_page", clinic_id=clinic_id, import_id=import_id))
    flash(f"{row.rows_accepted:,} rows, {money(row.accepted_cents, exact=True)}, are taken over.", "success")
    return redirect(url_for("ar.import_page", clinic_id=clinic_id, import_id=import_id))


@bp.get("/c/<uuid:clinic_id>/ar/<uuid:import_id>/rejects.csv")
@access(AR_READ, session=False)
def rejects_file(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """The rejected rows as CSV."""
    return make_response(rejects_response(import_id))


@bp.get("/c/<uuid:clinic_id>/ar/<uuid:import_id>/rows")
@access(AR_READ)
def rows_page(clinic_id: UUID, import_id: UUID) -> ResponseReturnValue:
    """The rows behind a number: of one payer, of one bucket, or all."""
    row = services.get_import(import_id)
    limit, after = page_size(), request.args.get("after", "")
    payer, bucket = request.args.get("payer") or None, request.args.get("bucket") or None
    lines = services.lines_of(
        row.id, payer_key=payer, bucket=bucket, after=int(after) if after.isdigit() else None, limit=limit + 1
    )
    here = url_for("ar.import_page", clinic_id=clinic_id, import_id=import_id)
    _crumbs(clinic_id, (row.filename, here), ("Rows", None))
    return render(
        "ar/rows.html",
        clinic_id=clinic_id,
        row=row,
        lines=lines[:limit],
        older=url_for(
            "ar.rows_page",
            clinic_id=clinic_id,
            import_id=import_id,
            payer=payer,
            bucket=bucket,
            after=lines[limit - 1].line_number,
        )
        if len(lines) > limit
        else None,
        payer=row.totals.get("labels", {}).get(payer, payer) if payer else None,
        bucket=bucket,
    )


@bp.get("/c/<uuid:clinic_id>/ar/receivables")
@access(AR_READ)
def overview_page(clinic_id: UUID) -> ResponseReturnValue:
    """Receivables by payer and age, what a filing limit endangers, and the first claims to work."""
    _crumbs(clinic_id, ("Receivables", None))
    aging = services.aging()
    due = services.claims(services.ClaimQuery(due_within=30), limit=_FIRST_CLAIMS)
    return render(
        "ar/receivables.html",
        clinic_id=clinic_id,
        aging=aging,
        bars=pictures.bars(aging, lambda key: url_for("ar.worklist_page", clinic_id=clinic_id, payer=key, show="all")),
        due=due,
        risk=services.filing_risk(),
        dispositions=pictures.DISPOSITIONS,
        tabs=pictures.tabs(clinic_id, "ar.overview_page"),
    )


@bp.get("/c/<uuid:clinic_id>/ar/worklist")
@access(AR_READ)
def worklist_page(clinic_id: UUID) -> ResponseReturnValue:
    """Claims by deadline, balance or age, each with what to do."""
    _crumbs(clinic_id, ("Worklist", None))
    limit = page_size()
    show = request.args.get("show", "due")
    payer = request.args.get("payer") or None
    wanted = wanted_claims(payer_key=payer, due_within=30 if show == "due" else None)
    found = services.claims(wanted, limit=limit + 1)
    asked: dict[str, Any] = {"show": show, "payer": payer, "bucket": wanted.bucket, "sort": wanted.sort}
    cursor = claim_cursor(found, wanted.sort, limit)
    return render(
        "ar/worklist.html",
        clinic_id=clinic_id,
        claims=found[:limit],
        risk=services.filing_risk(),
        show=show,
        chips=pictures.worklist_chips(clinic_id, asked),
        sorts=pictures.sort_chips(clinic_id, asked),
        dispositions=pictures.DISPOSITIONS,
        payer=found[0].line.payer_name if payer and found else payer,
        older=url_for("ar.worklist_page", clinic_id=clinic_id, cursor=cursor, **asked) if cursor else None,
        tabs=pictures.tabs(clinic_id, "ar.worklist_page"),
    )


@bp.get("/c/<uuid:clinic_id>/remittances/<uuid:remittance_id>")
@access(AR_READ)
def remittance_page(clinic_id: UUID, remittance_id: UUID) -> ResponseReturnValue:
    """What an 835, or one payment in it, comes to."""
    payments = services.remittances_of(remittance_id)
    row = services.get_import(payments[0].import_id)
    here = url_for("ar.import_page", clinic_id=clinic_id, import_id=row.id)
    title = payments[0].trace or "Remittance"
    _crumbs(clinic_id, (row.filename, here), (title, None))
    return render(
        "ar/remittance.html",
        clinic_id=clinic_id,
        row=row,
        title=title,
        payments=payments,
        summary=services.added_up(payments),
    )
