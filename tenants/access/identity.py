"""Who is there: the person behind a session or a token with their memberships, read by one look-up function of the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from infra.db import Scope, system_transaction
from infra.settings import settings
from tenants.access.roles import Role

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Member:
    """One membership: which clinic, in which role, and for a provider which record is theirs."""

    clinic_id: UUID
    clinic_name: str
    role: Role
    provider_id: UUID | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who has proven who they are."""

    id: UUID
    email: str
    name: str
    vendor_id: UUID | None
    vendor_role: Role | None
    memberships: tuple[Member, ...] = field(default=())

    def member_of(self, clinic_id: UUID) -> Member | None:
        """The membership in that clinic, or None: then the clinic does not exist for this person."""
        return next((member for member in self.memberships if member.clinic_id == clinic_id), None)

    def scope_in(self, member: Member) -> Scope:
        """The scope in which this person acts in that clinic; a provider sees their own record only."""
        provider = (member.provider_id or NOBODY) if member.role is Role.PROVIDER else None
        return Scope(tenant_id=member.clinic_id, actor_id=self.id, actor_name=self.name, provider_id=provider)

    def scope_over_all(self) -> Scope:
        """The scope that reads the rollup rows of every clinic where this person is more than a provider, and writes none."""
        ids = tuple(member.clinic_id for member in self.memberships if member.role is not Role.PROVIDER)
        return Scope(
            tenant_id=None, actor_id=self.id, actor_name=self.name, tenant_ids=ids, provider_id=None if ids else NOBODY
        )


def hashed(token: str) -> bytes:
    """How tokens are stored: SHA-256, for they are 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def by_session(token: str) -> Identity | None:
    """The person behind a session token; None when it is unknown, ended, expired or idle for too long."""
    idle = timedelta(seconds=settings().session_idle_s)
    with system_transaction() as connection:
        found = connection.execute(
            text("SELECT sec.session_identity(:hash, :idle)"), {"hash": hashed(token), "idle": idle}
        ).scalar()
    return _identity(found)


def by_api_token(token: str) -> Identity | None:
    """The person behind an API token; None when it is unknown or revoked."""
    with system_transaction() as connection:
        found = connection.execute(text("SELECT sec.token_identity(:hash)"), {"hash": hashed(token)}).scalar()
    return _identity(found)


def by_calendar_feed(token: str) -> Identity | None:
    """The person whose calendar a feed's token opens; None when it is unknown or revoked. It opens nothing but the calendar."""
    with system_transaction() as connection:
        found = connection.execute(text("SELECT sec.feed_identity(:hash)"), {"hash": hashed(token)}).scalar()
    return _identity(found)


def _identity(found: dict[str, Any] | None) -> Identity | None:
    if found is None:
        return None
    return Identity(
        id=UUID(str(found["id"])),
        email=str(found["email"]),
        name=str(found["name"]),
        vendor_id=_uuid(found["vendor_id"]),
        vendor_role=Role(str(found["vendor_role"])) if found["vendor_role"] else None,
        memberships=tuple(
            Member(UUID(m["clinic_id"]), m["clinic_name"], Role(m["role"]), _uuid(m["provider_id"]), m["timezone"])
            for m in found["memberships"]
        ),
    )


def _uuid(value: object) -> UUID | None:
    return UUID(str(value)) if value else None
