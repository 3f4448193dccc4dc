"""The packets of a clinic by readiness, and everything that the page of one shows: a fixed number of statements for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.rules import Defect, blocking
from credentialing.enrollment.services.packet_facts import background_of, defects_in
from credentialing.enrollment.states import EnrollmentState
from credentialing.packets import knowledge as _knowledge  # noqa: F401 - registers itself
from credentialing.packets.models import PacketRequest, PacketSetup, PacketVersion
from credentialing.packets.services.contents import PlannedPart, case_with_setup, planned_parts
from credentialing.packets.services.fixes import requests_of
from credentialing.packets.services.signatures import SIGNATURES, SignatureState
from credentialing.packets.services.versions import latest_versions, versions_of
from credentialing.providers.models import Provider
from infra.db import current_tenant, db

S = EnrollmentState
BEFORE_SENDING = (S.NOT_STARTED, S.GATHERING, S.READY_TO_SUBMIT)
MOST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A packet in the list of a clinic: what is wrong, how it is signed, and its newest version."""

    case: Enrollment
    provider: Provider
    defects: tuple[Defect, ...]
    state: SignatureState
    version: PacketVersion | None

    @property
    def signature(self) -> str:
        """none, signed or stale."""
        return self.state.status

    @property
    def provider_name(self) -> str:
        """The provider's name."""
        return self.provider.name

    @property
    def blocking_count(self) -> int:
        """For how many things a payer would send it back."""
        return len(blocking(self.defects))

    @property
    def is_ready(self) -> bool:
        """True when nothing stands in the way."""
        return self.blocking_count == 0


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything about the packet of one case."""

    case: Enrollment
    provider: Provider
    defects: tuple[Defect, ...]
    parts: tuple[PlannedPart, ...]
    setup: PacketSetup | None
    signature: SignatureState
    versions: Sequence[PacketVersion]
    asked: dict[tuple[UUID, str, str], PacketRequest]

    @property
    def is_ready(self) -> bool:
        """True when a payer would find nothing to send back."""
        return not blocking(self.defects)


def packet_lines(*, provider_id: UUID | None = None) -> list[Line]:
    """The packets of applications that are not sent yet, those with the most to mend first."""
    query = select(Enrollment).where(
        Enrollment.tenant_id == current_tenant(), Enrollment.status.in_([state.value for state in BEFORE_SENDING])
    )
    if provider_id is not None:
        query = query.where(Enrollment.provider_id == provider_id)
    cases = db().scalars(query.order_by(Enrollment.id).limit(MOST_SHOWN)).all()
    if not cases:
        return []
    background = background_of(cases)
    found, newest = defects_in(cases, background), latest_versions([case.id for case in cases])
    signed = background.known.more[SIGNATURES]
    lines = [
        Line(
            case,
            background.providers[case.provider_id],
            tuple(found[case.id]),
            signed[case.provider_id],
            newest.get(case.id),
        )
        for case in cases
    ]
    return sorted(lines, key=lambda line: (-line.blocking_count, line.provider.last_name, line.case.payer_id))


def packet_of(enrollment_id: UUID) -> Packet:
    """Everything about the packet of a case. Raises `NotFound`."""
    case, setup = case_with_setup(enrollment_id)
    background = background_of([case])
    provider = background.providers[case.provider_id]
    return Packet(
        case=case,
        provider=provider,
        defects=tuple(defects_in([case], background)[case.id]),
        parts=tuple(planned_parts(case, setup, file=background.papers.files[provider.id])),
        setup=setup,
        signature=background.known.more[SIGNATURES][provider.id],
        versions=versions_of(case, limit=20),
        asked=requests_of([case.id]),
    )
