"""The packets of a clinic by readiness, and everything that the page of one shows: a fixed number of statements for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.rules import Defect, blocking
from credentialing.enrollment.services import case_packet, get_enrollment, packets_of
from credentialing.enrollment.states import EnrollmentState
from credentialing.packets.models import PacketRequest, PacketSetup, PacketVersion
from credentialing.packets.services.contents import PlannedPart, planned_parts, setup_of
from credentialing.packets.services.fixes import requests_of
from credentialing.packets.services.signatures import SignatureState, signature_states
from credentialing.packets.services.versions import latest_versions, versions_of
from credentialing.providers.models import Provider
from credentialing.providers.services import get_provider
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
    signature: str
    version: PacketVersion | None

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
    found, newest = packets_of(cases), latest_versions([case.id for case in cases])
    ids = {case.provider_id for case in cases}
    people = (
        db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.id.in_(list(ids)))).all()
    )
    providers, signed = {person.id: person for person in people}, signature_states(people)
    lines = [
        Line(
            case,
            providers[case.provider_id],
            tuple(found[case.id]),
            signed[case.provider_id].status,
            newest.get(case.id),
        )
        for case in cases
    ]
    return sorted(lines, key=lambda line: (-line.blocking_count, line.provider.last_name, line.case.payer_id))


def packet_of(enrollment_id: UUID) -> Packet:
    """Everything about the packet of a case. Raises `NotFound`."""
    case = get_enrollment(enrollment_id)
    provider, setup = get_provider(case.provider_id), setup_of(case.id)
    return Packet(
        case=case,
        provider=provider,
        defects=tuple(case_packet(case)),
        parts=tuple(planned_parts(case, setup)),
        setup=setup,
        signature=signature_states([provider])[provider.id],
        versions=versions_of(case, limit=20),
        asked=requests_of([case.id]),
    )
