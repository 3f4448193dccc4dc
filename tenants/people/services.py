"""Sign-in, invitations, memberships and API tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from infra import clock
from infra.db import Scope, current_scope, current_tenant, db, system_transaction, unit_of_work
from infra.db.session import in_unit_of_work
from infra.ids import secret_token, uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, invalid
from infra.settings import settings
from tenants.access.identity import hashed
from tenants.access.roles import VENDOR, Role
from tenants.audit import record
from tenants.clinics.models import Clinic
from tenants.people.models import Membership
from tenants.people.passwords import hash_password, password_matches
from tenants.people.rules import invitable_roles, is_email, password_defects

INVITATION_LIFETIME = timedelta(hours=72)
SPENT_INVITATION = (
    "This link was used already, was replaced by a newer one, or is older than 72 hours. Ask for a new one."
)


@contextmanager
def _either() -> Iterator[Connection]:
    """The open unit of work's connection, so that identity changes commit with it; a transaction of its own outside of one."""
    if in_unit_of_work():
        yield db().connection()
    else:
        with system_transaction() as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class Link:
    """An unused link: whose it is, and what for."""

    person_id: UUID
    email: str
    name: str
    has_password: bool
    is_vendor: bool
    clinic_id: UUID | None
    clinic_name: str | None
    purpose: str


class WrongPassword(Invalid):
    """Address or password does not match; it is not said which."""

    code, title = "wrong-password", "That address and password do not match"


def sign_in(*, email: str, password: str, user_agent: str = "") -> str:
    """Check address and password and open a session; returns the session token for the cookie.

    Raises `WrongPassword`, and `TooManyRequests` when ten wrong passwords in a row have locked the account for 15 minutes.
    """
    with system_transaction() as connection:
        person = connection.execute(text("SELECT * FROM sec.find_person(:email)"), {"email": email}).one_or_none()
    if person is not None and person.locked_until is not None and person.locked_until > clock.now():
        raise TooManyRequests("Too many wrong passwords. Try again in 15 minutes.", retry_after_s=900)
    matches = password_matches(person.password_hash if person and not person.disabled else None, password)
    if person is not None:
        with system_transaction() as connection:
            connection.execute(text("SELECT sec.record_sign_in(:who, :ok)"), {"who": person.id, "ok": matches})
    if person is None or not matches:
        raise WrongPassword
    return open_session(person.id, user_agent=user_agent)


def open_session(person_id: UUID, *, user_agent: str = "") -> str:
    """Open a session for a person who has proven who they are; returns its token."""
    token = secret_token()
    lifetime = timedelta(seconds=settings().session_absolute_s)
    with system_transaction() as connection:
        connection.execute(
            text("SELECT sec.open_session(:hash, :who, :lifetime, :agent)"),
            {"hash": hashed(token), "who": person_id, "lifetime": lifetime, "agent": user_agent},
        )
    return token


def sign_out(token: str) -> None:
    """End the session behind a token; the cookie is worthless from then on, wherever it was copied to."""
    with system_transaction() as connection:
        connection.execute(text("SELECT sec.end_session(:hash)"), {"hash": hashed(token)})


def ensure_person(*, email: str, name: str) -> UUID:
    """The id of the person with that address, made when new. Raises `Invalid` for something that is no address."""
    if not is_email(email):
        raise invalid("email", "Enter an e-mail address, like name@clinic.org.")
    with _either() as connection:
        found: UUID = connection.execute(
            text("SELECT sec.ensure_person(:id, :email, :name)"), {"id": uuid7(), "email": email.strip(), "name": name}
        ).scalar_one()
    return found


def set_password(person_id: UUID, *, email: str, password: str) -> None:
    """Set a password and end the person's other sessions. Raises `Invalid` saying what is wrong with it."""
    defects = password_defects(password, email=email)
    if defects:
        raise invalid("password", " ".join(defects))
    with system_transaction() as connection:
        connection.execute(
            text("SELECT sec.set_password(:who, :hash)"), {"who": person_id, "hash": hash_password(password)}
        )
        connection.execute(text("SELECT sec.end_sessions_of(:who)"), {"who": person_id})


