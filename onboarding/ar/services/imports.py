"""Asking for an import, and what a person does with it: choose columns, change control totals, accept it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.outbox import OutboxRow, later, publish
from infra.problems import Conflict, invalid
from integrations.aging import FIELDS
from integrations.filetypes import X12
from onboarding.ar.models import ArImport
from onboarding.ar.services.comparing import compare
from onboarding.ar.states import ArImportStatus as S
from onboarding.ar.states import move
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

# Source: reference.yaml, ar_import.canonical_columns.
_CANONICAL = {
    "date_of_service": "service_on",
    "charge_amount": "charge",
    "client_external_id": "patient_account",
    "payer": "payer_name",
}
_X12_ENDINGS = (".835", ".837", ".edi", ".x12", ".era")
_HELD_BY = (S.QUEUED, S.READING, S.RECONCILING, S.TIED_OUT, S.ACCEPTED)


class NewerAccepted(Conflict):
    """A picture of a later day is accepted already; the older one would bring paid claims back."""

    code, title = "newer-aging-accepted", "A later aging report is accepted already"


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is asked for: a document, how to read it, and the totals that its source states (cents, rows)."""

    document_id: UUID
    format: str = "auto"
    mapping: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    allow_foreign_payee: bool = False
    control: Mapping[str, Any] = field(default_factory=dict)


def create_import(new: NewImport) -> ArImport:
    """Record an import and begin to read it; a document that is still being scanned is read as soon as it is available.

    A file that this clinic has already tied out or accepted, or that is being read, is recognized by its SHA-256: the
    new import then fails at once and points to the first. Publishes `ar_import.received` (`remittance.received` for an
    835). Raises `Conflict` for a document that cannot become available, `NotFound`, `Invalid`.
    """
    mapping = _checked_mapping(new.mapping)
    if new.format == "x12_837":
        raise invalid("format", "Claim files (837) cannot be imported yet. Send an aging file or an 835.")
    document = get_document(new.document_id, lock=True)
    if document.status not in {DocumentStatus.AVAILABLE, DocumentStatus.SCANNING}:
        raise Conflict(f"This file is {document.status.replace('_', ' ')}; it can be imported when it is available.")
    lock_clinic()
    same = _same_file(document.sha256)
    made = ArImport(
        document_id=document.id,
        filename=document.filename,
        file_sha256=document.sha256,
        wanted_format=new.format,
        as_of=new.as_of,
        allow_foreign_payee=new.allow_foreign_payee,
        mapping=mapping,
        control={name: value for name, value in new.control.items() if value not in (None, {})},
    )
    db().add(made)
    if same is not None:
        made.status, made.same_file_as = S.FAILED.value, same.id
        made.error = (
            f"This is the same file as {same.filename}, imported on {same.created_at:%b} {same.created_at.day}."
        )
        db().flush()
        record("ar_import.recognized", f"sent {made.filename} a second time", **_subject(made))
        return made
    db().flush()
    if document.status == DocumentStatus.AVAILABLE:
        _start(made)
    noun = "remittance" if _is_x12(document, new.format) else "ar_import"
    record(f"{noun}.received", f"asked to import {made.filename}", **_subject(made))
    publish(f"{noun}.received", import_id=str(made.id), document_id=str(document.id))
    return made


def lock_clinic() -> None:
    """Let one transaction at a time decide over this clinic's imports: what is recognized twice is so also in a race."""
    db().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"ar_import:{current_tenant()}"}
    )


def _is_x12(document: Document, wanted: str) -> bool:
    return (
        wanted == "x12_835"
        or document.detected_type == X12
        or (wanted == "auto" and document.filename.lower().endswith(_X12_ENDINGS))
    )


def _same_file(sha256: str) -> ArImport | None:
    return (
        db()
        .scalars(
            select(ArImport)
            .where(
                ArImport.tenant_id == current_tenant(), ArImport.file_sha256 == sha256, ArImport.status.in_(_HELD_BY)
            )
            .order_by(ArImport.id)
            .limit(1)
        )
        .first()
    )


def _start(row: ArImport) -> None:
    row.job_id = later("onboarding.import_ar", {"import_id": str(row.id)})


def _subject(row: ArImport) -> dict[str, Any]:
    return {"subject_kind": "ar_import", "subject_id": row.id}


def _checked_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping with the fields' own names; the canonical column names of an AR load are understood too."""
    chosen = {_CANONICAL.get(name, name): header for name, header in mapping.items()}
    unknown = sorted(set(chosen) - set(FIELDS))
    if unknown:
        raise invalid(f"mapping/{unknown[0]}", f"There is no field {unknown[0]}. Fields are: {', '.join(FIELDS)}.")
    return chosen


def document_checked(document_id: UUID, *, available: bool) -> None:
    """Begin the imports that waited for the scan of this document, or fail them when it was put in quarantine."""
    waiting = db().scalars(
        select(ArImport)
        .where(
            ArImport.tenant_id == current_tenant(),
            ArImport.document_id == document_id,
            ArImport.status == S.QUEUED,
            ArImport.job_id.is_(None),
        )
        .with_for_update()
    )
    for row in waiting:
        if available:
            _start(row)
        else:
            row.status = move(S.QUEUED, S.FAILED, reason="quarantined").value
            row.error = "The virus scan set this file aside, so it was not read."


def get_import(import_id: UUID, *, lock: bool = False) -> ArImport:
    """One import of this clinic. Raises `NotFound`."""
    return find(ArImport, import_id, lock=lock)


def list_imports(*, limit: int, after: UUID | None = None) -> Sequence[ArImport]:
    """Imports of this clinic, newest first, older than the one with id `after`."""
    query = select(ArImport).where(ArImport.tenant_id == current_tenant())
    if after is not None:
        query = query.where(ArImport.id < after)
    return db().scalars(query.order_by(ArImport.id.desc()).limit(limit)).all()


