"""How work is recorded: in the transaction of whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select, text, update
from sqlalchemy.dialects.postgresql import insert

from infra import clock
from infra.db.scope import current_scope, current_tenant
from infra.db.session import db
from infra.ids import uuid7
from infra.outbox.models import OutboxRow, ScheduleRow
from infra.outbox.registry import find_job, listeners_of

# Built once: every act of the product records work, and building the statement costs more than the database does.
_TABLE = cast(Table, OutboxRow.__table__)
_INSERT = insert(_TABLE).returning(_TABLE.c.id)
_INSERT_ONCE = (
    insert(_TABLE).on_conflict_do_nothing(index_elements=["tenant_id", "topic", "dedupe_key"]).returning(_TABLE.c.id)
)
_kept_for_s: ContextVar[int] = ContextVar("kept_for_s", default=0)


@contextmanager
def kept_from_relay(seconds: int) -> Iterator[None]:
    """Inside the block, work is recorded as due in `seconds` at the earliest: whoever records it performs it here, at its own pace.

    What is left over, or left behind by a crash, is the relay's from then on. For the demo's history, whose jobs run on the day
    that is told.
    """
    token = _kept_for_s.set(seconds)
    try:
        yield
    finally:
        _kept_for_s.reset(token)


def _not_before(wanted: datetime) -> datetime:
    seconds = _kept_for_s.get()
    return max(wanted, clock.wall() + timedelta(seconds=seconds)) if seconds else wanted


def later(
    topic: str, payload: dict[str, Any] | None = None, *, dedupe_key: str | None = None, at: datetime | None = None
) -> UUID:
    """Record work for `topic` in this transaction and return its id (the job id that `/jobs/<id>` knows).

    With a `dedupe_key` the same work asked for twice is one row; the id of the first is returned. `at` (UTC) puts it off.
    Raises `LookupError` when no job performs `topic`.
    """
    known = find_job(topic)
    if known is None:
        raise LookupError(f"no job performs {topic}")
    scope = current_scope()
    values = {
        "tenant_id": current_tenant(),
        "id": uuid7(),
        "created_at": clock.now(),
        "topic": topic,
        "payload": payload or {},
        "dedupe_key": dedupe_key,
        "actor_id": scope.actor_id,
        "actor_name": scope.actor_name,
        "next_at": _not_before(at or clock.now()),
        "is_background": known.is_background,
        "attempts": 0,
        "max_attempts": known.max_attempts,
        "fence": 0,
        "progress_done": 0,
        "progress_total": 0,
    }
    made: UUID | None = db().execute(_INSERT if dedupe_key is None else _INSERT_ONCE, values).scalar()
    if made is None:
        return (
            db()
            .scalars(
                select(OutboxRow.id).where(
                    OutboxRow.tenant_id == current_tenant(),
                    OutboxRow.topic == topic,
                    OutboxRow.dedupe_key == dedupe_key,
                )
            )
            .one()
        )
    db().execute(text("SELECT pg_notify('outbox', '')"))
    return made


def note_covered(job_ids: Sequence[UUID], *, by: str) -> int:
    """Close open work of this clinic without a run, because something that was done meanwhile covers it; returns how many.

    Work that somebody holds, or that ended already, is left alone. `by` says what covered it and is kept with the row.
    """
    closed = db().scalars(
        update(OutboxRow)
        .where(
            OutboxRow.tenant_id == current_tenant(),
            OutboxRow.id.in_(job_ids),
            OutboxRow.done_at.is_(None),
            OutboxRow.dead_at.is_(None),
            OutboxRow.locked_until.is_(None),
        )
        .values(done_at=clock.now(), result={"covered_by": by})
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(closed.all())


def publish(event: str, **facts: Any) -> list[UUID]:
    """Tell every subscriber of a domain event (`enrollment.effective`); each gets its own row, so each is retried by itself."""
    return [later(topic, {"event": event, "facts": facts}) for topic in listeners_of(event)]


def every(topic: str, *, seconds: int, first_at: datetime | None = None, payload: dict[str, Any] | None = None) -> None:
    """Make `topic` repeat for this clinic each `seconds`; a second call changes the rhythm and keeps the next due time."""
    if find_job(topic) is None:
        raise LookupError(f"no job performs {topic}")
    db().execute(
        insert(ScheduleRow)
        .values(
            tenant_id=current_tenant(),
            id=uuid7(),
            created_at=clock.now(),
            topic=topic,
            payload=payload or {},
            every_s=seconds,
            due_at=_not_before(first_at or clock.now() + timedelta(seconds=seconds)),
        )
        .on_conflict_do_update(
            index_elements=["tenant_id", "topic"], set_={"every_s": seconds, "payload": payload or {}}
        )
    )
