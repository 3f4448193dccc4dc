"""Pages of the checks at the sources: one provider's, and the clinic's with everybody who is due."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.providers.services import get_provider
from credentialing.providers.tabs import LIST
from credentialing.providers.tabs import provider_tabs as place_tabs
from credentialing.providers.views.tabs import ProviderTab, add_provider_tab, provider_tabs
from credentialing.sources.lookups import versions
from credentialing.verification import services
from credentialing.verification.asking import ask_for_check, ask_for_checks, due_now, verify_all_due
from credentialing.verification.permissions import VERIFICATION_RUN
from credentialing.verification.rules import PROGRAMS
from credentialing.verification.schemas import NewVerificationSchema
from infra.db import db
from infra.problems import Conflict
from infra.web.chrome import add_to_place
from infra.web.pages import read_form, render
from infra.words import counted
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, member

bp = Blueprint("verification", __name__, template_folder="templates")
add_provider_tab(ProviderTab("Checks", "verification.provider_page", VERIFICATION_RUN, 40))
add_to_place("verification", LIST)


def _words() -> dict[str, Any]:
    return {
        "labels": services.SOURCE_LABELS,
        "programs": {program.value: limit.label for program, limit in PROGRAMS.items()},
        "as_day": date.fromisoformat,
    }


@bp.get("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/checks")
@access(VERIFICATION_RUN)
def provider_page(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """What was checked about a provider at which source, until when it counts, and the evidence."""
    provider = get_provider(provider_id)
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        (provider.name, url_for("providers.file_page", clinic_id=clinic_id, provider_id=provider_id)),
        ("Checks", None),
    )
    return render(
        "verification/provider.html",
        clinic_id=clinic_id,
        provider=provider,
        current=services.current_verifications([provider_id])[provider_id],
        history=services.list_verifications(provider_id, limit=30),
        loaded={"nppes", *versions(db())},
        tabs=provider_tabs(clinic_id, provider_id),
        **_words(),
    )


@bp.post("/c/<uuid:clinic_id>/providers/<uuid:provider_id>/checks")
@access(VERIFICATION_RUN)
def check_now(clinic_id: UUID, provider_id: UUID) -> ResponseReturnValue:
    """Have a provider checked at one source."""
    source = read_form(NewVerificationSchema())["source"]
    get_provider(provider_id)
    try:
        ask_for_check(provider_id, source)
        flash(f"{services.SOURCE_LABELS[source]} is being asked. The result appears here in a moment.", "success")
    except Conflict as error:
        flash(error.detail, "warning")
    return redirect(url_for("verification.provider_page", clinic_id=clinic_id, provider_id=provider_id))


@bp.get("/c/<uuid:clinic_id>/providers/checks")
@access(VERIFICATION_RUN)
def checks_page(clinic_id: UUID) -> ResponseReturnValue:
    """Who is due at which source, and one button to check them all."""
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        ("Screening", url_for("screening.queue_page", clinic_id=clinic_id)),
        ("Checks", None),
    )
    due = due_now()
    return render(
        "verification/checks.html",
        clinic_id=clinic_id,
        due={source: len(providers) for source, providers in due.items()},
        total=len({provider for providers in due.values() for provider in providers}),
        versions=versions(db()),
        asked=request.args.getlist("job"),
        place_tabs=place_tabs(),
        **_words(),
    )


@bp.post("/c/<uuid:clinic_id>/providers/checks")
@access(VERIFICATION_RUN)
def check_many(clinic_id: UUID) -> ResponseReturnValue:
    """Check everybody who is due at their sources, or everybody at one source."""
    page = url_for("verification.checks_page", clinic_id=clinic_id)
    source = request.form.get("source", "")
    try:
        jobs = ask_for_checks([read_form(NewVerificationSchema())["source"]]) if source else verify_all_due()
    except Conflict as error:
        flash(error.detail, "warning")
        return redirect(page)
    if not jobs:
        flash("Nobody is due.", "success")
        return redirect(page)
    flash(f"{counted(len(jobs), 'run')} started.", "success")
    return redirect(url_for("verification.checks_page", clinic_id=clinic_id, job=[str(job.id) for job in jobs[:6]]))
