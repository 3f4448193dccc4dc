"""The gate: from a request to the scope it may work in. A route that declares nothing stops the application from starting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Flask, g, request
from flask_login import current_user

from infra.db import Scope
from infra.logs import bind_context
from infra.problems import Forbidden, NotFound, SignInRequired
from tenants.access.identity import Identity, Member
from tenants.access.roles import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks for. `session` False: the view opens its own units of work, so none is open during an outside call."""

    kind: str
    permission: Permission | None = None
    session: bool = True


def access(permission: Permission, *, session: bool = True) -> Callable[[View], View]:
    """The route is inside a clinic (`<uuid:clinic_id>` in its path) and asks for this permission there."""
    return _declare(Access("clinic", permission, session))


def vendor_access(permission: Permission) -> Callable[[View], View]:
    """The route is outside of any clinic and asks for a vendor role that has this permission."""
    return _declare(Access("vendor", permission, session=False))


def signed_in(*, session: bool = True) -> Callable[[View], View]:
    """The route asks only that somebody is signed in; it reads rollup rows of their clinics."""
    return _declare(Access("signed-in", None, session))


def public(view: View) -> View:
    """The route is open to everybody."""
    return _declare(Access("public", None, session=False))(view)


def _declare(wanted: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        cast(Any, view).__access__ = wanted
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the route of this endpoint asks for; the framework's static files are public."""
    if endpoint == "static":
        return Access("public", None, session=False)
    return getattr(app.view_functions[endpoint], "__access__", None)


def refuse_undeclared_routes(app: Flask) -> None:
    """Raise `RuntimeError` naming every route that declares no access, or a clinic permission without a clinic in its path."""
    wrong = []
    for rule in app.url_map.iter_rules():
        wanted = access_of(app, rule.endpoint)
        if wanted is None or (wanted.kind == "clinic") != ("clinic_id" in rule.arguments):
            wrong.append(f"{rule.rule} ({rule.endpoint})")
    if wrong:
        raise RuntimeError("routes without a declared permission: " + ", ".join(sorted(wrong)))


def open_gate(app: Flask) -> Scope | None:
    """Decide over the present request. Returns the scope to work in, or None for a route that opens its own.

    Raises `SignInRequired`, `NotFound` for a clinic that the person does not belong to, and `Forbidden` for a role without the right.
    """
    wanted = access_of(app, request.endpoint or "static")
    if wanted is None:
        raise NotFound
    g.member = None
    if wanted.kind == "public":
        return None
    identity = actor()
    bind_context(actor_id=str(identity.id))
    if wanted.kind == "clinic":
        scope = _enter_clinic(identity, wanted)
        return scope if wanted.session else None
    if wanted.kind == "vendor" and (identity.vendor_role is None or not _allows(wanted, identity.vendor_role)):
        raise Forbidden("Only the billing vendor's staff may do this.")
    return identity.scope_over_all() if wanted.session else None


def _enter_clinic(identity: Identity, wanted: Access) -> Scope:
    clinic_id = (request.view_args or {})["clinic_id"]
    member = identity.member_of(UUID(str(clinic_id)))
    if member is None:
        raise NotFound
    if not _allows(wanted, member.role):
        raise Forbidden
    g.member = member
    bind_context(tenant_id=str(member.clinic_id))
    return identity.scope_in(member)


def _allows(wanted: Access, role: Any) -> bool:
    return wanted.permission is not None and role in wanted.permission.roles


def actor() -> Identity:
    """The person of this request. Raises `SignInRequired` when nobody is signed in."""
    if not current_user.is_authenticated:
        raise SignInRequired
    identity: Identity = current_user.identity
    return identity


def member() -> Member:
    """The membership under which this request works in its clinic. Raises `NotFound` outside of a clinic."""
    found: Member | None = g.get("member")
    if found is None:
        raise NotFound
    return found


def may(permission: Permission) -> bool:
    """True when the person of this request has that permission in the clinic at hand; for showing or hiding a button."""
    found: Member | None = g.get("member")
    return found is not None and found.role in permission.roles
