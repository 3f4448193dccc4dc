"""What runs when documents or requirements change."""

from __future__ import annotations

from typing import Any

from credentialing.requirements.services import CHECK_TOPIC, check_files, is_asked_again
from infra.jobs.work import Work
from infra.outbox import job, on


@on(
    "document.available",
    "document.accepted",
    "document.sorted",
    "provider.registry_checked",
    "provider.changed",
    "credential.changed",
    "requirement.changed",
)
@job(CHECK_TOPIC)
def check_files_of_clinic(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """See whether the files of all providers are complete after a change to one of them, or to what is asked of them.

    Of many changes in a row only the last is looked at: what was asked for later sees what was stored earlier.
    """
    if not facts.get("provider_id") and event != "requirement.changed":
        return
    with work.finish():
        if not is_asked_again(work.id):
            check_files()
