"""Recording, listing and verifying acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, tuple_, update
from sqlalchemy.orm import Session

from infra import clock
from infra.db import current_scope, db
from infra.db.scope import current_tenant
from infra.db.session import TenantSession
from infra.ids import uuid7
from tenants.audit.models import AuditEvent, AuditHead
from tenants.audit.rules import GENESIS, link_hash

_PENDING = "pending_audit"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the chain found. `broken_at` is the first sequence number that does not fit."""

    events: int
    intact: bool
    broken_at: int | None
    head: str


def record(
    action: str,
    summary: str,
    *,
    subject_kind: str,
    subject_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    is_internal: bool = False,
) -> None:
    """Note an act of the current scope's actor; it is stored when this unit of work commits, and only then.

    `action` is `noun.verb_past` (`document.accepted`); `summary` a sentence without the actor ("accepted the DEA certificate of
    Ana Ruiz"). Neither may hold a secret field. What the vendor keeps to itself is `is_internal`: the clinic does not see it.
    """
    db().info.setdefault(_PENDING, []).append(
        (action, summary, subject_kind, subject_id, facts or {}, is_internal, clock.now())
    )


@event.listens_for(TenantSession, "before_commit")
def _append_links(session: Session) -> None:
    pending = session.info.pop(_PENDING, None)
    if not pending:
        return
    session.flush()
    tenant_id, scope = current_tenant(), current_scope()
    head = session.execute(
        select(AuditHead.sequence, AuditHead.hash).where(AuditHead.tenant_id == tenant_id).with_for_update()
    ).one_or_none()
    sequence, previous = (head.sequence, head.hash) if head else (0, GENESIS)
    rows = []
    for action, summary, subject_kind, subject_id, facts, is_internal, at in pending:
        sequence += 1
        row = {
            "tenant_id": tenant_id,
            "id": uuid7(),
            "created_at": at,
            "sequence": sequence,
            "actor_id": scope.actor_id,
            "actor_name": scope.actor_name,
            "action": action,
            "summary": summary,
            "is_internal": is_internal,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "facts": facts,
        }
        digest = link_hash(previous, _hashed_fields(row))
        rows.append(row | {"previous_hash": previous, "hash": digest})
        previous = digest
    session.execute(insert(AuditEvent), rows)
    values = {"sequence": sequence, "hash": previous}
    if head:
        session.execute(update(AuditHead).where(AuditHead.tenant_id == tenant_id).values(values))
    else:
        session.execute(insert(AuditHead).values(tenant_id=tenant_id, id=tenant_id, created_at=clock.now(), **values))


@event.listens_for(TenantSession, "after_rollback")
def _forget_links(session: Session) -> None:
    session.info.pop(_PENDING, None)


def _hashed_fields(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}


def list_events(
    *,
    limit: int = 50,
    before: int | None = None,
    subject_kind: str | None = None,
    subject_id: UUID | None = None,
    with_internal: bool = False,
) -> Sequence[AuditEvent]:
    """Events of this clinic, newest first, older than sequence number `before`; `with_internal` for the vendor's eyes only."""
    query = select(AuditEvent).where(AuditEvent.tenant_id == current_tenant())
    if not with_internal:
        query = query.where(AuditEvent.is_internal.is_(False))
    if before is not None:
        query = query.where(AuditEvent.sequence < before)
    if subject_kind is not None:
        query = query.where(tuple_(AuditEvent.subject_kind, AuditEvent.subject_id) == (subject_kind, subject_id))
    return db().scalars(query.order_by(AuditEvent.sequence.desc()).limit(limit)).all()


def verify() -> Verification:
    """Walk the chain of this clinic from its first link and compare every hash; streams, whatever its length."""
    previous, count, broken_at = GENESIS, 0, None
    columns = [getattr(AuditEvent, name) for name in _FIELDS]
    query = (
        select(*columns, AuditEvent.previous_hash, AuditEvent.hash)
        .where(AuditEvent.tenant_id == current_tenant())
        .order_by(AuditEvent.sequence)
        .execution_options(yield_per=1000)
    )
    for row in db().execute(query):
        count += 1
        expected = link_hash(previous, _hashed_fields({name: getattr(row, name) for name in _FIELDS}))
        if broken_at is None and (row.sequence != count or row.previous_hash != previous or row.hash != expected):
            broken_at = row.sequence
        previous = row.hash
    head = (
        db()
        .execute(select(AuditHead.sequence, AuditHead.hash).where(AuditHead.tenant_id == current_tenant()))
        .one_or_none()
    )
    if broken_at is None and head is not None and (head.sequence != count or (count and head.hash != previous)):
        broken_at = count + 1
    return Verification(count, broken_at is None, broken_at, previous)


_FIELDS = (
    "tenant_id",
    "id",
    "created_at",
    "sequence",
    "actor_id",
    "actor_name",
    "action",
    "summary",
    "is_internal",
    "subject_kind",
    "subject_id",
    "facts",
)
