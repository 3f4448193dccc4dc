"""Progress of a job as a fragment, and the page of failed work."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import render
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member, signed_in
from tenants.work import services
from tenants.work.permissions import WORK_READ, WORK_RETRY

_WORDS = {
    "queued": "Waiting for its turn",
    "working": "Working",
    "retrying": "Trying again",
    "done": "Done",
    "failed": "Failed",
}

bp = Blueprint("work", __name__, template_folder="templates")
add_to_navigation(NavEntry("Failed work", "work.failed_page", WORK_READ, 95, "holds", roles=WORK_RETRY.roles))


@bp.get("/jobs/<uuid:job_id>")
@signed_in(session=False)
def progress(job_id: UUID) -> ResponseReturnValue:
    """The progress bar of a job; asks again until it is done."""
    job = services.find_job(actor(), job_id)
    answer = make_response(render("work/progress.html", job=job, words=_WORDS[job.status]))
    if job.status in {"done", "failed"}:
        answer.headers["HX-Trigger"] = "job:done"
    return answer


@bp.get("/c/<uuid:clinic_id>/failed-work")
@access(WORK_READ)
def failed_page(clinic_id: UUID) -> ResponseReturnValue:
    """Work that failed for good."""
    crumbs((member().clinic_name, home_of(member())), ("Failed work", None))
    return render("work/failed.html", clinic_id=clinic_id, jobs=services.failed_jobs(), retry_permission=WORK_RETRY)


@bp.post("/c/<uuid:clinic_id>/failed-work/<uuid:job_id>/retry")
@access(WORK_RETRY)
def retry(clinic_id: UUID, job_id: UUID) -> ResponseReturnValue:
    """Try it again."""
    services.retry_job(job_id)
    flash("It will be tried again in a moment.", "success")
    return redirect(url_for("work.failed_page", clinic_id=clinic_id))
