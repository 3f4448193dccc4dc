"""The packets of a clinic, and one packet: what is wrong, what goes in, its signature and its versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.enrollment.rules import Defect, blocking
from credentialing.enrollment.rules.panel import WORDS, line_word
from credentialing.enrollment.services import case_packet, get_enrollment
from credentialing.packets.permissions import FORM_WRITE, PACKET_READ, PACKET_WORK
from credentialing.packets.schemas import PacketFixSchema, PacketSetupSchema
from credentialing.packets.services import fixes, overview, signatures, versions
from credentialing.packets.services.contents import save_setup
from credentialing.packets.services.overview import Line, Packet
from credentialing.packets.views.blueprint import bp
from credentialing.payers.book import payer
from credentialing.providers.services import get_provider
from credentialing.providers.views.tabs import ProviderTab, add_provider_tab, provider_tabs
from credentialing.requirements.catalog import load_catalog
from infra.db import unit_of_work
from infra.problems import Conflict, Invalid, NotFound, StaleVersion
from infra.web.pages import read_form, render
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, may, member
from tenants.documents.uploads import start_download

add_provider_tab(ProviderTab("Packets", "packets.provider_page", PACKET_READ, 40))
SIGNATURE_WORDS = {
    "none": ("Not signed here", "neutral"),
    "signed": ("Signed", "good"),
    "stale": ("Changed since", "attention"),
}
_SHOWN: dict[str, Callable[[Line], bool]] = {
    "ready": lambda line: line.is_ready,
    "open": lambda line: not line.is_ready,
    "stale": lambda line: line.signature == "stale",
    "made": lambda line: line.version is not None,
}
# Pages of other rooms, with the one to go to while they have none.
_SCREENING = ("verification.screening_page", "screening.queue_page", "providers.file_page")


def payer_name(payer_id: str) -> str:
    """The short name of a payer; its id when the book no longer has it."""
    known = payer(payer_id)
    return known.short_name if known else payer_id


@bp.get("/c/<uuid:clinic_id>/packets")
@access(PACKET_READ)
def list_page(clinic_id: UUID) -> ResponseReturnValue:
    """Packets that are not sent yet, those with the most to mend first."""
    show, text = request.args.get("show", ""), request.args.get("q", "").strip().casefold()
    lines = overview.packet_lines()
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        ("Packets", None),
    )
    shown = [line for line in lines if show not in _SHOWN or _SHOWN[show](line)]
    return render(
        "packets/list.html",
        clinic_id=clinic_id,
        lines=[line for line in shown if text in f"{line.provider_name} {payer_name(line.case.payer_id)}".casefold()],
        counts={name: sum(1 for line in lines if test(line)) for name, test in _SHOWN.items()},
        total=len(lines),
        show=show if show in _SHOWN else "",
        search=request.args.get("q", ""),
        first=_first_defects(shown),
        payer_name=payer_name,
        line_word=line_word,
        words={state.value: word for state, (word, _) in WORDS.items()},
        signature_words=SIGNATURE_WORDS,
        forms_permission=FORM_WRITE,
    )


def _first_defects(lines: Sequence[Line]) -> dict[UUID, str]:
    return {line.case.id: blocking(line.defects)[0].message for line in lines if not line.is_ready}


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/packets")
@access(PACKET_READ)
def provider_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """The packets of one provider, and every signature under the file."""
    provider = get_provider(provider_id)
    lines = overview.packet_lines(provider_id=provider_id)
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        (provider.name, url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id)),
        ("Packets", None),
    )
    return render(
        "packets/provider.html",
        clinic_id=clinic_id,
        provider=provider,
        tabs=provider_tabs(clinic_id, provider_id),
        lines=lines,
        first=_first_defects(lines),
        state=lines[0].state if lines else signatures.signature_states([provider])[provider_id],
        signed=signatures.attestations_in(provider_id),
        payer_name=payer_name,
        line_word=line_word,
        words={state.value: word for state, (word, _) in WORDS.items()},
        signature_words=SIGNATURE_WORDS,
    )


@bp.get("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet")
@access(PACKET_READ)
def packet_page(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """One packet."""
    return _packet(clinic_id, overview.packet_of(enrollment_id))


@bp.get("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet/check")
@access(PACKET_READ)
def check(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """What the payer would send back, as a part of the case's page."""
    found = blocking(case_packet(get_enrollment(enrollment_id)))
    return render("packets/check.html", clinic_id=clinic_id, enrollment_id=enrollment_id, wrong=found)


