"""Packets over the API: checks and fixes, contents, versions, forms with their maps, signatures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_smorest import Blueprint

from credentialing.enrollment.rules import blocking
from credentialing.enrollment.services import get_enrollment
from credentialing.packets.facts.attested import facts_hash
from credentialing.packets.models import Attestation, PacketForm
from credentialing.packets.permissions import (
    ATTESTATION_READ,
    ATTESTATION_SIGN,
    FORM_READ,
    FORM_WRITE,
    PACKET_READ,
    PACKET_WORK,
)
from credentialing.packets.schemas import (
    AttestationListSchema,
    AttestationSchema,
    FormMapSchema,
    NewPacketFormSchema,
    PacketFixedSchema,
    PacketFixSchema,
    PacketFormChangeSchema,
    PacketFormListSchema,
    PacketFormSchema,
    PacketListSchema,
    PacketSetupSchema,
    PacketVersionListSchema,
    SignAttestationSchema,
    ToSignSchema,
    WholePacketSchema,
)
from credentialing.packets.services import fixes, forms, overview, signatures, versions
from credentialing.packets.services.contents import save_setup
from credentialing.packets.statements import STATEMENTS, TEXT_VERSION, TITLE
from infra import clock
from infra.db import unit_of_work
from infra.web.pages import encode_cursor, number_cursor, page_size, set_version, wanted_version
from infra.web.query import IF_MATCH, PAGES, choice_argument, parameter, uuid_argument
from tenants.access.gate import access, actor, member
from tenants.documents.schemas import DownloadSchema
from tenants.documents.uploads import start_download
from tenants.schemas import JobAnswer

blp = Blueprint("packets_api", __name__, url_prefix="/api/v1", description="Packets, forms and signatures")
_CASE = "/clinics/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet"


def _job(job_id: UUID) -> dict[str, Any]:
    return {"job_id": job_id, "status_url": url_for("jobs_api.get_job", job_id=job_id)}


@blp.get("/clinics/<uuid:clinic_id>/packets")
@access(PACKET_READ)
@blp.doc(parameters=[parameter("provider_id", "Only packets of this provider.", form="uuid")])
@blp.response(200, PacketListSchema)
def list_packets(clinic_id: UUID) -> dict[str, Any]:
    """Packets of applications that are not sent yet, those with the most to mend first."""
    return {"items": overview.packet_lines(provider_id=uuid_argument("provider_id")), "next_cursor": None}


@blp.get(_CASE)
@access(PACKET_READ)
@blp.response(200, WholePacketSchema)
def get_packet(clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """Whether an application is ready, what is wrong with it, and what goes in."""
    found = overview.packet_of(enrollment_id)
    set_version(found.setup.version if found.setup else 0)
    return {
        "enrollment_id": found.case.id,
        "provider_id": found.case.provider_id,
        "payer_id": found.case.payer_id,
        "ready": not blocking(found.defects),
        "defects": found.defects,
        "parts": found.parts,
        "letter_note": found.setup.letter_note if found.setup else "",
        "signature": found.signature,
        "latest_version": found.versions[0] if found.versions else None,
    }


@blp.put(_CASE)
@access(PACKET_WORK)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(PacketSetupSchema)
@blp.response(200, WholePacketSchema)
def arrange_packet(body: dict[str, Any], clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """Say what stays out of a packet and what the cover letter says."""
    save_setup(get_enrollment(enrollment_id), **body, if_version=wanted_version())
    answer: dict[str, Any] = get_packet(clinic_id=clinic_id, enrollment_id=enrollment_id)
    return answer


@blp.post(f"{_CASE}/fixes")
@access(PACKET_WORK)
@blp.arguments(PacketFixSchema)
@blp.response(200, PacketFixedSchema)
def mend_packet(body: dict[str, Any], clinic_id: UUID, enrollment_id: UUID) -> fixes.Fixed:
    """Do what one click does about a defect; 409 for one that only a person can mend."""
    return fixes.mend(enrollment_id, **body)


@blp.post(f"{_CASE}/versions")
@access(PACKET_WORK)
@blp.response(202, JobAnswer)
def make_version(clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """Have a version made; its job says `unchanged` when nothing changed since the last one."""
    return _job(versions.order_version(enrollment_id))


@blp.get(f"{_CASE}/versions")
@access(PACKET_READ)
@blp.doc(parameters=[*PAGES])
@blp.response(200, PacketVersionListSchema)
def list_versions(clinic_id: UUID, enrollment_id: UUID) -> dict[str, Any]:
    """Versions of a packet, newest first."""
    limit = page_size()
    rows = versions.versions_of(get_enrollment(enrollment_id), limit=limit + 1, before=number_cursor())
    more = encode_cursor(rows[limit - 1].number) if len(rows) > limit else None
    return {"items": rows[:limit], "next_cursor": more}


@blp.get(f"{_CASE}/versions/<int:number>/download")
@access(PACKET_READ, session=False)
@blp.doc(parameters=[parameter("format", "The joined PDF, or the ZIP of all files.", choices=("pdf", "zip"))])
@blp.response(200, DownloadSchema)
def download_version(clinic_id: UUID, enrollment_id: UUID, number: int) -> dict[str, Any]:
    """A one-minute address of a version."""
    scope = actor().scope_in(member())
    archive = choice_argument("format", ("pdf", "zip")) == "zip"
    with unit_of_work(scope):
        document = versions.version_file(enrollment_id, number, archive=archive)
    made = start_download(scope, document.id)
    return {"url": made.url, "expires_at": clock.now() + timedelta(seconds=made.expires_in_s)}


@blp.get("/clinics/<uuid:clinic_id>/forms")
@access(FORM_READ)
@blp.doc(parameters=[parameter("payer_id", "Only forms of this payer and those for all.")])
@blp.response(200, PacketFormListSchema)
def list_forms(clinic_id: UUID) -> dict[str, Any]:
    """Forms in use, by name."""
    return {"items": forms.list_forms(payer_id=request.args.get("payer_id")), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/forms")
@access(FORM_WRITE)
@blp.arguments(NewPacketFormSchema)
@blp.response(201, PacketFormSchema)
def add_form(body: dict[str, Any], clinic_id: UUID) -> PacketForm:
    """Make an uploaded PDF a form; a job reads its fields."""
    return forms.add_form(**body)


@blp.post("/clinics/<uuid:clinic_id>/forms/library/<code>")
@access(FORM_WRITE)
@blp.response(202, JobAnswer)
def add_library_form(clinic_id: UUID, code: str) -> dict[str, Any]:
    """Have a form that ships with the product added: `w9`."""
    return _job(forms.request_library_form(code))


@blp.get("/clinics/<uuid:clinic_id>/forms/<uuid:form_id>")
@access(FORM_READ)
@blp.response(200, PacketFormSchema)
def get_form(clinic_id: UUID, form_id: UUID) -> PacketForm:
    """A form with its fields and its map."""
    form = forms.get_form(form_id)
    set_version(form.version)
    return form


@blp.patch("/clinics/<uuid:clinic_id>/forms/<uuid:form_id>")
@access(FORM_WRITE)
@blp.arguments(PacketFormChangeSchema)
@blp.response(200, PacketFormSchema)
def change_form(body: dict[str, Any], clinic_id: UUID, form_id: UUID) -> PacketForm:
    """Rename a form, or say for whom it is and how many of its pages are sent."""
    return forms.change_form(form_id, **body)


@blp.delete("/clinics/<uuid:clinic_id>/forms/<uuid:form_id>")
@access(FORM_WRITE)
@blp.response(200, PacketFormSchema)
def retire_form(clinic_id: UUID, form_id: UUID) -> PacketForm:
    """Take a form out of use; versions that used it stay as they are."""
    return forms.retire_form(form_id)


@blp.put("/clinics/<uuid:clinic_id>/forms/<uuid:form_id>/map")
@access(FORM_WRITE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(FormMapSchema)
@blp.response(200, PacketFormSchema)
def save_map(body: dict[str, Any], clinic_id: UUID, form_id: UUID) -> PacketForm:
    """Save which fact or text goes into which field."""
    form = forms.save_map(form_id, field_map=body["fields"], if_version=wanted_version())
    set_version(form.version)
    return form


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/attestations")
@access(ATTESTATION_READ)
@blp.response(200, AttestationListSchema)
def list_attestations(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Signatures of a provider, newest first, and how the newest stands."""
    rows = signatures.attestations_of(provider_id)
    provider, _ = signatures.to_sign(provider_id)
    return {"items": rows, "next_cursor": None, "current": signatures.signature_states([provider])[provider.id]}


@blp.get("/clinics/<uuid:clinic_id>/me/attestation")
@access(ATTESTATION_SIGN)
@blp.response(200, ToSignSchema)
def to_sign(clinic_id: UUID) -> dict[str, Any]:
    """What the provider who asks would sign for now."""
    provider, facts = signatures.to_sign(signatures.own_provider_id())
    return {
        "text_version": TEXT_VERSION,
        "title": TITLE,
        "statements": STATEMENTS,
        "facts": facts,
        "facts_hash": facts_hash(facts),
        "signature": signatures.signature_states([provider])[provider.id],
    }


@blp.post("/clinics/<uuid:clinic_id>/me/attestation")
@access(ATTESTATION_SIGN)
@blp.arguments(SignAttestationSchema)
@blp.response(201, AttestationSchema)
def sign(body: dict[str, Any], clinic_id: UUID) -> Attestation:
    """Sign one's own file; the sealed PDF is made by a job."""
    body.pop("agreed")
    who = actor()
    return signatures.sign(
        signatures.Signing(
            **body, ip=request.remote_addr or "unknown", user_agent=str(request.user_agent), email=who.email
        )
    )
