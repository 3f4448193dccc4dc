"""Jobs: where one is, which failed, and trying again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text, update

from infra import clock
from infra.db import current_tenant, db, system_transaction, unit_of_work
from infra.outbox import OutboxRow
from infra.problems import Conflict, NotFound
from tenants.access.identity import Identity
from tenants.access.roles import Role
from tenants.audit import record


def find_job(identity: Identity, job_id: UUID) -> OutboxRow:
    """The job, when it belongs to a clinic of this person; a provider sees only what they began. Raises `NotFound`."""
    with system_transaction() as connection:
        tenant_id = connection.execute(text("SELECT sec.job_tenant(:id)"), {"id": job_id}).scalar()
    member = identity.member_of(tenant_id) if tenant_id else None
    if member is None:
        raise NotFound
    with unit_of_work(identity.scope_in(member)) as session:
        row = session.get(OutboxRow, (tenant_id, job_id))
    if row is None or (member.role is Role.PROVIDER and row.actor_id != identity.id):
        raise NotFound
    return row


def get_job(job_id: UUID) -> OutboxRow:
    """A job of this clinic. Raises `NotFound`."""
    row = db().get(OutboxRow, (current_tenant(), job_id))
    if row is None:
        raise NotFound
    return row


def failed_jobs() -> Sequence[OutboxRow]:
    """The dead-letter list of this clinic, newest first."""
    return (
        db()
        .scalars(
            select(OutboxRow)
            .where(OutboxRow.tenant_id == current_tenant(), OutboxRow.dead_at.is_not(None), OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.dead_at.desc())
            .limit(200)
        )
        .all()
    )


def retry_job(job_id: UUID) -> OutboxRow:
    """Take a job off the dead-letter list and try it again. Raises `NotFound`, `Conflict`."""
    row = get_job(job_id)
    if row.dead_at is None:
        raise Conflict("This job has not failed.")
    db().execute(
        update(OutboxRow)
        .where(OutboxRow.tenant_id == current_tenant(), OutboxRow.id == job_id)
        .values(dead_at=None, attempts=0, next_at=clock.now(), locked_until=None)
    )
    db().execute(text("SELECT pg_notify('outbox', '')"))
    record("job.retried", f"tried {row.topic} again", subject_kind="job", subject_id=job_id)
    return row