def files_to_import(limit: int = 20) -> Sequence[Document]:
    """Tables and X12 files of this clinic that nobody has imported yet, newest first."""
    is_imported = (
        select(ArImport.id)
        .where(ArImport.tenant_id == current_tenant(), ArImport.document_id == Document.id)
        .correlate(Document)
        .exists()
    )
    query = select(Document).where(
        Document.tenant_id == current_tenant(),
        Document.kind.in_(("ar_aging", "remittance")),
        Document.status.in_((DocumentStatus.AVAILABLE, DocumentStatus.SCANNING)),
        Document.review_status != "rejected",
        ~is_imported,
    )
    return db().scalars(query.order_by(Document.id.desc()).limit(limit)).all()


def set_mapping(import_id: UUID, *, mapping: Mapping[str, str], as_of: date | None = None) -> ArImport:
    """Say what the columns mean, `{field: header}`, and read the file (again). Raises `Invalid`, `NotAllowed`."""
    row = get_import(import_id, lock=True)
    chosen = _checked_mapping(mapping)
    headers = row.columns.get("headers")
    for name, header in chosen.items():
        if headers and header.strip() not in [each.strip() for each in headers]:
            raise invalid(f"mapping/{name}", f"The file has no column {header}.")
    if len({header.strip() for header in chosen.values()}) != len(chosen):
        raise invalid("mapping", "One column is given to two fields.")
    row.status = move(S(row.status), S.QUEUED).value
    row.mapping, row.error = chosen, None
    row.as_of = as_of or row.as_of
    _start(row)
    record("ar_import.mapped", f"said what the columns of {row.filename} mean", **_subject(row))
    return row


def set_control(import_id: UUID, *, control: Mapping[str, Any]) -> ArImport:
    """Change the totals to compare with and compare again. Raises `Conflict` unless the file is read and not yet accepted."""
    row = get_import(import_id, lock=True)
    if row.status not in {S.READY, S.TIED_OUT}:
        raise Conflict(f"This import is {row.status.replace('_', ' ')}; totals are compared when it has been read.")
    row.control = {name: value for name, value in control.items() if value not in (None, {})}
    record("ar_import.control_changed", f"changed the control totals of {row.filename}", **_subject(row))
    settle(row)
    return row


def settle(row: ArImport) -> None:
    """Compare a read import with its control totals and move it to tied out or ready. Publishes `ar_import.tied_out`."""
    is_tied = compare(row)
    before, to = S(row.status), S.TIED_OUT if is_tied else S.READY
    if before is not to:
        row.status = move(before, to, differences=len(row.differences)).value
    db().flush()
    if to is S.TIED_OUT and before is not S.TIED_OUT:
        record("ar_import.tied_out", f"tied {row.filename} out to the cent", **_subject(row))
        _tell(row, "tied_out")


def _tell(row: ArImport, verb: str) -> None:
    noun = "remittance" if row.is_remittance else "ar_import"
    publish(f"{noun}.{verb}", import_id=str(row.id), document_id=str(row.document_id))


def tell_read(row: ArImport) -> None:
    """Publish `ar_import.read`, or `remittance.read` for an 835."""
    _tell(row, "read")


def accept_import(import_id: UUID, *, reason: str = "", keep_earlier: bool = False) -> ArImport:
    """Take an import over into the clinic's receivables. Publishes `ar_import.accepted`.

    An aging report is a picture of one day, so the accepted one replaces earlier ones; `keep_earlier` adds it to them
    instead (two systems, each with its own report). Raises `NotAllowed` (409) unless it is ready or tied out,
    `EvidenceMissing` for differences without a reason, `NewerAccepted`.
    """
    lock_clinic()
    row = get_import(import_id, lock=True)
    row.status = move(S(row.status), S.ACCEPTED, differences=len(row.differences), reason=reason).value
    if not row.is_remittance and not keep_earlier:
        _replace_earlier(row)
    row.accepted_by_name, row.accepted_at = current_scope().actor_name, clock.now()
    row.accepted_reason = reason.strip() or None
    db().flush()
    record(
        "ar_import.accepted",
        f"accepted {row.rows_accepted:,} rows of {row.filename}",
        **_subject(row),
        facts={
            "accepted_cents": row.accepted_cents,
            "differences": len(row.differences),
            "reason": row.accepted_reason,
        },
    )
    _tell(row, "accepted")
    return row


def _replace_earlier(row: ArImport) -> None:
    current = (
        ArImport.tenant_id == current_tenant(),
        ArImport.status == S.ACCEPTED,
        ArImport.format != "x12_835",
        ArImport.superseded_by.is_(None),
        ArImport.id != row.id,
    )
    newer = db().scalars(select(ArImport.filename).where(*current, ArImport.as_of > row.as_of).limit(1)).first()
    if newer is not None:
        raise NewerAccepted(f"{newer} is of a later day. Keep both only when they come from different systems.")
    db().execute(
        update(ArImport)
        .where(*current)
        .values(superseded_by=row.id, version=ArImport.version + 1)
        .execution_options(synchronize_session=False)
    )


def progress_of(rows: Sequence[ArImport]) -> dict[UUID, tuple[int, int]]:
    """How far the jobs of these imports are, by job, in one statement."""
    ids = [row.job_id for row in rows if row.job_id]
    if not ids:
        return {}
    found = db().execute(
        select(OutboxRow.id, OutboxRow.progress_done, OutboxRow.progress_total).where(
            OutboxRow.tenant_id == current_tenant(), OutboxRow.id.in_(ids)
        )
    )
    return {each.id: (each.progress_done, each.progress_total) for each in found}
