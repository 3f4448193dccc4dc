"""Telling changes of the hold list: after what can move it, and each day, because some holds end by the calendar."""

from __future__ import annotations

from typing import Any

from credentialing.panel.telling import tell_holds
from infra.jobs.work import Work
from infra.outbox import every, job, on

DAY_S = 24 * 3600


@on("clinic.created")
@job("credentialing.begin_hold_watch")
def begin_hold_watch(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Look at this clinic's hold list each day from now on."""
    with work.finish():
        every("credentialing.watch_holds", seconds=DAY_S)


@job("credentialing.watch_holds")
def watch_holds(work: Work) -> None:
    """Tell what the new day changed."""
    with work.finish():
        tell_holds()


@on("hold_list.changed")
@job("credentialing.tell_holds")
def tell_holds_after(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Tell what an event changed."""
    with work.finish():
        tell_holds()
