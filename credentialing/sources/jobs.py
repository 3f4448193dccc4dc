"""Keeping the copies of the sources current."""

from __future__ import annotations

from typing import Any

from credentialing.sources.loading import LoadRefused, load_source
from credentialing.sources.services import source_states
from infra import clock
from infra.db import system_transaction
from infra.jobs.work import Work
from infra.outbox import every, job, on
from infra.problems import Unavailable
from integrations.sourcefile import SourceDown

SIX_HOURS_S = 6 * 3600


@on("clinic.created")
@job("credentialing.begin_source_watch")
def begin_source_watch(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Look every six hours whether a publisher has something new. Any clinic rings the bell; a source is fetched once for all."""
    with work.finish():
        every("credentialing.refresh_sources", seconds=SIX_HOURS_S, first_at=clock.now())


@job("credentialing.refresh_sources", timeout_s=3600, max_attempts=6)
def refresh_sources(work: Work) -> None:
    """Load the sources whose turn it is. What a publisher broke is noted and left; what does not answer is tried again."""
    with system_transaction() as connection:
        due = [state.code for state in source_states(connection) if state.is_configured and state.is_due]
    outcomes: dict[str, str] = {}
    down = []
    for done, code in enumerate(due):
        work.progress(done, len(due))
        try:
            loaded = load_source(code, by="Onpanel")
            outcomes[code] = f"{loaded.rows} rows" if loaded.is_new else "unchanged"
        except LoadRefused as error:
            outcomes[code] = error.detail
        except SourceDown as error:
            outcomes[code] = str(error)
            down.append(code)
    if down and not work.is_last_attempt:
        raise Unavailable(f"Not answering: {', '.join(down)}.")
    with work.finish(outcomes):
        return


@job("credentialing.load_source", timeout_s=3600, max_attempts=3)
def load_one(work: Work, *, source: str, accept_fewer: bool = False) -> None:
    """Load one source because somebody asked for it; the result says what came of it."""
    try:
        loaded = load_source(source, by=work.scope.actor_name, accept_fewer=accept_fewer)
        outcome: dict[str, Any] = {"source": source, "rows": loaded.rows, "is_new": loaded.is_new}
    except LoadRefused as error:
        outcome = {"source": source, "refused": error.detail}
    except SourceDown as error:
        if not work.is_last_attempt:
            raise Unavailable(str(error)) from error
        outcome = {"source": source, "refused": str(error)}
    with work.finish(outcome):
        return
