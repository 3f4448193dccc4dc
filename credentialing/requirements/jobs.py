"""What runs when documents change, and once a day for what expires."""

from __future__ import annotations

from typing import Any

from credentialing.requirements.services import CHECK_TOPIC, check_files, is_asked_again, notice_expiries
from infra.jobs.work import Work
from infra.outbox import every, job, on

DAY_S = 24 * 3600


@on("document.available", "document.accepted", "document.sorted", "provider.registry_checked", "provider.changed")
@job(CHECK_TOPIC)
def check_files_of_clinic(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """See whether the files of all providers are complete after a change to one of them.

    Of many changes in a row only the last is looked at: what was asked for later sees what was stored earlier.
    """
    if not facts.get("provider_id"):
        return
    with work.finish():
        if not is_asked_again(work.id):
            check_files()


@on("clinic.created")
@job("credentialing.begin_expiry_watch")
def begin_expiry_watch(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Look every day for documents that expire, from the day the clinic is there."""
    with work.finish():
        every("credentialing.watch_expiries", seconds=DAY_S)


@job("credentialing.watch_expiries")
def watch_expiries(work: Work) -> None:
    """Tell of documents that expire."""
    with work.finish():
        notice_expiries()
