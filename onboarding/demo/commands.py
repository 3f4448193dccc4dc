"""`flask --app app demo`: loads the demo vendor where it is missing, and prints first how everybody signs in."""

from __future__ import annotations

import time

import click

from infra.logs import configure_logs
from infra.settings import settings
from onboarding.demo.clinics import CLINICS
from onboarding.demo.loading import ensure_people, load
from onboarding.demo.people import PASSWORD, STAFF, Person, vendor_of_others
from onboarding.demo.providers import PROVIDERS


@click.command("demo")
def demo_command() -> None:
    """Load the demo vendor where it is missing (again after it was cut off), after printing the sign-ins. Not for production."""
    if not settings().is_embedded:
        raise click.ClickException(
            "The demo has a password that everybody knows, so it is not loaded when ONPANEL_ENV is production."
        )
    if vendor_of_others():
        click.echo("This database has a billing vendor already, so the demo vendor is not loaded.")
        return
    configure_logs("ERROR")  # hundreds of jobs are performed here; the terminal is for the sign-ins
    ensure_people()
    click.echo(sign_in_table())
    click.echo("\nLoading the demo vendor (about a minute; pages fill while you look) …")
    begun = time.monotonic()
    if load(click.echo):
        click.echo(f"The demo vendor is loaded ({time.monotonic() - begun:.0f} s).")
    else:
        click.echo("The demo vendor was there already.")
    if not settings().clamd_url:
        click.echo(
            "There is no virus scanner: the demo's papers wait for one, and what they prove is only claimed so far."
        )


def sign_ins() -> list[tuple[Person, str]]:
    """Everybody who can sign in, with what they are there for."""
    found = [(person, person.note) for person in STAFF]
    for clinic in CLINICS:
        found.append((clinic.admin, f"{clinic.name} ({clinic.standing})"))
        found += [(each.person(clinic), clinic.name) for each in PROVIDERS[clinic.key] if each.signs_in]
    return found


def sign_in_table() -> str:
    """The sign-ins as a table for a terminal."""
    rows = [("e-mail", "role", "for"), *((who.email, who.role.label, note) for who, note in sign_ins())]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", *lines, "", f"The password of all of them: {PASSWORD}"])


COMMANDS = (demo_command,)
