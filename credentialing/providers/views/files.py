"""The list of providers, a provider's file, and the forms around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.monitoring.services.listing import next_ends
from credentialing.providers import registry, services
from credentialing.providers.api import name_cursor
from credentialing.providers.models import Provider
from credentialing.providers.permissions import PROVIDER_LIST, PROVIDER_READ, PROVIDER_REVEAL, PROVIDER_WRITE
from credentialing.providers.rules import LicenseGuess, initials, license_type_for
from credentialing.providers.schemas import LICENSE_TYPES, NewProviderSchema, ProviderChangeSchema
from credentialing.providers.services.files import panel_strips
from credentialing.providers.services.people import count_providers, invite_provider, portal_access
from credentialing.providers.views.blueprint import bp, license_label
from credentialing.providers.views.tabs import provider_tabs
from credentialing.providers.views.words import payer_names
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.services import FileState, Line, file_of, files_of
from credentialing.verification.permissions import VERIFICATION_RUN
from credentialing.verification.services import list_verifications
from infra.problems import Conflict, Invalid, NotFound, invalid
from infra.web.pages import encode_cursor, errors_by_field, page_size, read_form, render, render_block
from integrations.nppes import NppesRecord
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, member
from tenants.access.roles import Role
from tenants.documents.models import Document
from tenants.documents.permissions import DOCUMENT_REVIEW, DOCUMENT_UPLOAD
from tenants.documents.services import list_documents
from tenants.people.permissions import PEOPLE_INVITE
from tenants.schemas import STATE_CODES

REGISTRY_WORDS = {
    "pending": ("Asking the registry", "waiting"),
    "found": ("In the registry", "good"),
    "not_found": ("Not in the registry", "blocked"),
    "unavailable": ("Registry does not answer, trying again", "attention"),
}
LINE_WORDS = {
    "missing": ("Missing", "attention"),
    "uploaded": ("In review", "waiting"),
    "accepted": ("Accepted", "good"),
    "rejected": ("Rejected", "blocked"),
    "expiring": ("Expires soon", "attention"),
    "expired": ("Expired", "blocked"),
}
_GROUPS = (
    ("Missing", frozenset({"missing", "rejected", "expired"})),
    ("In review", frozenset({"uploaded"})),
    ("Expires soon", frozenset({"expiring"})),
    ("Accepted", frozenset({"accepted"})),
)


@bp.get("/c/<uuid:clinic_id>/providers")
@access(PROVIDER_LIST)
def list_page(clinic_id: UUID) -> ResponseReturnValue:
    """Providers by name, with how far each file is."""
    crumbs((member().clinic_name, home_of(member())), ("Providers", None))
    limit, search = page_size(), request.args.get("q", "")
    status = request.args.get("status", "")
    rows = services.list_providers(
        limit=limit + 1, after=name_cursor(), search=search, statuses=[status] if status else []
    )
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return render(
        "providers/list.html",
        clinic_id=clinic_id,
        providers=shown,
        files=files_of(shown),
        ends=next_ends([provider.id for provider in shown]),
        panels=panel_strips(shown),
        counts=count_providers(),
        search=search,
        status=status,
        next_cursor=encode_cursor(last.last_name, last.first_name, last.id) if last else None,
        is_first=not request.args.get("cursor"),
        license_label=license_label,
        registry_words=REGISTRY_WORDS,
        write_permission=PROVIDER_WRITE,
    )


@bp.get("/c/<uuid:clinic_id>/providers/mine")
@access(PROVIDER_READ)
def my_file(clinic_id: UUID) -> ResponseReturnValue:
    """A provider's way to their own file; everybody else's to the list."""
    own = member().provider_id
    if member().role is not Role.PROVIDER or own is None:
        return redirect(url_for("providers.list_page", clinic_id=clinic_id))
    return redirect(url_for("providers.me_file"))


@bp.get("/c/<uuid:clinic_id>/providers/new")
@access(PROVIDER_WRITE, session=False)
def new_page(clinic_id: UUID) -> ResponseReturnValue:
    """Add a provider: the NPI first, then what the registry knows, then save."""
    found = _looked_up(request.args["npi"]) if request.args.get("npi") else None
    if found is not None and request.headers.get("HX-Target") == "found":
        return render_block("providers/new.html", "found", **_new_context(clinic_id, found, None))
    return _new_page(clinic_id, found)


def _new_page(clinic_id: UUID, found: Mapping[str, Any] | None, error: Invalid | Conflict | None = None) -> str:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        ("Add provider", None),
    )
    return render("providers/new.html", **_new_context(clinic_id, found, error))


def _new_context(clinic_id: UUID, found: Mapping[str, Any] | None, error: Invalid | Conflict | None) -> dict[str, Any]:
    errors = errors_by_field(error) if isinstance(error, Invalid) else {}
    if isinstance(error, Conflict):
        errors = {"npi": error.detail}
    return {
        "clinic_id": clinic_id,
        "looked": found,
        "errors": errors,
        "values": request.form if error else {},
        "npi": request.values.get("npi", ""),
        "license_types": license_choices(),
        "license_label": license_label,
    }


def license_choices() -> list[tuple[str, str]]:
    """License types for a menu."""
    types = load_catalog().license_types
    return [(code, types[code].label) for code in LICENSE_TYPES]


def _looked_up(npi: str) -> dict[str, Any]:
    """What came of a look-up: the record with the guessed license type, or why there is none."""
    try:
        record = registry.look_up(npi)
    except Invalid as error:
        return {"state": "invalid", "detail": error.detail}
    except NotFound as error:
        return {"state": "unknown", "detail": error.detail}
    except registry.RegistryUnavailable as error:
        return {"state": "down", "detail": error.detail}
    if record.kind != "individual":
        return {"state": "organization", "detail": f"{npi} is the NPI of an organization, {record.organization_name}."}
    return {
        "state": "found",
        "record": record,
        "fields": registry.fields_of(record),
        "guess": _guess(record),
    }


def _guess(record: NppesRecord) -> LicenseGuess | None:
    taxonomy = record.primary_taxonomy
    return license_type_for(
        [row.code for row in record.taxonomies], record.credential, taxonomy.state if taxonomy else None
    )


@bp.post("/c/<uuid:clinic_id>/providers")
@access(PROVIDER_WRITE)
def create(clinic_id: UUID) -> ResponseReturnValue:
    """Open the file of a provider."""
    try:
        form = read_form(NewProviderSchema())
        seen = registry.remembered(form["npi"])
        known = {name: value for name, value in registry.fields_of(seen).items() if value} if seen else {}
        made = services.create_provider(services.NewProvider(**{**known, **form}))
    except (Invalid, Conflict) as error:
        return _new_page(clinic_id, {"state": "refused"}, error), 422
    flash(f"{made.name} has a file now. Add the documents that are missing.", "success")
    return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=made.id))


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>")
@access(PROVIDER_READ)
def file_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """A provider's file: what is there, what is missing, what the registry says."""
    return _file(clinic_id, services.get_provider(provider_id))


