"""A paper that the clinic sends for one task of its plan: it claims the task, and waits for the vendor's look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import PDF, pdf
from onboarding.demo.story import Act, File
from onboarding.plan.services import load_board


def task_paper(clinic: DemoClinic, code: str, name: str, kind: str, on: date) -> Act:
    """The clinic's administrator sends the paper; the product claims the task with it."""
    sent = File(name, pdf(name.removesuffix(".pdf"), (clinic.name,)), PDF, kind, task_id=_task(code))
    return Act(
        f"paper for {code}", on, clinic.admin.key, files=[sent], topics=frozenset({"onboarding.follow_document"})
    )


def _task(code: str) -> Callable[[], UUID]:
    def find() -> UUID:
        return next(task.id for task in load_board().tasks if task.code == code)

    return find
