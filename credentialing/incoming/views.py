"""Pages: CAQH profiles that came in, and one provider's file beside what the sources say."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.incoming.permissions import CAQH_IMPORT, INCOMING_DECIDE, INCOMING_READ
from credentialing.incoming.reading import read_caqh_file
from credentialing.providers.registry import stored_record
from credentialing.providers.rules.sources import SOURCE_NAMES, SOURCES, Difference, Source
from credentialing.providers.services import get_provider
from credentialing.providers.services.caqh import ask_caqh, latest_caqh_imports, providers_of
from credentialing.providers.services.sources import (
    decisions_of,
    differences_for,
    keep,
    latest_profiles,
    reopen,
    take,
)
from credentialing.providers.views.rosters import coming_in_tabs, in_words
from credentialing.providers.views.tabs import ProviderTab, add_provider_tab, provider_tabs
from infra.problems import Conflict, Invalid, NotFound, TooLarge
from infra.settings import settings
from infra.web.chrome import add_to_place
from infra.web.pages import render
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member
from tenants.documents.services import list_documents

bp = Blueprint("incoming", __name__, template_folder="templates")
add_provider_tab(ProviderTab("Differences", "incoming.sources_page", INCOMING_READ, 25))
add_to_place("incoming", "providers.list_page")
DECISION_WORDS = {
    "taken": ("Took theirs", "good"),
    "kept": ("Kept ours", "neutral"),
    "reopened": ("Asked again", "waiting"),
}


def _crumbs(clinic_id: UUID, *more: tuple[str, str | None]) -> None:
    providers = ("Providers", url_for("providers.list_page", clinic_id=clinic_id))
    crumbs((member().clinic_name, home_of(member())), providers, *more)


@bp.get("/c/<uuid:clinic_id>/providers/caqh")
@access(CAQH_IMPORT)
def caqh_page(clinic_id: UUID) -> ResponseReturnValue:
    """Where files of CAQH ProView are dropped, and the profiles that came in, each with what is still open."""
    _crumbs(clinic_id, ("CAQH ProView", None))
    imports = latest_caqh_imports()
    owners = providers_of(imports)
    open_ = differences_for(list(owners.values()), sources=["caqh"])
    newest: dict[UUID, UUID] = {}
    for row in imports:
        newest.setdefault(row.provider_id, row.id)
    return render(
        "incoming/caqh.html",
        clinic_id=clinic_id,
        tabs=coming_in_tabs(clinic_id),
        documents=list_documents(kind="caqh_profile_file", limit=10),
        imports=imports,
        owners=owners,
        open_counts={key: len(rows) for key, rows in open_.items()},
        newest=newest,
    )


@bp.post("/c/<uuid:clinic_id>/providers/caqh/<uuid:document_id>")
@access(CAQH_IMPORT, session=False)
def read_file(clinic_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Read the profiles in a file; they wait as differences until somebody decides."""
    back = redirect(url_for("incoming.caqh_page", clinic_id=clinic_id))
    try:
        found = read_caqh_file(actor().scope_in(member()), document_id)
    except (Conflict, Invalid, TooLarge) as error:
        flash(error.detail, "error")
        return back
    for stranger in found.strangers[:5]:
        flash(f"{stranger.name} (NPI {stranger.npi or 'not told'}) was not taken: {stranger.reason}.", "error")
    if len(found.strangers) > 5:
        flash(f"{len(found.strangers) - 5} more profiles belong to nobody in this clinic.", "error")
    new, same = len(found.imported), len(found.unchanged)
    if new == 1 and not found.strangers:
        flash("The profile is here. Take what is right; nothing is written until you do.", "success")
        return redirect(
            url_for("incoming.sources_page", clinic_id=clinic_id, provider_id=found.imported[0].provider_id)
        )
    if new or same:
        flash(f"{new} new, {same} as before. Nothing is written into a file until you take it.", "success")
    return back


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/sources")
@access(INCOMING_READ)
def sources_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """What the NPI registry and CAQH say beside the file: take or keep, field by field, and what was decided before."""
    provider = get_provider(provider_id)
    _crumbs(
        clinic_id,
        (provider.name, url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id)),
        ("Differences", None),
    )
    rows = differences_for([provider])[provider.id]
    decided = decisions_of(provider.id)
    last: dict[tuple[str, str], UUID] = {}
    for row in decided:
        last.setdefault((row.source, row.path), row.id)
    profile = latest_profiles([provider.id]).get(provider.id)
    registry = stored_record(provider.registry_record)
    return render(
        "incoming/sources.html",
        clinic_id=clinic_id,
        provider=provider,
        tabs=provider_tabs(clinic_id, provider_id),
        groups=[(source, SOURCE_NAMES[source], *_split(rows, source)) for source in SOURCES],
        count=len(rows),
        registry=registry,
        profile=profile,
        decided=decided,
        can_reopen={row.id for row in decided if row.decision == "kept" and last[(row.source, row.path)] == row.id},
        said=in_words,
        source_names=SOURCE_NAMES,
        decision_words=DECISION_WORDS,
        decide_permission=INCOMING_DECIDE,
        asks_caqh=bool(settings().caqh_username and provider.caqh_id),
    )


