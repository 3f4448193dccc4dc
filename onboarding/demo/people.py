"""Who there is: the vendor's staff, with one password for everybody who can sign in, and what the table of sign-ins shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from infra.db import system_transaction
from infra.ids import uuid7
from tenants.access.roles import Role
from tenants.people import services as people

PASSWORD = "six calm otters swim"  # noqa: S105 - the embedded demo's only; the command refuses to run in production
VENDOR = "Northwind Billing"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo. `note` says in the table what they are there for."""

    key: str
    name: str
    email: str
    role: Role
    note: str = ""
    signs_in: bool = True


STAFF = (
    Person("renata", "Renata Okoye", "renata@onpanel.test", Role.VENDOR_ADMIN, "everything"),
    Person("morgan", "Morgan Ellis", "morgan@onpanel.test", Role.ACCOUNT_MANAGER, "all six clinics"),
    Person("priya", "Priya Raman", "priya@onpanel.test", Role.ACCOUNT_MANAGER, "two clinics"),
    Person("tomas", "Tomás Herrera", "tomas@onpanel.test", Role.SPECIALIST, "credentialing"),
    Person("dee", "Dee Whitfield", "dee@onpanel.test", Role.SPECIALIST, "old receivables"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A person with their id, ready to act."""

    person: Person
    id: UUID


def vendor_of_others() -> bool:
    """True when the database has a vendor's staff that is not the demo's."""
    ours = {person.email for person in STAFF}
    with system_transaction() as connection:
        vendor = connection.execute(text("SELECT sec.ensure_vendor(:id, :name)"), {"id": uuid7(), "name": VENDOR})
        staff = connection.execute(text("SELECT email FROM sec.vendor_staff(:vendor)"), {"vendor": vendor.scalar_one()})
        addresses = {row.email for row in staff}
    return bool(addresses) and not addresses & ours


def ensure_staff() -> tuple[UUID, dict[str, Known]]:
    """The vendor's id and its staff by key; whoever is missing is made."""
    with system_transaction() as connection:
        vendor_id: UUID = connection.execute(
            text("SELECT sec.ensure_vendor(:id, :name)"), {"id": uuid7(), "name": VENDOR}
        ).scalar_one()
    known = {person.key: ensure_person(person) for person in STAFF}
    with system_transaction() as connection:
        for each in known.values():
            connection.execute(
                text("SELECT sec.grant_vendor_role(:who, :vendor, :role)"),
                {"who": each.id, "vendor": vendor_id, "role": each.person.role.value},
            )
    return vendor_id, known


def ensure_person(person: Person) -> Known:
    """The person, made when new; whoever signs in gets the demo's password unless they have one."""
    person_id = people.ensure_person(email=person.email, name=person.name)
    if person.signs_in:
        with system_transaction() as connection:
            has_none = connection.execute(
                text("SELECT password_hash IS NULL FROM sec.find_person(:email)"), {"email": person.email}
            ).scalar_one()
        if has_none:
            people.set_password(person_id, email=person.email, password=PASSWORD)
    return Known(person, person_id)
