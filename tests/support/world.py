"""Worlds: a vendor's staff, clinics with a person of every role, and the clients that act for them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, text

from infra import clock
from infra.db import Scope, system_transaction, unit_of_work
from infra.ids import uuid7
from infra.jobs.runner import perform
from infra.outbox import OutboxRow
from onboarding.plan.services import sign_clinic
from tenants.access.roles import Role
from tenants.clinics.services import NewClinic
from tenants.people import services as people
from tests.support.clients import Api, Pages

ROLES = (Role.VENDOR_ADMIN, Role.ACCOUNT_MANAGER, Role.SPECIALIST, Role.CLINIC_ADMIN)


@dataclass
class Person:
    """A person with an API token; `pages` is their browser without JavaScript."""

    id: UUID
    email: str
    name: str
    token: str
    app: Flask

    @property
    def api(self) -> Api:
        """A client with this person's token."""
        return Api(self.app, self.token)

    @property
    def pages(self) -> Pages:
        """A signed-in client that parses every page strictly."""
        return Pages(self.app, people.open_session(self.id))


@dataclass
class TestClinic:
    """A clinic and its people by role."""

    __test__ = False
    id: UUID
    name: str
    people: dict[Role, Person] = field(default_factory=dict)

    @property
    def manager(self) -> Person:
        """The account manager."""
        return self.people[Role.ACCOUNT_MANAGER]

    @property
    def specialist(self) -> Person:
        """The vendor's specialist."""
        return self.people[Role.SPECIALIST]

    @property
    def admin(self) -> Person:
        """The clinic administrator."""
        return self.people[Role.CLINIC_ADMIN]

    @property
    def scope(self) -> Scope:
        """The account manager's scope in this clinic."""
        return Scope(tenant_id=self.id, actor_id=self.manager.id, actor_name=self.manager.name)

    @contextlib.contextmanager
    def work(self) -> Iterator[Any]:
        """A unit of work in this clinic."""
        with unit_of_work(self.scope) as session:
            yield session

    def url(self, path: str) -> str:
        """An API address inside this clinic."""
        return f"/api/v1/clinics/{self.id}{path}"

    def page(self, path: str = "") -> str:
        """A page's address inside this clinic."""
        return f"/c/{self.id}{path}"


class World:
    """Makes clinics and people. Everything is new, so tests need not clean up after each other."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with system_transaction() as connection:
            self.vendor_id = connection.execute(
                text("SELECT sec.ensure_vendor(:id, 'Northwind Billing')"), {"id": uuid7()}
            ).scalar_one()

    def person(self, name: str = "Pat Example", *, vendor_role: Role | None = None) -> Person:
        """A person with a token, not yet a member of anything."""
        email = f"{name.split()[0].lower()}.{uuid7().hex[-12:]}@example.test"
        person_id = people.ensure_person(email=email, name=name)
        if vendor_role is not None:
            with system_transaction() as connection:
                connection.execute(
                    text("SELECT sec.set_vendor_role(:who, :vendor, :role)"),
                    {"who": person_id, "vendor": self.vendor_id, "role": vendor_role.value},
                )
        _, token = people.issue_token(person_id, label="test")
        return Person(person_id, email, name, token, self.app)

    def clinic(self, name: str, *, variant: str = "standard_3w", **changes: Any) -> TestClinic:
        """A clinic with an account manager, a specialist and a clinic administrator, made as the product makes it."""
        manager = self.person("Morgan Manager", vendor_role=Role.ACCOUNT_MANAGER)
        made = TestClinic(uuid7(), name, {Role.ACCOUNT_MANAGER: manager})
        facts: dict[str, Any] = {
            "name": name,
            "state": "OH",
            "timezone": "America/New_York",
            "contract_on": date(2026, 11, 2),
            "traits": {"has_medicare": True},
        }
        with unit_of_work(Scope(tenant_id=made.id, actor_id=manager.id, actor_name=manager.name)):
            sign_clinic(
                NewClinic(**(facts | changes)),
                vendor_id=self.vendor_id,
                creator_role=Role.ACCOUNT_MANAGER,
                variant=variant,
            )
        for role, person_name in ((Role.SPECIALIST, "Sam Specialist"), (Role.CLINIC_ADMIN, "Casey Clinic")):
            made.people[role] = self.join(made, self.person(person_name), role)
        return made

    def join(self, clinic: TestClinic, person: Person, role: Role, provider_id: UUID | None = None) -> Person:
        """Make a person an active member of a clinic."""
        with clinic.work():
            people.add_member(
                person_id=person.id, email=person.email, name=person.name, role=role, provider_id=provider_id
            )
        return person


def drain(clinic: TestClinic, *, rounds: int = 50, only: str | None = None) -> list[str]:
    """Perform this clinic's due outbox rows, and what they cause, as a worker would. Returns the topics in order."""
    performed = []
    for _ in range(rounds):
        with unit_of_work(Scope(tenant_id=clinic.id)) as session:
            due = session.execute(
                select(OutboxRow.id, OutboxRow.topic)
                .where(
                    OutboxRow.tenant_id == clinic.id,
                    OutboxRow.done_at.is_(None),
                    OutboxRow.dead_at.is_(None),
                    OutboxRow.next_at <= clock.now(),
                )
                .order_by(OutboxRow.id)
            ).all()
        due = [row for row in due if only is None or row.topic == only]
        if not due:
            return performed
        for row in due:
            perform(str(row.id))
            performed.append(row.topic)
    raise AssertionError(f"work does not end: {performed[-5:]}")


def failures(clinic: TestClinic) -> list[tuple[str, str]]:
    """Topics and errors of work that failed so far."""
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        return [
            (row.topic, row.last_error)
            for row in session.scalars(
                select(OutboxRow).where(OutboxRow.tenant_id == clinic.id, OutboxRow.last_error.is_not(None))
            )
        ]
