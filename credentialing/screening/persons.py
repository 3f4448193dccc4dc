"""Providers as lists see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credentialing.credentials.services import credentials_of
from credentialing.providers.models import Provider
from credentialing.screening.rules import Person
from infra.crypto import decrypt, fingerprint


def persons_of(providers: Sequence[Provider]) -> list[Person]:
    """The providers as lists see them, without their sealed dates of birth; one query for the states of their licenses."""
    held = credentials_of([provider.id for provider in providers], kinds=("state_license",))
    return [
        Person(
            npi=provider.npi,
            first_name=provider.first_name,
            middle_name=provider.middle_name or "",
            last_name=provider.last_name,
            former_names=tuple(provider.former_names),
            states=frozenset(
                state.upper() for state in (provider.license_state, *(row.state for row in held[provider.id])) if state
            ),
        )
        for provider in providers
    ]


def born_on(provider: Provider) -> date | None:
    """The sealed date of birth, opened for comparing only. None when the file does not say."""
    if provider.sealed_birth_date is None:
        return None
    text = decrypt(provider.sealed_birth_date, tenant_id=provider.tenant_id, place=f"provider.birth_date.{provider.id}")
    return date.fromisoformat(text)


def print_of(provider: Provider, person: Person) -> str:
    """Recognizes the facts on our side of a match: any change of name, NPI, birth or states changes it, and nobody can read them back."""
    born = born_on(provider)
    facts = (
        person.npi,
        person.first_name,
        person.middle_name,
        person.last_name,
        *sorted(person.former_names),
        born.isoformat() if born else "",
        *sorted(person.states),
    )
    return fingerprint("\x1f".join(facts), tenant_id=provider.tenant_id)