def invite(*, email: str, role: Role, name: str = "", provider_id: UUID | None = None, inviter: Role) -> Membership:
    """Invite a person into this clinic and have the link mailed. A second invitation replaces the first.

    Raises `Forbidden` for a role that the inviter may not give, `Conflict` when the person already is a member, and `Invalid`
    for a provider without their record.
    """
    if role not in invitable_roles(inviter):
        raise Forbidden(f"Your role may not invite a person as {role.label.lower()}.")
    if role is Role.PROVIDER and provider_id is None:
        raise invalid("provider_id", "Name the provider whose record this person may see.")
    person_id = ensure_person(email=email, name=name or email.split("@")[0])
    membership = (
        db()
        .scalars(select(Membership).where(Membership.tenant_id == current_tenant(), Membership.person_id == person_id))
        .one_or_none()
    )
    if membership is not None and membership.status == "active":
        raise Conflict("That person already is a member of this clinic.")
    if membership is None:
        membership = Membership(person_id=person_id, email=email.strip().lower(), name=name or email.split("@")[0])
        db().add(membership)
    membership.role, membership.provider_id, membership.status = role.value, provider_id, "invited"
    membership.invited_by, membership.invited_at = current_scope().actor_name, clock.now()
    db().flush()
    if role in VENDOR:
        _make_vendor_staff(person_id, role)
    later("tenants.send_invitation", {"membership_id": str(membership.id)})
    record(
        "person.invited",
        f"invited {membership.email} as {role.label.lower()}",
        subject_kind="membership",
        subject_id=membership.id,
    )
    publish("person.invited", membership_id=str(membership.id), role=role.value)
    return membership


def _make_vendor_staff(person_id: UUID, role: Role) -> None:
    """A person who joins on the vendor's side belongs to the vendor; a role that they hold there already stays."""
    vendor_id = db().scalars(select(Clinic.vendor_id).where(Clinic.tenant_id == current_tenant())).one()
    db().connection().execute(
        text("SELECT sec.grant_vendor_role(:who, :vendor, :role)"),
        {"who": person_id, "vendor": vendor_id, "role": role.value},
    )


def add_member(*, person_id: UUID, email: str, name: str, role: Role, provider_id: UUID | None = None) -> Membership:
    """Make a person an active member without an invitation: the maker of a clinic and the vendor's administrators."""
    membership = Membership(
        person_id=person_id,
        email=email,
        name=name,
        role=role.value,
        provider_id=provider_id,
        status="active",
        accepted_at=clock.now(),
    )
    db().add(membership)
    db().flush()
    return membership


def list_members() -> Sequence[Membership]:
    """Members of this clinic and open invitations, by name."""
    return (
        db()
        .scalars(
            select(Membership)
            .where(Membership.tenant_id == current_tenant(), Membership.status != "ended")
            .order_by(Membership.name, Membership.id)
            .limit(500)
        )
        .all()
    )


def end_membership(membership_id: UUID) -> Membership:
    """End a membership; from the next request on the clinic does not exist for that person. Raises `NotFound`, `Conflict`."""
    membership = db().get(Membership, (current_tenant(), membership_id))
    if membership is None or membership.status == "ended":
        raise NotFound
    if membership.person_id == current_scope().actor_id:
        raise Conflict("You cannot end your own membership; ask a colleague.")
    membership.status, membership.ended_at = "ended", clock.now()
    record(
        "person.removed",
        f"ended the membership of {membership.email}",
        subject_kind="membership",
        subject_id=membership.id,
    )
    return membership


