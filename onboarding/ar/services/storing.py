"""From a spool into tables: COPY into a temporary table, then one INSERT … SELECT, for COPY into a protected table is refused."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from infra import clock
from infra.db import current_tenant
from onboarding.ar.spool import Spool

_LINE = (
    "id uuid, line_number int, external_claim_id text, external_account text, payer_name text, payer_key text,"
    " payer_id text, service_on date, filing_deadline date, charge_cents bigint, balance_cents bigint,"
    " insurance_cents bigint, patient_cents bigint, responsibility text, bucket text, bucket_basis text"
)
_REJECT = "id uuid, line_number int, outcome text, sealed_text bytea, reasons jsonb, balance_cents bigint"
_CLAIM = (
    "id uuid, remittance_id uuid, position int, claim_id text, payer_control_number text, status_code text,"
    " charge_cents bigint, paid_cents bigint, patient_cents bigint, rendering_npi text, service_on date,"
    " adjustments jsonb"
)


def allow_long_statements(session: Session) -> None:
    """Let this transaction's statements run for ten minutes: a large file is stored in one piece or not at all."""
    session.execute(text("SET LOCAL statement_timeout = '600s'"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '600s'"))


def store_lines(session: Session, import_id: UUID, lines: Spool) -> None:
    """Store accepted rows."""
    _store(session, "ar_line", _LINE, lines, import_id)


def store_rejects(session: Session, import_id: UUID, rejects: Spool) -> None:
    """Store rejected and repeated rows."""
    _store(session, "ar_reject", _REJECT, rejects, import_id)


def store_claims(session: Session, claims: Spool) -> None:
    """Store the claims of payments that were stored before; claims of other payments are left out."""
    names = _stage(session, "remittance_claim", _CLAIM, claims)
    session.execute(
        text(
            f"INSERT INTO app.remittance_claim (tenant_id, created_at, {names})"  # noqa: S608 - names are ours
            f" SELECT :tenant, :now, {names} FROM stage_remittance_claim s WHERE EXISTS ("
            " SELECT 1 FROM app.remittance r WHERE r.tenant_id = :tenant AND r.id = s.remittance_id"
            " AND NOT r.is_duplicate)"
        ),
        {"tenant": current_tenant(), "now": clock.now()},
    )


def forget_rows(session: Session, import_id: UUID) -> None:
    """Delete what an earlier reading of this import stored, so that reading it again doubles nothing."""
    facts = {"tenant": current_tenant(), "import": import_id}
    session.execute(
        text(
            "DELETE FROM app.remittance_claim c USING app.remittance r WHERE r.tenant_id = :tenant"
            " AND r.import_id = :import AND c.tenant_id = :tenant AND c.remittance_id = r.id"
        ),
        facts,
    )
    for table in ("remittance", "ar_line", "ar_reject"):
        session.execute(
            text(f"DELETE FROM app.{table} WHERE tenant_id = :tenant AND import_id = :import"),  # noqa: S608 - ours
            facts,
        )


def _store(session: Session, table: str, columns: str, spool: Spool, import_id: UUID) -> None:
    names = _stage(session, table, columns, spool)
    session.execute(
        text(
            f"INSERT INTO app.{table} (tenant_id, created_at, import_id, {names})"  # noqa: S608 - names are ours
            f" SELECT :tenant, :now, :import, {names} FROM stage_{table}"
        ),
        {"tenant": current_tenant(), "now": clock.now(), "import": import_id},
    )


def _stage(session: Session, table: str, columns: str, spool: Spool) -> str:
    names = ", ".join(column.strip().split(" ")[0] for column in columns.split(","))
    session.execute(text(f"CREATE TEMPORARY TABLE stage_{table} ({columns}) ON COMMIT DROP"))
    raw = session.connection().connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    with raw.cursor() as cursor, cursor.copy(f"COPY stage_{table} ({names}) FROM STDIN") as copy:
        for chunk in spool.chunks():
            copy.write(chunk)
    return names
