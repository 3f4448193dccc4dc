"""The provider's own file as a list of steps, over every clinic in which they work. Made for a phone held in one hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue

from credentialing.providers.models import Provider
from credentialing.providers.services import get_provider
from credentialing.providers.services.sections import (
    FileProgress,
    SectionState,
    parts_of,
    progress_of,
    section_states,
    steps_of,
)
from credentialing.providers.views.blueprint import bp
from credentialing.providers.views.files import LINE_WORDS
from credentialing.providers.views.sections import STATE_WORDS
from credentialing.providers.views.words import payer_names
from credentialing.requirements.services import Line
from infra.db import unit_of_work
from infra.web.pages import render
from tenants.access.chrome import crumbs
from tenants.access.gate import actor, signed_in
from tenants.access.identity import Identity, Member
from tenants.access.roles import Role


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A provider's file in one clinic: the steps that are asked for, the others, and the papers that are missing."""

    member: Member
    provider: Provider
    progress: FileProgress
    steps: tuple[SectionState, ...]
    others: tuple[SectionState, ...]
    papers: tuple[Line, ...]


def own_files(identity: Identity) -> list[OwnFile]:
    """This person's files, clinic by clinic: one short unit of work for each membership as a provider, never a mixed one."""
    found = []
    for membership in identity.memberships:
        if membership.role is Role.PROVIDER and membership.provider_id is not None:
            with unit_of_work(identity.scope_in(membership)):
                found.append(_own_file(membership, get_provider(membership.provider_id)))
    return found


def _own_file(membership: Member, provider: Provider) -> OwnFile:
    parts = parts_of([provider])[0]
    states = section_states(parts)
    steps = steps_of(states)
    return OwnFile(
        membership,
        provider,
        progress_of(states),
        tuple(steps),
        tuple(state for state in states if state not in steps),
        parts.state.missing,
    )


@bp.get("/me/file")
@signed_in(session=False)
def me_file() -> ResponseReturnValue:
    """What is done, what is next, and which papers to photograph."""
    crumbs(("My file", None))
    context: dict[str, Any] = {
        "files": own_files(actor()),
        "words": STATE_WORDS,
        "line_words": LINE_WORDS,
        "payer_names": payer_names,
    }
    return render("providers/mine_file.html", **context)
