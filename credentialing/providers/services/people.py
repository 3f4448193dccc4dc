"""A provider as a person who signs in, and how many there are."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from credentialing.providers.models import Provider
from credentialing.providers.services.files import apply_facts
from infra.db import current_tenant, db
from infra.problems import invalid
from tenants.access.roles import Role
from tenants.people import services as people
from tenants.people.models import Membership


def invite_provider(provider: Provider, *, email: str, inviter: Role) -> Membership:
    """Mail a provider the link to their own file; the address is kept in the file when it has none.

    Raises `Invalid` without an address, `Conflict` when the person already is a member.
    """
    if not email:
        raise invalid("email", "Enter the provider's e-mail address first.")
    made = people.invite(email=email, name=provider.name, role=Role.PROVIDER, provider_id=provider.id, inviter=inviter)
    if not provider.email:
        apply_facts(provider, {"email": email})
    return made


def portal_access(provider_id: UUID) -> Membership | None:
    """The membership with which a provider signs in: invited or active; None when they were never invited."""
    return (
        db()
        .scalars(
            select(Membership)
            .where(
                Membership.tenant_id == current_tenant(),
                Membership.provider_id == provider_id,
                Membership.status != "ended",
            )
            .order_by(Membership.created_at.desc())
        )
        .first()
    )


def count_providers() -> dict[str, int]:
    """How many providers the clinic has, by status (active, leaving, left)."""
    rows = db().execute(
        select(Provider.status, func.count()).where(Provider.tenant_id == current_tenant()).group_by(Provider.status)
    )
    return {row[0]: row[1] for row in rows}