def create_link(
    *, person_id: UUID, clinic_id: UUID | None, purpose: str, lifetime: timedelta = INVITATION_LIFETIME
) -> str:
    """A new single-use link token for a person; older ones for the same purpose stop working."""
    token = secret_token()
    with _either() as connection:
        connection.execute(
            text("SELECT sec.create_link(:hash, :who, :clinic, :purpose, :lifetime)"),
            {
                "hash": hashed(token),
                "who": person_id,
                "clinic": clinic_id,
                "purpose": purpose,
                "lifetime": lifetime,
            },
        )
    return token


def read_link(token: str, *, purposes: Sequence[str] = ("invitation", "reset"), spent: str = SPENT_INVITATION) -> Link:
    """What an unused link is for. Raises `NotFound` when it was used, replaced, is too old, or is for another purpose."""
    with system_transaction() as connection:
        row = connection.execute(text("SELECT * FROM sec.read_link(:hash)"), {"hash": hashed(token)}).one_or_none()
    if row is None or row.purpose not in purposes:
        raise NotFound(spent)
    return Link(
        row.person_id, row.email, row.name, row.has_password, row.is_vendor, row.tenant_id, row.clinic_name, row.purpose
    )


def accept_link(token: str, *, password: str | None, name: str = "", user_agent: str = "") -> str:
    """Use a link: set the password when the person has none (or resets it), join the clinic, and open a session.

    Providers and clinic staff may do without a password, for they can have a sign-in link sent; the vendor's staff may not.
    Returns the session token. Raises `NotFound` for a spent link and `Invalid` for a weak password; a refused password leaves the
    link usable.
    """
    link = read_link(token)
    if password is not None and (link.purpose == "reset" or not link.has_password):
        set_password(link.person_id, email=link.email, password=password)
    elif link.purpose == "reset" or needs_password(link):
        raise invalid("password", "Choose a password.")
    with system_transaction() as connection:
        if not connection.execute(text("SELECT sec.use_link(:hash)"), {"hash": hashed(token)}).scalar():
            raise NotFound("This link was used already.")
        if name.strip():
            connection.execute(
                text("SELECT sec.set_name(:who, :name)"), {"who": link.person_id, "name": name.strip()[:120]}
            )
    if link.clinic_id is not None:
        with unit_of_work(
            Scope(tenant_id=link.clinic_id, actor_id=link.person_id, actor_name=name.strip() or link.name)
        ):
            record("person.joined", "accepted the invitation", subject_kind="person", subject_id=link.person_id)
    return open_session(link.person_id, user_agent=user_agent)


def needs_password(link: Link) -> bool:
    """True when whoever accepts this link must choose a password: the vendor's staff, and whoever belongs to no clinic."""
    return not link.has_password and (link.is_vendor or link.clinic_id is None)


def issue_token(person_id: UUID, *, label: str) -> tuple[UUID, str]:
    """A new API token: its id and the token itself, which is never shown again."""
    token, token_id = "onp_" + secret_token(), uuid7()
    with system_transaction() as connection:
        connection.execute(
            text("SELECT sec.issue_token(:hash, :id, :who, :label)"),
            {"hash": hashed(token), "id": token_id, "who": person_id, "label": label[:100] or "token"},
        )
    return token_id, token


def list_tokens(person_id: UUID) -> Sequence[Any]:
    """The person's API tokens: id, label, created_at, seen_at."""
    with system_transaction() as connection:
        return connection.execute(text("SELECT * FROM sec.tokens_of(:who)"), {"who": person_id}).all()


def revoke_token(person_id: UUID, token_id: UUID) -> None:
    """Revoke one of the person's own tokens. Raises `NotFound`."""
    with system_transaction() as connection:
        if not connection.execute(
            text("SELECT sec.revoke_token(:who, :id)"), {"who": person_id, "id": token_id}
        ).scalar():
            raise NotFound


def find_person(email: str) -> UUID:
    """The id of the person with that address. Raises `NotFound`."""
    with system_transaction() as connection:
        row = connection.execute(text("SELECT id FROM sec.find_person(:email)"), {"email": email}).one_or_none()
    if row is None:
        raise NotFound(f"Nobody has the address {email}.")
    found: UUID = row.id
    return found