def _split(rows: list[Difference], source: Source) -> tuple[list[Difference], list[Difference]]:
    mine = [row for row in rows if row.source == source]
    return [row for row in mine if not row.is_addition], [row for row in mine if row.is_addition]


def _source(name: str) -> Source:
    found = next((source for source in SOURCES if source == name), None)
    if found is None:
        raise NotFound
    return found


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/sources/<source>")
@access(INCOMING_DECIDE)
def decide(clinic_id: UUID, provider_id: UUID, source: str) -> ResponseReturnValue:
    """Take the marked differences from the source, or all of them, or keep the file's."""
    back = redirect(url_for("incoming.sources_page", clinic_id=clinic_id, provider_id=provider_id))
    only = request.form.get("only", "")
    decision, _, path = only.partition(":") if only else (request.form.get("decision", ""), "", "")
    paths = [path] if path else request.form.getlist("path")
    if decision == "take-all":
        rows = differences_for([get_provider(provider_id)])[provider_id]
        decision, paths = "take", [row.path for row in rows if row.source == _source(source)]
    if not paths:
        flash("Mark at least one line first.", "error")
        return back
    try:
        if decision == "take":
            rows = take(provider_id, source=_source(source), paths=paths)
            flash(f"Taken: {_words(rows)}.", "success")
        else:
            rows = keep(provider_id, source=_source(source), paths=paths)
            flash(f"Kept: {_words(rows)}. You are asked again only when the source says something new.", "success")
    except Conflict as error:
        flash(error.detail, "error")
    return back


def _words(rows: list[Difference]) -> str:
    labels = [row.label for row in rows]
    return ", ".join(labels[:4]) + (f" and {len(labels) - 4} more" if len(labels) > 4 else "")


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/sources/<source>/reopen")
@access(INCOMING_DECIDE)
def reopen_kept(clinic_id: UUID, provider_id: UUID, source: str) -> ResponseReturnValue:
    """Have a kept difference asked again."""
    try:
        reopen(provider_id, source=_source(source), path=request.form.get("path", ""))
    except Conflict as error:
        flash(error.detail, "error")
    return redirect(url_for("incoming.sources_page", clinic_id=clinic_id, provider_id=provider_id))


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/sources/caqh/ask")
@access(INCOMING_DECIDE)
def ask_caqh_now(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Ask CAQH ProView where the provider's profile stands, in a job."""
    try:
        ask_caqh(provider_id)
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash("CAQH is being asked; the day of the attestation is in the file in a moment.", "success")
    return redirect(url_for("incoming.sources_page", clinic_id=clinic_id, provider_id=provider_id))
