"""Keeping the rollup row current with what lies outside of the plan."""

from __future__ import annotations

from typing import Any

from infra.jobs.work import Work
from infra.outbox import job, on
from onboarding.portfolio import services


@on(
    "clinic.created",
    "clinic.changed",
    "hold_list.changed",
    "enrollment.started",
    "enrollment.submitted",
    "enrollment.effective",
    "enrollment.matrix_built",
    "ar_import.read",
    "ar_import.accepted",
    "document.accepted",
    "document.rejected",
)
@job("onboarding.refresh_rollup")
def refresh_rollup(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Write the clinic's rollup row anew."""
    with work.finish({"event": event}):
        services.refresh_rollup()
