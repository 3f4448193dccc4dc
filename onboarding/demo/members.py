"""Opening the providers' files, and bringing the providers in: some sign in already, some have their invitation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from credentialing.providers.services.files import REGISTRY_TOPIC
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.providers import DemoProvider, ids_by_npi, open_files
from onboarding.demo.story import Act
from tenants.access.roles import Role
from tenants.people import services as people


def provider_acts(clinic: DemoClinic, providers: Sequence[DemoProvider], on: date) -> list[Act]:
    """The specialist opens the files from the clinic's list; the registry is asked about each."""
    return [
        Act(
            "files opened",
            on,
            "tomas",
            lambda: open_files(clinic, tuple(providers), on),
            topics=frozenset({REGISTRY_TOPIC}),
        )
    ]


def invite_acts(clinic: DemoClinic, providers: Sequence[DemoProvider], on: date, *, accepted: int) -> list[Act]:
    """Every provider is invited; the first `accepted` of them have come."""
    proof = frozenset({"onboarding.complete_tasks"})
    return [Act("providers invited", on, clinic.admin.key, _inviting(clinic, providers, accepted), latest=proof)]


def _inviting(clinic: DemoClinic, providers: Sequence[DemoProvider], accepted: int) -> Callable[[], None]:
    def invite() -> None:
        ids = ids_by_npi()
        for number, provider in enumerate(providers):
            person, provider_id = provider.person(clinic), ids[provider.known_npi]
            if number < accepted:
                # Who has come was invited on the same day: the link itself needs a browser, so the membership is made at once.
                person_id = people.ensure_person(email=person.email, name=person.name)
                people.add_member(
                    person_id=person_id,
                    email=person.email,
                    name=person.name,
                    role=Role.PROVIDER,
                    provider_id=provider_id,
                )
            else:
                people.invite(
                    email=person.email,
                    name=person.name,
                    role=Role.PROVIDER,
                    provider_id=provider_id,
                    inviter=Role.CLINIC_ADMIN,
                )

    return invite
