"""The one click that mends a defect: what can be done at once is done, what a provider must do is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment, Location
from credentialing.enrollment.rules import Defect
from credentialing.enrollment.services import case_packet, get_enrollment
from credentialing.enrollment.services.packet_facts import background_of
from credentialing.packets.models import PacketRequest
from credentialing.packets.services.contents import location_of, registry_address
from credentialing.providers.services import differences_of, get_provider, recheck_registry
from credentialing.providers.services.sources import take
from infra.db import current_scope, current_tenant, db
from infra.outbox import later
from infra.problems import Conflict, NotFound
from tenants.audit import record
from tenants.clinics.services import get_clinic

ASK_TOPIC = "credentialing.ask_provider"
ASKING = frozenset({"ask_provider", "ask_caqh", "ask_signature"})
DOING = frozenset({"take_registry", "take_paper", "take_tin", "recheck_registry"})
LABELS = {
    "ask_provider": "Ask the provider",
    "ask_caqh": "Ask to attest at CAQH",
    "ask_signature": "Ask for the signature",
    "take_registry": "Take what the registry says",
    "take_paper": "Use the address of the W-9",
    "take_tin": "Use the clinic’s tax ID",
    "recheck_registry": "Ask the registry again",
}


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done about a defect, in one sentence, and the job that goes on with it."""

    sentence: str
    job_id: UUID | None = None


def find_defect(defects: Sequence[Defect], code: str, subject: str) -> Defect:
    """The defect that a click was about. Raises `NotFound` when it is mended already."""
    for defect in defects:
        if defect.code == code and defect.subject == subject:
            return defect
    raise NotFound("This is mended already.")


def mend(enrollment_id: UUID, *, code: str, subject: str = "") -> Fixed:
    """Do what one click does about a defect of a packet. Raises `NotFound`, `Conflict` for one that only a person can mend."""
    case = get_enrollment(enrollment_id)
    defect = find_defect(case_packet(case), code, subject)
    if defect.action == "take_registry":
        return _use_registry_address(case) if code == "address-differs" else _take_differences(case)
    if defect.action == "take_paper":
        return _use_paper_address(case, defect.subject)
    if defect.action == "take_tin":
        return _use_clinic_tin(case)
    if defect.action == "recheck_registry":
        return Fixed("The registry is being asked again.", recheck_registry(case.provider_id))
    if defect.action in ASKING:
        return _ask(case, defect)
    raise Conflict(f"This needs a person: {defect.fix}")


def _take_differences(case: Enrollment) -> Fixed:
    rows = differences_of(get_provider(case.provider_id))
    if not rows:
        raise NotFound("The registry and the file no longer differ.")
    take(case.provider_id, source="nppes", paths=[row.path for row in rows])
    words = ", ".join(row.label[:1].lower() + row.label[1:] for row in rows)
    return Fixed(f"Took over from the registry: {words}.")


def _use_registry_address(case: Enrollment) -> Fixed:
    return _move(
        location_of(case), registry_address(get_provider(case.provider_id)), "the NPI registry", "the registry"
    )


def _use_clinic_tin(case: Enrollment) -> Fixed:
    before, case.tin = case.tin, get_clinic().tin
    db().flush()
    record(
        "enrollment.changed",
        f"took the clinic's tax ID {case.tin} for the application, instead of {before}",
        subject_kind="enrollment",
        subject_id=case.id,
    )
    return Fixed(f"The application is for tax ID {case.tin} now, as the clinic's facts say.")


def _use_paper_address(case: Enrollment, paper: str) -> Fixed:
    said = background_of([case]).known.addresses.get(case.provider_id, ())
    return _move(location_of(case), next((each.text for each in said if each.paper == paper), ""), "the W-9", "the W-9")


def _move(place: Location | None, wanted: str, source: str, short: str) -> Fixed:
    if place is None or not wanted:
        raise Conflict(f"There is no location, or {short} has no address.")
    before, place.address = place.address, wanted
    db().flush()
    record(
        "location.changed",
        f"took the address that {source} has for {place.name}, instead of {before}",
        subject_kind="location",
        subject_id=place.id,
    )
    return Fixed(f"{place.name} is at {wanted} now, as {short} says.")


def _ask(case: Enrollment, defect: Defect) -> Fixed:
    provider = get_provider(case.provider_id)
    asked = PacketRequest(
        provider_id=provider.id,
        enrollment_id=case.id,
        code=defect.code,
        subject=defect.subject,
        message=defect.message,
        asked_by_name=current_scope().actor_name,
        was_mailed=bool(provider.email),
    )
    db().add(asked)
    db().flush()
    record(
        "packet.asked",
        f"asked {provider.name}: {defect.message}",
        subject_kind="provider",
        subject_id=provider.id,
    )
    if not provider.email:
        return Fixed(f"Noted, but {provider.name} has no e-mail address in the file: tell them yourself.")
    job = later(
        ASK_TOPIC,
        {"provider_id": str(provider.id), "message": defect.message, "action": defect.action, "kind": defect.subject},
    )
    return Fixed(f"{provider.name} was asked by mail.", job)


def requests_of(enrollment_ids: Sequence[UUID]) -> dict[tuple[UUID, str, str], PacketRequest]:
    """The last time that each thing was asked for, by case, code and subject, in one query."""
    if not enrollment_ids:
        return {}
    rows = db().scalars(
        select(PacketRequest)
        .where(PacketRequest.tenant_id == current_tenant(), PacketRequest.enrollment_id.in_(list(enrollment_ids)))
        .order_by(PacketRequest.id)
    )
    return {(row.enrollment_id, row.code, row.subject): row for row in rows}
