"""Imports of rosters: asked for, previewed, applied, discarded; and what this clinic's columns mean. The sums always add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from credentialing.providers.models import RosterColumn, RosterImport, RosterImportRow
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict
from integrations.roster import normalize
from tenants.audit import record
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

READ_TOPIC = "credentialing.import_roster"
APPLY_TOPIC = "credentialing.apply_roster"
OUTCOMES = ("created", "updated", "unchanged", "rejected")
_UNDER_WAY = frozenset({"queued", "reading", "applying"})


def start_import(*, document_id: UUID, mapping: Mapping[str, str] | None = None, preview: bool = False) -> RosterImport:
    """Have a roster read: a stored, scanned document. `mapping` is `{field: column name}`; without it the columns are guessed,
    with what this clinic said of them before. With `preview` nothing is written until `apply_import`.

    Raises `NotFound`, and `Conflict` for a file that has not passed the scan.
    """
    document = get_document(document_id)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict(
            f"This file is {document.status.replace('_', ' ')}; a roster is read once the file is available."
        )
    made = RosterImport(
        id=uuid7(),
        document_id=document.id,
        filename=document.filename,
        is_previewed=preview,
        mapping=dict(mapping or {}),
        started_by_name=current_scope().actor_name,
    )
    db().add(made)
    db().flush()
    made.job_id = later(READ_TOPIC, {"import_id": str(made.id)}, dedupe_key=str(made.id))
    db().flush()
    return made


def apply_import(import_id: UUID) -> RosterImport:
    """Take over what the preview showed, in a job. Asking twice starts one job. Raises `NotFound`, `Conflict` without a preview."""
    found = get_import(import_id, lock=True)
    if found.status == "applying":
        return found
    if found.status != "preview":
        raise Conflict(f"Only a preview can be taken over; this import is {found.status.replace('_', ' ')}.")
    found.status, found.applied_by_name = "applying", current_scope().actor_name
    found.job_id = later(APPLY_TOPIC, {"import_id": str(found.id)}, dedupe_key=str(found.id))
    db().flush()
    return found


def discard_import(import_id: UUID) -> RosterImport:
    """Leave a previewed roster alone: nothing was written, and nothing will be. Raises `NotFound`, `Conflict`."""
    found = get_import(import_id, lock=True)
    if found.status not in {"preview", "needs_mapping"}:
        raise Conflict("Only a preview can be discarded.")
    found.status, found.finished_at = "discarded", clock.now()
    record(
        "roster.discarded",
        f"discarded the preview of {found.filename}",
        subject_kind="roster_import",
        subject_id=found.id,
    )
    return found


def get_import(import_id: UUID, *, lock: bool = False) -> RosterImport:
    """One import of this clinic. Raises `NotFound`."""
    return find(RosterImport, import_id, lock=lock)


def latest_imports(*, limit: int = 10) -> Sequence[RosterImport]:
    """The last imports of this clinic, newest first."""
    query = select(RosterImport).where(RosterImport.tenant_id == current_tenant())
    return db().scalars(query.order_by(RosterImport.created_at.desc(), RosterImport.id.desc()).limit(limit)).all()


def rows_of(import_id: UUID, *, outcome: str = "", after: int = -1, limit: int = 50) -> Sequence[RosterImportRow]:
    """Rows of an import in the order of the file, those after position `after`; only of one outcome when named."""
    query = select(RosterImportRow).where(
        RosterImportRow.tenant_id == current_tenant(),
        RosterImportRow.import_id == import_id,
        RosterImportRow.position > after,
    )
    if outcome:
        query = query.where(RosterImportRow.outcome == outcome)
    return db().scalars(query.order_by(RosterImportRow.position).limit(limit)).all()


def rejects_of(import_ids: Sequence[UUID], *, limit: int = 1000) -> dict[UUID, list[dict[str, object]]]:
    """Why rows of these imports were not taken: line, field and reason, in the order of the file; at most `limit` rows."""
    found: dict[UUID, list[dict[str, object]]] = {import_id: [] for import_id in import_ids}
    rows = db().execute(
        select(RosterImportRow.import_id, RosterImportRow.line, RosterImportRow.reasons)
        .where(
            RosterImportRow.tenant_id == current_tenant(),
            RosterImportRow.import_id.in_(import_ids),
            RosterImportRow.outcome == "rejected",
        )
        .order_by(RosterImportRow.import_id, RosterImportRow.position)
        .limit(limit)
    )
    for import_id, line, reasons in rows:
        found[import_id] += [{"line": line, **reason} for reason in reasons]
    return found


def outcome_counts(import_id: UUID) -> dict[str, int]:
    """How many rows of an import have which outcome."""
    rows = db().execute(
        select(RosterImportRow.outcome, func.count())
        .where(RosterImportRow.tenant_id == current_tenant(), RosterImportRow.import_id == import_id)
        .group_by(RosterImportRow.outcome)
    )
    found = {row[0]: row[1] for row in rows}
    return {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def begin_reading(import_id: UUID, *, total: int, mapping: Mapping[str, str]) -> RosterImport | None:
    """Note how many rows the file has and which column holds what. None when the import is over.

    A preview begins anew each time, for it writes nothing but itself.
    """
    found = get_import(import_id, lock=True)
    if found.status not in _UNDER_WAY:
        return None
    found.total, found.mapping = total, dict(mapping)
    if found.status == "queued":
        found.status = "reading"
    if found.is_previewed and found.status == "reading":
        found.will_create = found.will_update = found.will_stay = found.will_reject = 0
        db().execute(
            delete(RosterImportRow).where(
                RosterImportRow.tenant_id == current_tenant(), RosterImportRow.import_id == import_id
            )
        )
    db().flush()
    return found


def stop_import(import_id: UUID, *, status: str, failure: str) -> None:
    """End an import that cannot go on: `failed`, or `needs_mapping` when a person must say what the columns mean."""
    found = get_import(import_id, lock=True)
    if found.status in _UNDER_WAY:
        found.status, found.failure, found.finished_at = status, failure, clock.now()


def end_preview(import_id: UUID) -> None:
    """The preview is complete and waits for a person's word."""
    found = get_import(import_id, lock=True)
    if found.status == "reading":
        found.status = "preview"


