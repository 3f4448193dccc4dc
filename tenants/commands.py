"""Commands of the deployment: `flask --app app token EMAIL` and `first-admin`."""

from __future__ import annotations

import os
import secrets

import click
from sqlalchemy import text

from infra.db import system_transaction
from infra.ids import uuid7
from infra.problems import ProductError
from tenants.access.roles import Role
from tenants.people import services


@click.command("token")
@click.argument("email")
def token_command(email: str) -> None:
    """Print a new API token for the person with that address."""
    try:
        _, token = services.issue_token(services.find_person(email), label="made on the command line")
    except ProductError as error:
        raise click.ClickException(error.detail) from error
    click.echo(token)


@click.command("first-admin")
def first_admin_command() -> None:
    """Make the vendor with one administrator, admin@onpanel.test, when there is nobody yet; prints the password once."""
    email = "admin@onpanel.test"
    try:
        services.find_person(email)
    except ProductError:
        password = os.environ.get("ONPANEL_ADMIN_PASSWORD") or secrets.token_urlsafe(16)
        make_vendor_person(email=email, name="Vendor Admin", role=Role.VENDOR_ADMIN, password=password)
        click.echo(f"Sign in as {email} with password {password}")


def make_vendor_person(
    *, email: str, name: str, role: Role, password: str, vendor_name: str = "Billing vendor"
) -> None:
    """Make a person of the vendor's staff with a password; the vendor is made with its first person."""
    person_id = services.ensure_person(email=email, name=name)
    services.set_password(person_id, email=email, password=password)
    with system_transaction() as connection:
        vendor_id = connection.execute(
            text("SELECT sec.ensure_vendor(:id, :name)"), {"id": uuid7(), "name": vendor_name}
        ).scalar_one()
        connection.execute(
            text("SELECT sec.set_vendor_role(:who, :vendor, :role)"),
            {"who": person_id, "vendor": vendor_id, "role": role.value},
        )


COMMANDS = (token_command, first_admin_command)
