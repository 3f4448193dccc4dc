"""What is read once in a unit of work, however many parts of a page ask for it.

`once(key, read)` keeps what `read` returned until the unit of work writes something, locks a row, or ends a transaction: whoever
asks after that reads again. So a page of many parts sends each statement once, and a service that writes sees what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from infra.db.session import TenantSession, db

T = TypeVar("T")
_KEPT = "once"


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` returns, read once in this unit of work for each `key` until something is written. Copy it before changing it."""
    session = db()
    if session.autoflush and (session.new or session.dirty or session.deleted):
        session.flush()
    kept: dict[Hashable, Any] = session.info.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = read()
    return cast(T, kept[key])


def _forget(session: Session) -> None:
    # A new dictionary, not an emptied one: what is being read while this happens is not kept.
    session.info[_KEPT] = {}


@event.listens_for(TenantSession, "after_flush")
def _written(session: Session, context: UOWTransaction) -> None:
    _forget(session)


@event.listens_for(TenantSession, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if not state.is_select or getattr(state.statement, "_for_update_arg", None) is not None:
        _forget(state.session)


@event.listens_for(TenantSession, "after_begin")
def _begun(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if session.info.get(_KEPT):  # else it is the first read itself that begins the transaction
        _forget(session)


@event.listens_for(TenantSession, "after_soft_rollback")
def _rolled_back(session: Session, previous: SessionTransaction) -> None:
    _forget(session)
