"""What moves a plan by itself: events of the other capabilities, documents, and the passing of days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from infra.jobs.work import Work
from infra.outbox import job, on
from onboarding.plan import services


@on(
    "roster.imported",
    "person.invited",
    "documents.complete",
    "documents.accepted_all",
    "enrollment.matrix_built",
    "enrollment.submitted",
    "hold_list.changed",
    "ar_import.received",
    "ar_import.read",
    "ar_import.tied_out",
    "ehr_connection.verified",
)
@job("onboarding.complete_tasks")
def complete_tasks(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Verify the tasks that an event of the product proves."""
    with work.finish({"event": event}):
        services.complete_by_event(event)


@on("document.available", "document.accepted", "document.rejected")
@job("onboarding.follow_document")
def follow_document(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Claim a task with the file that was sent for it, verify it when the file is accepted, give it back when it is rejected."""
    document_id = UUID(str(facts["document_id"]))
    with work.finish({"event": event}):
        if event == "document.available":
            services.claim_with_document(document_id)
        elif event == "document.accepted":
            services.complete_by_document(document_id)
        else:
            services.return_rejected_document(document_id)


@on("clinic.changed")
@job("onboarding.adapt_plan")
def adapt_plan(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Let tasks come and go when the clinic's traits or state were changed."""
    with work.finish():
        if {"traits", "state"} & set(facts["fields"]):
            services.adapt_to_traits()


@on("credential.lapsed", "credential.restored")
@job("onboarding.follow_lapse")
def follow_lapse(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Put what lapsed into the plan as a task; finish the task when it was renewed."""
    lapse_id = UUID(str(facts["lapse_id"]))
    with work.finish({"event": event}):
        if event == "credential.lapsed":
            services.open_lapse_task(lapse_id, owes=str(facts.get("owes") or "vendor"))
        else:
            services.close_lapse_task(lapse_id)


@job("onboarding.refresh_forecast")
def refresh_forecast(work: Work) -> None:
    """Forecast the plan again: today has moved on."""
    with work.finish():
        services.refresh_forecast()
