"""The mark that an act of the story leaves: nothing is left to do when it is performed."""

from __future__ import annotations

from infra.jobs.work import Work
from infra.outbox import job


@job("onboarding.demo_act")
def demo_act(work: Work, *, act: str, load: str) -> dict[str, str]:
    """An act was told; the row itself is what a second load looks for."""
    return {"act": act}