def counts_of(found: RosterImport) -> dict[str, int]:
    """What became of the rows; `received` is the sum of the others."""
    return {
        "received": found.received,
        "created": found.created_count,
        "updated": found.updated_count,
        "unchanged": found.unchanged_count,
        "rejected": found.rejected_count,
    }


def preview_counts_of(found: RosterImport) -> dict[str, int]:
    """What the rows would do; `total` is the sum of the others once the preview is complete."""
    return {
        "total": found.total,
        "created": found.will_create,
        "updated": found.will_update,
        "unchanged": found.will_stay,
        "rejected": found.will_reject,
    }


def finish_import(import_id: UUID) -> None:
    """End an import whose rows are all applied. Publishes `roster.imported` with the counts."""
    found = get_import(import_id, lock=True)
    found.status, found.finished_at = "done", clock.now()
    counts = counts_of(found)
    record(
        "roster.imported",
        f"imported {found.filename}: {found.created_count} new, {found.updated_count} changed,"
        f" {found.unchanged_count} as before, {found.rejected_count} rejected",
        subject_kind="roster_import",
        subject_id=found.id,
        facts=counts,
    )
    publish("roster.imported", import_id=str(found.id), document_id=str(found.document_id), **counts)


def column_memory() -> dict[str, str]:
    """What this clinic said its columns mean: `{normalized header: field}`, an empty field for "leave out"."""
    rows = db().execute(
        select(RosterColumn.header, RosterColumn.field).where(RosterColumn.tenant_id == current_tenant())
    )
    return {row.header: row.field for row in rows}


def remember_columns(headers: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Keep what a person said of these columns, for this clinic's next roster. `mapping` is `{field: header}`."""
    meant = {normalize(header): "" for header in headers if header.strip()}
    meant |= {normalize(header): field for field, header in mapping.items()}
    rows = [
        {
            "tenant_id": current_tenant(),
            "id": uuid7(),
            "created_at": clock.now(),
            "header": header[:200],
            "field": field,
            "decided_by_name": current_scope().actor_name,
            "decided_at": clock.now(),
        }
        for header, field in meant.items()
        if header
    ]
    if not rows:
        return
    statement = insert(RosterColumn).values(rows)
    db().execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "header"],
            set_={name: statement.excluded[name] for name in ("field", "decided_by_name", "decided_at")},
        )
    )