def _file(clinic_id: UUID, provider: Provider, **more: Any) -> str:
    is_own = member().role is Role.PROVIDER
    trail = (
        [("My panels", home_of(member()))]
        if is_own
        else [
            (member().clinic_name, home_of(member())),
            ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        ]
    )
    crumbs(*trail, (provider.name, None))
    state = file_of(provider)
    sent = list_documents(provider_id=provider.id, limit=100)
    context = {
        "clinic_id": clinic_id,
        "provider": provider,
        "state": state,
        "groups": _grouped(state),
        "optional": [line for line in state.lines if not line.requirement.applies and line.status == "missing"],
        "unsorted": _unsorted(sent),
        "differences": [] if is_own else services.differences_of(provider),
        "checks": list_verifications(provider.id, limit=5),
        "sealed": services.sealed_shown(provider),
        "panel": panel_strips([provider]).get(provider.id, ()),
        "portal": None if is_own else portal_access(provider.id),
        "is_own": is_own,
        "initials": initials(provider.first_name, provider.last_name) or "#",
        "payer_names": payer_names,
        "license_label": license_label,
        "tabs": provider_tabs(clinic_id, provider.id),
        "registry_words": REGISTRY_WORDS,
        "line_words": LINE_WORDS,
        "permissions": PERMISSIONS,
    }
    return render("providers/file.html", **{**context, **more})


PERMISSIONS = {
    "write": PROVIDER_WRITE,
    "reveal": PROVIDER_REVEAL,
    "upload": DOCUMENT_UPLOAD,
    "review": DOCUMENT_REVIEW,
    "invite": PEOPLE_INVITE,
    "verify": VERIFICATION_RUN,
}


def _grouped(state: FileState) -> list[tuple[str, list[Line]]]:
    needed = [line for line in state.lines if line.requirement.applies or line.status != "missing"]
    groups = [(title, [line for line in needed if line.status in statuses]) for title, statuses in _GROUPS]
    return [(title, lines) for title, lines in groups if lines]


