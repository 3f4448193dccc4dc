"""What the job tells the database while it reads: begun, needs a mapping, failed, read."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from infra import clock
from infra.crypto import CannotDecrypt, decrypt, encrypt
from infra.db import current_tenant, db
from onboarding.ar.jsonb import PARTS, dumped, totals_as_json
from onboarding.ar.models import ArImport, Remittance
from onboarding.ar.reading import AgingFile, NeedsMapping, ReadTask
from onboarding.ar.remittance_reading import Payment, RemittanceFile
from onboarding.ar.rules import ImportTotals, RowFacts, add_up
from onboarding.ar.services.imports import get_import, lock_clinic, settle, tell_read
from onboarding.ar.services.storing import (
    allow_long_statements,
    forget_rows,
    store_claims,
    store_lines,
    store_rejects,
)
from onboarding.ar.states import WORKING, move
from onboarding.ar.states import ArImportStatus as S
from tenants.audit import record
from tenants.clinics.services import get_clinic
from tenants.documents.services import get_document


def begin_reading(import_id: UUID) -> ReadTask | None:
    """Mark an import as being read, also one whose job died in the middle; None when there is nothing left to read."""
    row = get_import(import_id, lock=True)
    if S(row.status) not in WORKING | {S.FAILED} or row.same_file_as is not None:
        return None
    if row.status != S.QUEUED:
        row.status = move(S(row.status), S.QUEUED).value
    row.status, row.error = move(S.QUEUED, S.READING).value, None
    clinic, document = get_clinic(), get_document(row.document_id)
    return ReadTask(
        import_id=row.id,
        tenant_id=current_tenant(),
        object_key=document.object_key,
        wanted_format=row.wanted_format,
        state=clinic.state,
        clinic_npi=clinic.npi,
        as_of=row.as_of,
        today=clock.today(clinic.timezone),
        mapping=dict(row.mapping),
        bucket_names=tuple(row.control.get("by_bucket", {})),
        allow_foreign_payee=row.allow_foreign_payee,
    )


def begin_reconciling(import_id: UUID) -> None:
    """Show that all rows are read and the totals are being compared."""
    row = get_import(import_id, lock=True)
    row.status = move(S(row.status), S.RECONCILING).value


def ask_for_mapping(import_id: UUID, asked: NeedsMapping, file_format: str) -> None:
    """Keep the headers, the guess and a sealed sample of rows for the person who says what the columns mean."""
    row = get_import(import_id, lock=True)
    row.status = move(S(row.status), S.NEEDS_MAPPING).value
    row.format, row.error, row.columns = file_format, str(asked), asked.columns
    row.sealed_sample = encrypt(dumped(asked.sample), tenant_id=current_tenant(), place=_sample_place(row.id))


def sample_rows(row: ArImport) -> list[list[str]]:
    """The first rows of a file that needs a mapping; none when there are none, or they cannot be opened any more."""
    if row.sealed_sample is None:
        return []
    try:
        opened = decrypt(row.sealed_sample, tenant_id=row.tenant_id, place=_sample_place(row.id))
    except CannotDecrypt:
        return []
    rows: list[list[str]] = json.loads(opened)
    return rows


def _sample_place(row_id: UUID) -> str:
    return f"ar_import.sample.{row_id}"


def fail_import(import_id: UUID, reason: str) -> None:
    """Note why a file cannot be imported. Nothing of it is kept but the file itself."""
    row = get_import(import_id, lock=True)
    if S(row.status) not in WORKING:
        return
    row.status, row.error = move(S(row.status), S.FAILED, reason=reason).value, reason
    record(
        "ar_import.failed", f"could not import {row.filename}: {reason}", subject_kind="ar_import", subject_id=row.id
    )


def store_aging(session: Session, import_id: UUID, found: AgingFile) -> ArImport:
    """Store rows, rejects and totals of an aging file and compare it with its control totals. All of it or nothing."""
    allow_long_statements(session)
    row = get_import(import_id, lock=True)
    forget_rows(session, row.id)
    store_lines(session, row.id, found.lines)
    store_rejects(session, row.id, found.rejects)
    row.as_of, row.scheme, row.columns, row.mapping = found.as_of, found.scheme, found.columns, found.mapping
    row.stated_total_cents = found.stated_total_cents
    _finish(row, found.format, found.totals(), found.labels)
    return row


def store_remittances(session: Session, import_id: UUID, found: RemittanceFile) -> ArImport:
    """Store payments and claims of an 835 and tie it out. A payment that another file brought is a duplicate."""
    allow_long_statements(session)
    lock_clinic()
    row = get_import(import_id, lock=True)
    forget_rows(session, row.id)
    session.flush()
    known = _known_payments([payment.remittance["trace"] for payment in found.payments])
    facts: list[RowFacts] = []
    for payment in found.payments:
        place = _place(payment)
        is_duplicate = place in known
        known.add(place)
        session.add(_remittance(row.id, payment, is_duplicate))
        outcomes = ("duplicate", "duplicate") if is_duplicate else ("accepted", "rejected")
        facts += [RowFacts(outcomes[0], cents, payment.payer_key) for cents in payment.accepted]
        facts += [RowFacts(outcomes[1], cents, payment.payer_key) for cents in payment.rejected]
    session.flush()
    store_claims(session, found.claims)
    store_rejects(session, row.id, found.rejects)
    row.columns = {"problems": found.problems}
    row.as_of = row.as_of or _latest(found.payments)
    _finish(row, "x12_835", add_up(facts), found.labels)
    return row


def _place(payment: Payment) -> tuple[str, str, int]:
    facts = payment.remittance
    return facts["trace"], payment.payer_key, facts["payment_cents"]


def _known_payments(traces: list[str]) -> set[tuple[str, str, int]]:
    rows = db().execute(
        select(Remittance.trace, Remittance.payer_key, Remittance.payment_cents).where(
            Remittance.tenant_id == current_tenant(),
            Remittance.trace.in_(set(traces)),
            Remittance.is_duplicate.is_(False),
        )
    )
    return {(each.trace, each.payer_key, each.payment_cents) for each in rows}


def _remittance(import_id: UUID, payment: Payment, is_duplicate: bool) -> Remittance:
    return Remittance(
        id=payment.id,
        import_id=import_id,
        position=payment.position,
        payer_key=payment.payer_key,
        is_duplicate=is_duplicate,
        summary=payment.summary,
        problems=payment.problems,
        **payment.remittance,
    )


def _latest(payments: list[Payment]) -> date | None:
    days: list[date] = [each.remittance["payment_on"] for each in payments if each.remittance["payment_on"]]
    return max(days, default=None)


def _finish(row: ArImport, file_format: str, totals: ImportTotals, labels: dict[str, str]) -> None:
    row.format, row.totals, row.read_at, row.sealed_sample = (
        file_format,
        totals_as_json(totals, labels),
        clock.now(),
        None,
    )
    for part in PARTS:
        amount = getattr(totals, part).total
        setattr(row, f"rows_{part}", amount.rows)
        setattr(row, f"{part}_cents", amount.net_cents)
    row.credits_cents = totals.accepted.total.credits_cents
    record(
        "ar_import.read",
        f"read {row.rows_received:,} rows of {row.filename}: {row.rows_accepted:,} taken over,"
        f" {row.rows_rejected:,} rejected, {row.rows_duplicate:,} repeated",
        subject_kind="ar_import",
        subject_id=row.id,
    )
    tell_read(row)
    settle(row)
