"""`perform(outbox_id)`: what a worker does with an id. The same code runs in the tests, without RQ."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from infra.db.scope import Scope
from infra.db.session import system_transaction, unit_of_work
from infra.jobs.work import LeaseLost, Work, record_failure, take_lease
from infra.logs import bind_context, clear_context, log
from infra.outbox.models import OutboxRow
from infra.outbox.registry import GiveUp, find_job
from infra.problems import ProductError


def perform(outbox_id: str) -> str:
    """Perform one outbox row and say what came of it: done, failed, duplicate or gone. Never raises for the job's own failure."""
    job_id = UUID(outbox_id)
    with system_transaction() as connection:
        tenant_id = connection.execute(text("SELECT sec.job_tenant(:id)"), {"id": job_id}).scalar()
    if tenant_id is None:
        return "gone"
    work = take_lease(tenant_id, job_id)
    if work is None:
        return "duplicate"
    bind_context(job_id=outbox_id, tenant_id=str(tenant_id), topic=work.topic)
    try:
        return _run(work)
    finally:
        clear_context()


def _run(work: Work) -> str:
    declared = find_job(work.topic)
    if declared is None:
        record_failure(work, f"no job performs {work.topic}", give_up=True)
        return "failed"
    payload = _payload(work)
    try:
        with work.heartbeat():
            result = declared.handler(work, **payload)
            if not work.finished:
                with work.finish(result if isinstance(result, dict) else None):
                    pass
    except LeaseLost:
        log().info("lease lost, another worker has the job")
        return "duplicate"
    except GiveUp as error:
        record_failure(work, str(error), give_up=True)
        log().warning("job gave up")
        return "failed"
    except ProductError as error:
        record_failure(work, error.detail, give_up=400 <= error.status < 500, longest_s=declared.max_backoff_s)
        log().warning("job refused", code=error.code)
        return "failed"
    except Exception as error:
        record_failure(work, type(error).__name__, give_up=False, longest_s=declared.max_backoff_s)
        log().exception("job failed", attempt=work.attempt)
        return "failed"
    log().info("job done", attempt=work.attempt)
    return "done"


def _payload(work: Work) -> dict[str, Any]:
    with unit_of_work(Scope(tenant_id=work.tenant_id)) as session:
        payload: dict[str, Any] = session.scalars(
            select(OutboxRow.payload).where(OutboxRow.tenant_id == work.tenant_id, OutboxRow.id == work.id)
        ).one()
    return payload
