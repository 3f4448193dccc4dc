"""`/jobs/<id>` and the dead-letter list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.outbox import OutboxRow
from tenants.access.gate import access, actor, signed_in
from tenants.work import services
from tenants.work.permissions import WORK_READ, WORK_RETRY
from tenants.work.schemas import JobListSchema, JobSchema

blp = Blueprint("jobs_api", __name__, url_prefix="/api/v1", description="Jobs")


@blp.get("/jobs/<uuid:job_id>")
@signed_in(session=False)
@blp.response(200, JobSchema)
def get_job(job_id: UUID) -> OutboxRow:
    """Where a job is."""
    return services.find_job(actor(), job_id)


@blp.get("/clinics/<uuid:clinic_id>/failed-jobs")
@access(WORK_READ)
@blp.response(200, JobListSchema)
def failed_jobs(clinic_id: UUID) -> dict[str, Any]:
    """Work that failed for good and needs a person."""
    return {"items": services.failed_jobs(), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/failed-jobs/<uuid:job_id>/retry")
@access(WORK_RETRY)
@blp.response(202, JobSchema)
def retry_job(clinic_id: UUID, job_id: UUID) -> OutboxRow:
    """Try failed work again."""
    return services.retry_job(job_id)
