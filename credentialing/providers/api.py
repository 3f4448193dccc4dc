"""Providers as JSON, the registry look-up, and rosters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_smorest import Blueprint

from credentialing.providers import registry, services
from credentialing.providers.models import PROVIDER_STATUSES, Provider, RosterImport
from credentialing.providers.permissions import PROVIDER_READ, PROVIDER_WRITE, ROSTER_IMPORT
from credentialing.providers.rejects import rejects_answer
from credentialing.providers.schemas import (
    ImportStartedSchema,
    NewImportSchema,
    NewProviderSchema,
    ProviderChangeSchema,
    ProviderFileSchema,
    ProviderListSchema,
    RegistryRecordSchema,
    RequirementListSchema,
    RosterImportListSchema,
    RosterImportRowSchema,
    RosterImportSchema,
    RosterRowListSchema,
    file_counts,
    requirement_rows,
)
from credentialing.providers.services.rosters import OUTCOMES, rejects_of, rows_of
from credentialing.requirements.services import FileState, file_of, files_of
from infra.web.errors import map_constraint
from infra.web.pages import (
    decode_cursor,
    encode_cursor,
    number_cursor,
    page_size,
    set_version,
    sliced,
    wanted_version,
)
from infra.web.query import IF_MATCH, PAGES, as_uuid, choice_argument, choices_argument, parameter
from integrations.nppes import NppesRecord
from tenants.access.gate import access, signed_in

blp = Blueprint("providers_api", __name__, url_prefix="/api/v1", description="Providers")
map_constraint("uq_provider_tenant_id_npi", services.ProviderExists)


@blp.get("/registry/npi/<npi>")
@signed_in(session=False)
@blp.response(200, RegistryRecordSchema)
def registry_entry(npi: str) -> NppesRecord:
    """The public registry's entry of an NPI, at most a day old."""
    return registry.look_up(npi)


@blp.get("/clinics/<uuid:clinic_id>/providers")
@access(PROVIDER_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("q", "The beginning of a name or NPI."),
        parameter("status", "Only providers in one of these states.", choices=PROVIDER_STATUSES, many=True),
    ]
)
@blp.response(200, ProviderListSchema)
def list_providers(clinic_id: UUID) -> dict[str, Any]:
    """Providers by name."""
    limit = page_size()
    rows = services.list_providers(
        limit=limit + 1,
        after=name_cursor(),
        search=request.args.get("q", ""),
        statuses=choices_argument("status", PROVIDER_STATUSES),
    )
    page = rows[:limit]
    files = files_of(page)
    last = page[-1] if len(rows) > limit else None
    return {
        "items": [_row(provider, files[provider.id]) for provider in page],
        "next_cursor": encode_cursor(last.last_name, last.first_name, last.id) if last else None,
    }


def name_cursor() -> tuple[str, str, UUID] | None:
    """The cursor of this request as last name, first name and id of the last provider seen."""
    values = decode_cursor(request.args.get("cursor"), parts=3)
    return (values[0], values[1], as_uuid("cursor", values[2])) if values else None


def _row(provider: Provider, state: FileState) -> dict[str, Any]:
    names = ProviderFileSchema().fields.keys() - {
        "file", "requirements", "registry_differences", "dea_number", "birth_date", "ssn",
    }  # fmt: skip
    return {name: getattr(provider, name) for name in names} | {"file": file_counts(state)}


def _file(provider: Provider) -> dict[str, Any]:
    state = file_of(provider)
    return (
        _row(provider, state)
        | services.sealed_shown(provider)
        | {
            "requirements": requirement_rows(state),
            "registry_differences": services.differences_of(provider),
        }
    )