def _unsorted(sent: Sequence[Document]) -> list[Document]:
    """Files that nobody has named yet, that are being scanned, or that the scan refused and no later one replaced."""
    latest: dict[str | None, UUID] = {}
    for document in sent:
        if document.status == "available" and document.kind is not None:
            latest.setdefault(document.kind, document.id)
    return [
        document
        for document in sent
        if (document.kind is None and document.status == "available")
        or document.status == "scanning"
        or (document.status == "quarantined" and latest.get(document.kind, document.id) <= document.id)
    ]


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/upload/<code>")
@access(DOCUMENT_UPLOAD)
def upload_page(clinic_id: UUID, provider_id: UUID, code: str) -> ResponseReturnValue:
    """Where the file for one requirement is dropped: at the side, or on the file's page."""
    provider = services.get_provider(provider_id)
    asked = load_catalog().documents.get(code)
    if asked is None:
        raise NotFound
    if request.headers.get("HX-Target") == "panel":
        return render_block("providers/upload.html", "details", clinic_id=clinic_id, provider=provider, asked=asked)
    return _file(clinic_id, provider, asked=asked)


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/edit")
@access(PROVIDER_WRITE)
def edit_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """The form of a file's facts."""
    return _edit(clinic_id, services.get_provider(provider_id))


def _edit(clinic_id: UUID, provider: Provider, error: Invalid | None = None) -> str:
    own = url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider.id)
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        (provider.name, own),
        ("Edit", None),
    )
    return render(
        "providers/edit.html",
        clinic_id=clinic_id,
        provider=provider,
        sealed=services.sealed_shown(provider),
        license_types=license_choices(),
        states=STATE_CODES,
        errors=errors_by_field(error),
        values=request.form if error else {},
        back=own,
    )


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/edit")
@access(PROVIDER_WRITE)
def edit(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Change a file's facts. An emptied field is emptied, except those that are shown masked."""
    provider = services.get_provider(provider_id)
    try:
        form = {key: value for key, value in request.form.items() if key not in {"former_names", "version"}}
        changes = read_form(ProviderChangeSchema(), form)
        names = request.form.get("former_names", "").split(",")
        changes["former_names"] = [name.strip() for name in names if name.strip()]
        nullable = {key for key, field in ProviderChangeSchema().fields.items() if field.allow_none}
        changes |= dict.fromkeys(
            key for key in nullable - {"dea_number", "birth_date", "ssn"} if key in form and not form[key].strip()
        )
        _refuse_no_name(form)
        version = request.form.get("version", "")
        services.change_provider(provider_id, changes=changes, if_version=int(version) if version.isdigit() else None)
    except Invalid as error:
        return _edit(clinic_id, provider, error), 422
    flash("Saved.", "success")
    return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id))


def _refuse_no_name(form: Mapping[str, str]) -> None:
    for key, words in (("first_name", "first"), ("last_name", "last")):
        if not form.get(key, "").strip():
            raise invalid(key, f"Enter the {words} name.")


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/registry/<field>")
@access(PROVIDER_WRITE)
def decide(clinic_id: UUID, provider_id: UUID, field: str) -> ResponseReturnValue:
    """Take the registry's value of a field, or keep the file's."""
    if request.form.get("choice") == "take":
        services.take_theirs(provider_id, field=field)
        flash("The file says what the registry says now.", "success")
    else:
        services.keep_ours(provider_id, field=field)
        flash("Kept. You are asked again only when the registry says something new.", "success")
    return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id))


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/check")
@access(VERIFICATION_RUN)
def check_registry(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Ask the registry again, in a job."""
    services.recheck_registry(provider_id)
    flash("The registry is being asked; the answer is here in a moment.", "success")
    return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id))


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/invite")
@access(PEOPLE_INVITE)
def invite(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Mail the provider a link to their own page."""
    provider = services.get_provider(provider_id)
    email = request.form.get("email", "").strip() or provider.email or ""
    try:
        made = invite_provider(provider, email=email, inviter=member().role)
    except (Invalid, Conflict) as error:
        flash(error.detail, "error")
    else:
        flash(f"An invitation is on its way to {made.email}. The link works once, for 72 hours.", "success")
    return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id))


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/reveal")
@access(PROVIDER_REVEAL)
def reveal(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Show a masked value once; who, what and why go into the audit trail."""
    provider = services.get_provider(provider_id)
    field = request.form.get("field", "")
    try:
        value = services.reveal(provider_id, field_name=field, reason=request.form.get("reason", ""))
    except Invalid as error:
        flash(error.detail, "error")
        return redirect(url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id))
    return _file(clinic_id, provider, revealed={field: value})
