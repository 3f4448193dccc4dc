"""A provider's own panel over every clinic in which they work: one short unit of work for each membership, never a mixed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credentialing.panel.services import OwnPanel, own_panel
from credentialing.providers.services.sections import FileProgress, parts_of, progress_of, section_states
from infra import clock
from infra.db import unit_of_work
from tenants.access.identity import Identity, Member
from tenants.access.roles import Role


@dataclass(frozen=True, slots=True)
class OwnClinic:
    """One membership as a provider, what the clinic's cases say to them, and how far their file is. `today` is the clinic's day."""

    member: Member
    panel: OwnPanel
    file: FileProgress
    today: date


def clinics_of_provider(identity: Identity) -> list[OwnClinic]:
    """Where this person is a provider, clinic by clinic; empty for whoever is none."""
    found = []
    for membership in identity.memberships:
        if membership.role is Role.PROVIDER and membership.provider_id is not None:
            with unit_of_work(identity.scope_in(membership)):
                panel = own_panel(membership.provider_id)
                file = progress_of(section_states(parts_of([panel.provider])[0]))
            found.append(OwnClinic(membership, panel, file, clock.today(membership.timezone)))
    return found