@blp.post("/clinics/<uuid:clinic_id>/providers")
@access(PROVIDER_WRITE)
@blp.arguments(NewProviderSchema)
@blp.response(201, ProviderFileSchema)
def create_provider(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Open a provider's file; what the body leaves empty the registry fills in a moment."""
    return _file(services.create_provider(services.NewProvider(**body)))


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>")
@access(PROVIDER_READ)
@blp.response(200, ProviderFileSchema)
def get_provider(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """A provider and their file."""
    return _file(services.get_provider(provider_id))


@blp.patch("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>")
@access(PROVIDER_WRITE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ProviderChangeSchema)
@blp.response(200, ProviderFileSchema)
def change_provider(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Change facts of a file. `If-Match` with `"v<version>"` refuses to overwrite somebody else's change."""
    changed = services.change_provider(provider_id, changes=body, if_version=wanted_version())
    set_version(changed.version)
    return _file(changed)


@blp.get("/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/requirements")
@access(PROVIDER_READ)
@blp.response(200, RequirementListSchema)
def list_requirements(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """What this provider needs, how far each is, and which of their payers ask for it."""
    rows = requirement_rows(file_of(services.get_provider(provider_id)))
    return {"items": rows, "requirements": rows, "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/providers/import")
@access(ROSTER_IMPORT)
@blp.arguments(NewImportSchema)
@blp.response(202, ImportStartedSchema)
def import_roster(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Take over a roster, or with `preview` only say what each row would do; the job's result and the import tell the outcome."""
    made = services.start_import(
        document_id=body["document_id"], mapping=body.get("mapping"), preview=body.get("preview", False)
    )
    return _import_started(made)


def _import_started(made: RosterImport) -> dict[str, Any]:
    return {
        "job_id": made.job_id,
        "status_url": url_for("jobs_api.get_job", job_id=made.job_id),
        "import_id": made.id,
        "import_url": url_for("providers_api.get_import", clinic_id=made.tenant_id, import_id=made.id),
    }


@blp.get("/clinics/<uuid:clinic_id>/providers/imports")
@access(ROSTER_IMPORT)
@blp.response(200, RosterImportListSchema)
def list_imports(clinic_id: UUID) -> dict[str, Any]:
    """The last fifty imports, newest first."""
    return {"items": services.latest_imports(limit=50), "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>/providers/imports/<uuid:import_id>")
@access(ROSTER_IMPORT)
@blp.response(200, RosterImportSchema)
def get_import(clinic_id: UUID, import_id: UUID) -> SimpleNamespace:
    """One import: counts, and each rejected row with line, field and reason."""
    found = services.get_import(import_id)
    facts = {name: getattr(found, name) for name in found.__table__.columns.keys()}  # noqa: SIM118 - a column collection
    return SimpleNamespace(**facts, rejects=rejects_of([found.id])[found.id])


@blp.get("/clinics/<uuid:clinic_id>/providers/imports/<uuid:import_id>/rows")
@access(ROSTER_IMPORT)
@blp.doc(parameters=[*PAGES, parameter("outcome", "Only rows with this outcome.", choices=OUTCOMES)])
@blp.response(200, RosterRowListSchema)
def list_import_rows(clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """What each row would do or did, field by field, or why it is not taken."""
    limit, after = page_size(), number_cursor()
    rows = rows_of(
        services.get_import(import_id).id,
        outcome=choice_argument("outcome", OUTCOMES) or "",
        after=-1 if after is None else after,
        limit=limit + 1,
    )
    page = sliced(rows, limit, "position")
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.post("/clinics/<uuid:clinic_id>/providers/imports/<uuid:import_id>/apply")
@access(ROSTER_IMPORT)
@blp.response(202, ImportStartedSchema)
def apply_import(clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Take over what the preview showed; 409 when there is no preview to take over."""
    return _import_started(services.apply_import(import_id))


@blp.post("/clinics/<uuid:clinic_id>/providers/imports/<uuid:import_id>/discard")
@access(ROSTER_IMPORT)
@blp.response(200, RosterImportRowSchema)
def discard_import(clinic_id: UUID, import_id: UUID) -> RosterImport:
    """Leave a previewed roster alone."""
    return services.discard_import(import_id)


@blp.get("/clinics/<uuid:clinic_id>/providers/imports/<uuid:import_id>/rejects")
@access(ROSTER_IMPORT, session=False)
@blp.response(
    200, {"type": "string"}, content_type="text/csv", description="The rejected rows as CSV, to correct and send again"
)
def download_rejects(clinic_id: UUID, import_id: UUID) -> Response:
    """The rejected rows as they came, with a last column that says what is wrong: correct them and send the file again."""
    return rejects_answer(import_id)
