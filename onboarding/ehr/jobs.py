"""The connection test: each step calls the outside with no transaction open, and is stored as soon as it is done."""

from __future__ import annotations

from uuid import UUID

from infra.jobs.work import LeaseLost, Work
from infra.outbox import job
from infra.settings import settings
from integrations.address_guard import GuardedSession
from integrations.fhir import STEPS, Step, probe
from onboarding.ehr.services import finish_test, give_up_test, note_steps, target_of

_STEP_TIMEOUT_S = 20.0
_LARGEST_ANSWER = 4 * 1024 * 1024


@job("onboarding.test_ehr_connection", timeout_s=240, max_attempts=3, max_backoff_s=30)
def test_ehr_connection(work: Work, *, connection_id: str) -> None:
    """Test an address that a person entered, behind the address guard."""
    row_id = UUID(connection_id)
    with work.transaction():
        target = target_of(row_id)
    session = GuardedSession(settings().egress_allow, _LARGEST_ANSWER, _STEP_TIMEOUT_S)
    steps: list[Step] = []
    try:
        for step in probe(target.base_url, session=session, credentials=target.credentials):
            steps.append(step)
            with work.transaction():
                note_steps(row_id, steps)
            work.progress(len(steps), len(STEPS))
    except LeaseLost:
        raise
    except Exception:
        if work.is_last_attempt:
            with work.transaction():
                give_up_test(row_id)
        raise
    with work.finish({"steps": len(steps)}):
        finish_test(row_id, steps)
