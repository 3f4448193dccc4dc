"""Engines, sessions and the unit of work: one request or one job step is one transaction, committed at its edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

from infra.db.scope import NoScope, Scope, current_scope, scoped
from infra.settings import settings

_SET_SCOPE = text(
    "SELECT set_config('app.tenant_id', :tenant, true), set_config('app.tenant_ids', :tenants, true),"
    " set_config('app.provider_id', :provider, true), set_config('app.actor_id', :actor, true)"
)
_session: ContextVar[Session | None] = ContextVar("session", default=None)
_process_url: str | None = None


class TenantSession(Session):
    """A session that sets its scope at the start of each transaction and never changes clinics."""


@event.listens_for(TenantSession, "after_begin")
def _bind_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    scope = current_scope()
    if session.info.setdefault("scope", scope) != scope:
        raise NoScope("this session began under another scope")
    connection.execute(_SET_SCOPE, scope.settings())


def use_worker_login() -> None:
    """Make this process log in as the worker role. Called once, before the first query."""
    global _process_url
    _process_url = settings().worker_database_url
    engine.cache_clear()


def forget_connections() -> None:
    """In a forked child: drop the parent's connections without closing them."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(_process_url or settings().database_url)


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for `url` with time limits: 4 s for a lock, 30 s for a statement, 60 s idle in a transaction."""
    options = {"pool_size": 8, "max_overflow": 4, "pool_pre_ping": True, **options}
    limits = (
        "-c lock_timeout=4000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    )
    return create_engine(url, connect_args={"options": limits, "connect_timeout": 5}, **options)


def db() -> Session:
    """The session of the open unit of work. Raises `NoScope` outside of one."""
    session = _session.get()
    if session is None:
        raise NoScope("no unit of work is open")
    return session


def in_unit_of_work() -> bool:
    """True inside of a unit of work."""
    return _session.get() is not None


@contextmanager
def unit_of_work(scope: Scope) -> Iterator[Session]:
    """Open one transaction under `scope`; commit at the end of the block, roll all of it back when the block raises.

    Inside another unit of work of the same clinic the block joins it, and the outer one commits.
    """
    outer = _session.get()
    if outer is not None:
        with scoped(scope):
            if outer.info.get("scope", scope) != scope:
                raise NoScope("a unit of work never changes its scope")
            yield outer
        return
    with scoped(scope), open_session() as session:
        yield session
        session.commit()


@contextmanager
def open_session() -> Iterator[Session]:
    """Open a session under the current scope without committing it: whoever owns the edge does that."""
    session = TenantSession(engine(), expire_on_commit=False)
    token = _session.set(session)
    try:
        yield session
    finally:
        _session.reset(token)
        session.close()


@contextmanager
def system_transaction() -> Iterator[Connection]:
    """A transaction with no clinic: for the SECURITY DEFINER look-ups before a clinic is known. Tenant tables yield no rows."""
    with engine().begin() as connection:
        yield connection
