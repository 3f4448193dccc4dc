"""The rows that were not taken over, as a CSV file that a spreadsheet may open without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from infra.crypto import decrypt
from infra.db import Scope, current_tenant, db, unit_of_work
from infra.spreadsheets import csv_lines
from onboarding.ar.models import ArReject
from onboarding.ar.reading import reject_place
from tenants.audit import record

_PAGE = 500
_HEADER = ("line", "outcome", "reasons", "balance", "original_text")


def rejects_csv(scope: Scope, import_id: UUID) -> Iterator[str]:
    """Yield the CSV in pieces, each read in its own short transaction."""
    yield csv_lines([_HEADER])
    after = -1
    while True:
        with unit_of_work(scope):
            rows = list_rejects(import_id, after=after, limit=_PAGE)
            piece = csv_lines(map(_cells, rows))
        if piece:
            yield piece
        if len(rows) < _PAGE:
            return
        after = rows[-1].line_number


def note_download(import_id: UUID) -> None:
    """Note in the audit trail that the rejected rows, which name patients, were taken out."""
    record(
        "ar_import.rejects_downloaded", "downloaded the rejected rows", subject_kind="ar_import", subject_id=import_id
    )


def list_rejects(import_id: UUID, *, after: int = -1, limit: int) -> list[ArReject]:
    """Rejected and repeated rows in the order of the file, after line `after`."""
    return list(
        db().scalars(
            select(ArReject)
            .where(
                ArReject.tenant_id == current_tenant(), ArReject.import_id == import_id, ArReject.line_number > after
            )
            .order_by(ArReject.line_number)
            .limit(limit)
        )
    )


def original_text(row: ArReject) -> str:
    """The row as it stood in the file."""
    return decrypt(row.sealed_text, tenant_id=row.tenant_id, place=reject_place(row.id))


def reasons_of(row: ArReject) -> str:
    """All reasons in one sentence."""
    return "; ".join(each["reason"] for each in row.reasons)


def _cells(row: ArReject) -> tuple[str, ...]:
    balance = "" if row.balance_cents is None else _dollars(row.balance_cents)
    return (
        str(row.line_number),
        row.outcome,
        "; ".join(f"{each['field']}: {each['reason']}" for each in row.reasons),
        balance,
        original_text(row),
    )


def _dollars(cents: int) -> str:
    size = f"{abs(cents) // 100}.{abs(cents) % 100:02d}"
    return f"({size})" if cents < 0 else size
