"""One run of one outbox row: the lease with its fencing number, progress, and the transaction that ends it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from infra import clock
from infra.db.scope import Scope
from infra.db.session import unit_of_work
from infra.logs import log
from infra.outbox.models import OutboxRow

LEASE_S = 30
HEARTBEAT_S = 10


class LeaseLost(Exception):
    """Another worker took the row over: whatever this run was about to store is rolled back."""


@dataclass(slots=True)
class Work:
    """What a handler gets. `id` names the job, `key` is stable over all its runs: derive ids of outside effects from it."""

    id: UUID
    tenant_id: UUID
    topic: str
    scope: Scope
    fence: int
    attempt: int
    max_attempts: int
    finished: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> str:
        """An idempotency key for outside effects."""
        return str(self.id)

    @property
    def is_last_attempt(self) -> bool:
        """True when a failure of this run sends the row to the dead-letter list."""
        return self.attempt >= self.max_attempts

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A unit of work that commits only while this run still holds the lease. Raises `LeaseLost` otherwise."""
        with unit_of_work(self.scope) as session:
            self._hold(session)
            yield session

    @contextmanager
    def finish(self, result: dict[str, Any] | None = None) -> Iterator[Session]:
        """The last transaction: its effects and the row's `done_at` are stored together, or neither is."""
        with self.transaction() as session:
            yield session
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.tenant_id == self.tenant_id, OutboxRow.id == self.id)
                .values(done_at=clock.now(), locked_until=None, last_error=None, result=result or {})
            )
        self.finished = True

    def progress(self, done: int, total: int) -> None:
        """Show progress on the page and renew the lease; its own short transaction. Raises `LeaseLost`."""
        with unit_of_work(self.scope) as session:
            self._renew(session, progress_done=done, progress_total=total)

    def _hold(self, session: Session) -> None:
        held = session.execute(
            select(OutboxRow.id)
            .where(
                OutboxRow.tenant_id == self.tenant_id,
                OutboxRow.id == self.id,
                OutboxRow.fence == self.fence,
                OutboxRow.done_at.is_(None),
                OutboxRow.dead_at.is_(None),
            )
            .with_for_update()
        ).scalar()
        if held is None:
            raise LeaseLost(str(self.id))

    def _renew(self, session: Session, **values: Any) -> None:
        until = clock.wall() + timedelta(seconds=LEASE_S)
        renewed = session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.tenant_id == self.tenant_id,
                OutboxRow.id == self.id,
                OutboxRow.fence == self.fence,
                OutboxRow.done_at.is_(None),
            )
            .values(locked_until=until, next_at=until, **values)
            .returning(OutboxRow.id)
        ).scalar()
        if renewed is None:
            raise LeaseLost(str(self.id))

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            try:
                with unit_of_work(self.scope) as session:
                    self._renew(session)
            except Exception as error:
                log().warning("lease not renewed", job_id=str(self.id), error=type(error).__name__)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renew the lease from a thread while the handler runs."""
        thread = threading.Thread(target=self._beat, daemon=True, name="lease")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(timeout=2)


def take_lease(tenant_id: UUID, job_id: UUID) -> Work | None:
    """Take the row's lease and count the attempt. None when the row is done, dead, not due yet, or leased to another worker."""
    scope = Scope(tenant_id=tenant_id)
    now = clock.wall()
    until = now + timedelta(seconds=LEASE_S)
    with unit_of_work(scope) as session:
        row = session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.tenant_id == tenant_id,
                OutboxRow.id == job_id,
                OutboxRow.done_at.is_(None),
                OutboxRow.dead_at.is_(None),
                or_(OutboxRow.locked_until.is_(None), OutboxRow.locked_until < now),
            )
            .values(fence=OutboxRow.fence + 1, attempts=OutboxRow.attempts + 1, locked_until=until, next_at=until)
            .returning(
                OutboxRow.topic,
                OutboxRow.fence,
                OutboxRow.attempts,
                OutboxRow.max_attempts,
                OutboxRow.actor_id,
                OutboxRow.actor_name,
            )
        ).one_or_none()
        if row is not None and row.attempts > row.max_attempts:
            _bury(session, tenant_id, job_id)
            return None
    if row is None:
        return None
    acting = Scope(tenant_id=tenant_id, actor_id=row.actor_id, actor_name=row.actor_name)
    return Work(job_id, tenant_id, row.topic, acting, row.fence, row.attempts, row.max_attempts)


def _bury(session: Session, tenant_id: UUID, job_id: UUID) -> None:
    """A row whose every worker died without a word, for want of memory for example, would be tried for ever."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.tenant_id == tenant_id, OutboxRow.id == job_id)
        .values(dead_at=clock.now(), locked_until=None, last_error="The worker died in every try.")
    )


def record_failure(work: Work, error: str, *, give_up: bool, longest_s: int = 6 * 3600) -> None:
    """Note why the run failed and when to try again; the last failure, or one that cannot be helped, is a dead letter."""
    dead = give_up or work.is_last_attempt
    with unit_of_work(Scope(tenant_id=work.tenant_id)) as session:
        session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.tenant_id == work.tenant_id,
                OutboxRow.id == work.id,
                OutboxRow.fence == work.fence,
                OutboxRow.done_at.is_(None),
            )
            .values(
                locked_until=None,
                last_error=error[:500],
                dead_at=clock.now() if dead else None,
                next_at=clock.now() + timedelta(seconds=backoff_s(work.attempt, longest_s=longest_s)),
            )
        )


def backoff_s(attempt: int, *, longest_s: int = 6 * 3600) -> float:
    """Seconds to wait before the next try: 2, 4, 8 … at most `longest_s`, give or take a fifth."""
    return float(min(2 ** min(attempt, 20), longest_s)) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret
