"""AR imports, receivables and remittances as JSON; rejected rows as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, stream_with_context
from flask_smorest import Blueprint

from infra.db import unit_of_work
from infra.web.exports import csv_download
from infra.web.pages import decode_cursor, encode_cursor, page_size, sliced, uuid_cursor
from infra.web.query import (
    PAGES,
    as_uuid,
    choice_argument,
    day_argument,
    number_argument,
    parameter,
    uuid_argument,
)
from onboarding.ar import services
from onboarding.ar.models import ArImport
from onboarding.ar.permissions import AR_ACCEPT, AR_IMPORT, AR_READ
from onboarding.ar.rules import SCHEMES
from onboarding.ar.schemas import (
    AcceptArImportSchema,
    ArAgingSchema,
    ArClaimListSchema,
    ArControlSchema,
    ArImportListSchema,
    ArImportSchema,
    ColumnMappingSchema,
    NewArImportSchema,
    RemittanceSummarySchema,
    described,
    described_claim,
)
from tenants.access.gate import access, actor, member

blp = Blueprint("ar_api", __name__, url_prefix="/api/v1", description="AR transfer")
_FROM_IMPORT = parameter("import_id", "Only what this import brought; all accepted ones when left out.", form="uuid")
_MOST_DAYS = 3660


@blp.get("/clinics/<uuid:clinic_id>/ar-imports")
@access(AR_READ)
@blp.doc(parameters=PAGES)
@blp.response(200, ArImportListSchema)
def list_imports(clinic_id: UUID) -> dict[str, Any]:
    """Imports, newest first."""
    limit = page_size()
    page = sliced(services.list_imports(limit=limit + 1, after=uuid_cursor()), limit)
    return {"items": _described(page.items), "next_cursor": page.next_cursor}


@blp.post("/clinics/<uuid:clinic_id>/ar-imports")
@access(AR_IMPORT)
@blp.arguments(NewArImportSchema)
@blp.response(202, ArImportSchema)
def create_import(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Read a document as old receivables (csv, xlsx) or as a remittance (x12_835); a job does it."""
    return _described([services.create_import(services.NewImport(**body))])[0]


