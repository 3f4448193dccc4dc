"""The scope: who acts, for which clinics. One context variable, pinned for as long as a unit of work is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


class NoScope(RuntimeError):
    """A tenant table was about to be used with no scope, or with another scope than the one the session began with."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Who acts for which clinic.

    `tenant_id` is the one clinic that may be read and written; `tenant_ids` are the clinics whose rollup rows may be read.
    `provider_id` narrows every table to one provider's own rows. `actor_id` None is the system itself.
    """

    tenant_id: UUID | None
    actor_id: UUID | None = None
    actor_name: str = "Onpanel"
    provider_id: UUID | None = None
    tenant_ids: tuple[UUID, ...] = ()

    def settings(self) -> dict[str, str]:
        """The values that `set_config` gives the transaction."""
        ids = self.tenant_ids or ((self.tenant_id,) if self.tenant_id else ())
        return {
            "tenant": str(self.tenant_id or ""),
            "tenants": "{" + ",".join(map(str, ids)) + "}" if ids else "",
            "provider": str(self.provider_id or ""),
            "actor": str(self.actor_id or ""),
        }


_scope: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)


def current_scope() -> Scope:
    """The scope of this unit of work. Raises `NoScope` when there is none."""
    scope = _scope.get()
    if scope is None:
        raise NoScope("no scope is open")
    return scope


def scope_or_none() -> Scope | None:
    """The scope of this unit of work, or None outside of one."""
    return _scope.get()


def current_tenant() -> UUID:
    """The clinic that this unit of work may write. Raises `NoScope` when the scope has none."""
    tenant_id = current_scope().tenant_id
    if tenant_id is None:
        raise NoScope("this scope reads several clinics and writes none")
    return tenant_id


@contextmanager
def scoped(scope: Scope) -> Iterator[Scope]:
    """Make `scope` the current one inside the block. Raises `NoScope` when another clinic's scope is open."""
    outer = _scope.get()
    if outer is not None and outer.tenant_id != scope.tenant_id:
        raise NoScope("a unit of work never switches clinics")
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)