def _packet(clinic_id: UUID, packet: Packet, error: Invalid | None = None) -> str:
    name = payer_name(packet.case.payer_id)
    case_url = url_for("enrollment.case_page", clinic_id=clinic_id, enrollment_id=packet.case.id)
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Packets", url_for("packets.list_page", clinic_id=clinic_id)),
        (f"{name} for {packet.provider.name}", None),
    )
    wrong = blocking(packet.defects)
    documents = load_catalog().documents
    return render(
        "packets/packet.html",
        clinic_id=clinic_id,
        packet=packet,
        payer_name=name,
        case_url=case_url,
        wrong=[_row(clinic_id, packet, defect) for defect in wrong],
        warnings=[_row(clinic_id, packet, defect) for defect in packet.defects if defect not in wrong],
        job=versions.running_job(packet.case.id),
        signature_words=SIGNATURE_WORDS,
        line=line_word(packet.case.line_of_business),
        kind_label=lambda code: documents[code].label if code in documents else code,
        can_work=may(PACKET_WORK),
        values=request.form if error else {},
        refused=error.detail if error else None,
    )


def _row(clinic_id: UUID, packet: Packet, defect: Defect) -> dict[str, object]:
    """A defect with what one click does: a verb of ours, or the page where it is mended."""
    asked = packet.asked.get((packet.case.id, defect.code, defect.subject))
    label, url = _link(clinic_id, packet, defect)
    return {
        "defect": defect,
        "verb": fixes.LABELS.get(defect.action),
        "asked": asked,
        "link": label,
        "url": url,
    }


def _link(clinic_id: UUID, packet: Packet, defect: Defect) -> tuple[str, str | None]:
    provider_id = packet.provider.id
    file = url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id)
    if defect.action in ("upload", "ask_signature") and defect.subject in load_catalog().documents:
        code = defect.subject
        return "Upload", url_for("providers.upload_page", clinic_id=clinic_id, provider_id=provider_id, code=code)
    if defect.action in ("review", "open_document"):
        document = _document_of(packet, defect.subject)
        if document:
            return "Open the document", url_for("documents.document_page", clinic_id=clinic_id, document_id=document)
        return "Open the file", file
    if defect.action == "open_clinic":
        return "Open the clinic’s facts", url_for("portfolio.details_page", clinic_id=clinic_id)
    if defect.action == "open_locations":
        return "Open the locations", url_for("enrollment.locations_page", clinic_id=clinic_id)
    if defect.action == "open_screening":
        return "Open the screening", _first_page(clinic_id, provider_id)
    return ("", None) if defect.action == "none" else ("Open the file", file)


def _first_page(clinic_id: UUID, provider_id: UUID) -> str:
    endpoint = next(name for name in _SCREENING if name in current_app.view_functions)
    if endpoint == "providers.file_page":
        return url_for(endpoint, clinic_id=clinic_id, provider_id=provider_id)
    return url_for(endpoint, clinic_id=clinic_id)


def _document_of(packet: Packet, subject: str) -> str | None:
    """The document that a defect is about: its own id, or the one that answers the requirement."""
    for part in packet.parts:
        if part.document is not None and subject in (part.kind, str(part.document.id)):
            return str(part.document.id)
    return None


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet/fixes")
@access(PACKET_WORK)
def mend(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Do what one click does about a defect."""
    try:
        flash(fixes.mend(enrollment_id, **read_form(PacketFixSchema())).sentence, "success")
    except Conflict as error:
        flash(error.detail, "error")
    except NotFound as error:
        get_enrollment(enrollment_id)
        flash(error.detail, "info")
    return redirect(url_for("packets.packet_page", clinic_id=clinic_id, enrollment_id=enrollment_id))


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet/contents")
@access(PACKET_WORK)
def arrange(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Save what goes in and what the cover letter says."""
    packet = overview.packet_of(enrollment_id)
    chosen = set(request.form.getlist("part"))
    could = {part.key for part in packet.parts if not part.why_not or part.is_in}
    version = request.form.get("version", "")
    try:
        body = PacketSetupSchema().load(
            {"left_out": sorted(could - chosen), "letter_note": request.form.get("letter_note", "")[:2000]}
        )
        save_setup(packet.case, **body, if_version=int(version) if version.isdigit() else None)
    except StaleVersion:
        flash("Somebody arranged this packet meanwhile. Look at it again, then save.", "error")
    else:
        flash("Saved. The next version is made this way.", "success")
    return redirect(url_for("packets.packet_page", clinic_id=clinic_id, enrollment_id=enrollment_id))


@bp.post("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet/versions")
@access(PACKET_WORK)
def make_version(clinic_id: UUID, enrollment_id: UUID) -> ResponseReturnValue:
    """Have a version made; the page shows how far it is."""
    versions.order_version(enrollment_id)
    address = url_for("packets.packet_page", clinic_id=clinic_id, enrollment_id=enrollment_id)
    return redirect(f"{address}#versions")


@bp.get("/c/<uuid:clinic_id>/enrollments/<uuid:enrollment_id>/packet/versions/<int:number>.<any(pdf, zip):form>")
@access(PACKET_READ, session=False)
def download(clinic_id: UUID, enrollment_id: UUID, number: int, form: str) -> ResponseReturnValue:
    """The PDF of a version, or its ZIP, straight from the object store."""
    scope = actor().scope_in(member())
    with unit_of_work(scope):
        document = versions.version_file(enrollment_id, number, archive=form == "zip")
    return redirect(start_download(scope, document.id).url)