@blp.get("/clinics/<uuid:clinic_id>/ar-imports/<uuid:import_id>")
@access(AR_READ)
@blp.response(200, ArImportSchema)
def get_import(clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Where an import stands, its totals and how it ties out."""
    return _described([services.get_import(import_id)])[0]


@blp.get("/clinics/<uuid:clinic_id>/ar-imports/<uuid:import_id>/rejects")
@access(AR_READ, session=False)
@blp.response(200, {"type": "string"}, content_type="text/csv", description="Rejected and repeated rows as CSV")
def get_rejects(clinic_id: UUID, import_id: UUID) -> Response:
    """The rows that were not taken over: line, reasons, balance and the row as it stood in the file."""
    return rejects_response(import_id)


def rejects_response(import_id: UUID) -> Response:
    """The CSV of rejected rows, streamed; its download is noted. Raises `NotFound`."""
    scope = actor().scope_in(member())
    with unit_of_work(scope):
        services.get_import(import_id)
        services.note_download(import_id)
    return csv_download(f"rejected-rows-{import_id}.csv", stream_with_context(services.rejects_csv(scope, import_id)))


@blp.post("/clinics/<uuid:clinic_id>/ar-imports/<uuid:import_id>/mapping")
@access(AR_IMPORT)
@blp.arguments(ColumnMappingSchema)
@blp.response(202, ArImportSchema)
def post_mapping(body: dict[str, Any], clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Say what the columns mean; the file is read (again)."""
    return _described([services.set_mapping(import_id, **body)])[0]


@blp.put("/clinics/<uuid:clinic_id>/ar-imports/<uuid:import_id>/control")
@access(AR_IMPORT)
@blp.arguments(ArControlSchema)
@blp.response(200, ArImportSchema)
def put_control(body: dict[str, Any], clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Change the control totals; they are compared at once."""
    return _described([services.set_control(import_id, control=body)])[0]


@blp.post("/clinics/<uuid:clinic_id>/ar-imports/<uuid:import_id>/accept")
@access(AR_ACCEPT)
@blp.arguments(AcceptArImportSchema)
@blp.response(200, ArImportSchema)
def accept_import(body: dict[str, Any], clinic_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Take an import over. With differences a reason is needed."""
    return _described([services.accept_import(import_id, **body)])[0]


@blp.get("/clinics/<uuid:clinic_id>/ar/aging")
@access(AR_READ)
@blp.doc(
    parameters=[
        _FROM_IMPORT,
        parameter("as_of", "Ages on this day; the day of the report when left out.", form="date"),
        parameter("scheme", "Which buckets; those of the file when left out.", choices=SCHEMES),
    ]
)
@blp.response(200, ArAgingSchema)
def get_aging(clinic_id: UUID) -> services.Aging:
    """Receivables by payer and bucket."""
    return services.aging(
        import_id=uuid_argument("import_id"),
        as_of=day_argument("as_of"),
        scheme=choice_argument("scheme", SCHEMES),
    )


@blp.get("/clinics/<uuid:clinic_id>/ar/claims")
@access(AR_READ)
@blp.doc(
    parameters=[
        *PAGES,
        parameter("sort", "What comes first.", choices=services.SORTS, default="deadline"),
        parameter("payer", "Only claims of this payer, by the key that the aging names."),
        parameter("bucket", "Only claims in this bucket of their file."),
        parameter(
            "due_within",
            "Only claims whose filing limit ends within so many days.",
            type="integer",
            minimum=0,
            maximum=_MOST_DAYS,
        ),
        _FROM_IMPORT,
    ]
)
@blp.response(200, ArClaimListSchema)
def list_claims(clinic_id: UUID) -> dict[str, Any]:
    """The worklist, each claim with its filing limit and what to do."""
    limit = page_size()
    wanted = wanted_claims(payer_key=request.args.get("payer"))
    found = services.claims(wanted, limit=limit + 1)
    return {
        "items": [described_claim(claim) for claim in found[:limit]],
        "next_cursor": claim_cursor(found, wanted.sort, limit),
    }


def wanted_claims(*, payer_key: str | None = None, due_within: int | None = None) -> services.ClaimQuery:
    """What this request wants of the worklist. Raises `Invalid`."""
    cursor = decode_cursor(request.args.get("cursor"), parts=2)
    days = number_argument("due_within", most=_MOST_DAYS)
    return services.ClaimQuery(
        sort=choice_argument("sort", services.SORTS) or "deadline",
        payer_key=payer_key,
        bucket=request.args.get("bucket"),
        due_within=due_within if days is None else days,
        import_id=uuid_argument("import_id"),
        after=(cursor[0], as_uuid("cursor", cursor[1])) if cursor else None,
    )


def claim_cursor(found: Sequence[services.Claim], sort: str, limit: int) -> str | None:
    """The cursor of the next page of a worklist that was read with `limit + 1`."""
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return encode_cursor(services.sort_value(last, sort), last.line.id)


@blp.get("/clinics/<uuid:clinic_id>/remittances/<uuid:remittance_id>/summary")
@access(AR_READ)
@blp.response(200, RemittanceSummarySchema)
def remittance_summary(clinic_id: UUID, remittance_id: UUID) -> dict[str, Any]:
    """What an 835 comes to; the id is that of its import, or of one payment in it."""
    return services.added_up(services.remittances_of(remittance_id))


def _described(rows: Sequence[ArImport]) -> list[dict[str, Any]]:
    progress = services.progress_of(rows)
    return [described(row, progress.get(row.job_id, (0, 0)) if row.job_id else (0, 0)) for row in rows]
