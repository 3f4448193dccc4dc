"""The states of a task of the plan, and the steps between them.

*Claimed* is somebody's word that it is done; *verified* is that word with evidence. `reopened` is not a state
but a step back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.states import EvidenceMissing, NotAllowed, WaitingOn


class TaskStatus(StrEnum):
    """Where a task stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    SKIPPED = "skipped"


class TaskStep(StrEnum):
    """What can be done to a task: the values of `to` in a transition."""

    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    SKIPPED = "skipped"
    REOPENED = "reopened"


STATUS_WORDS: Mapping[str, str] = {
    TaskStatus.NOT_STARTED: "not started",
    TaskStatus.IN_PROGRESS: "in progress",
    TaskStatus.BLOCKED: "blocked",
    TaskStatus.CLAIMED: "claimed",
    TaskStatus.VERIFIED: "verified",
    TaskStatus.SKIPPED: "skipped",
}


DONE = frozenset({TaskStatus.VERIFIED, TaskStatus.SKIPPED})
OPEN = frozenset(TaskStatus) - DONE

_S, _E = TaskStatus, TaskStep

TRANSITIONS: Mapping[tuple[TaskStatus, TaskStep], TaskStatus] = {
    (_S.NOT_STARTED, _E.IN_PROGRESS): _S.IN_PROGRESS,
    (_S.NOT_STARTED, _E.BLOCKED): _S.BLOCKED,
    (_S.NOT_STARTED, _E.CLAIMED): _S.CLAIMED,
    (_S.NOT_STARTED, _E.VERIFIED): _S.VERIFIED,
    (_S.NOT_STARTED, _E.SKIPPED): _S.SKIPPED,
    (_S.IN_PROGRESS, _E.BLOCKED): _S.BLOCKED,
    (_S.IN_PROGRESS, _E.CLAIMED): _S.CLAIMED,
    (_S.IN_PROGRESS, _E.VERIFIED): _S.VERIFIED,
    (_S.IN_PROGRESS, _E.SKIPPED): _S.SKIPPED,
    # Blocked again: the reason or the one waited on has changed, and that is part of the history.
    (_S.BLOCKED, _E.BLOCKED): _S.BLOCKED,
    (_S.BLOCKED, _E.IN_PROGRESS): _S.IN_PROGRESS,
    (_S.BLOCKED, _E.CLAIMED): _S.CLAIMED,
    (_S.BLOCKED, _E.VERIFIED): _S.VERIFIED,
    (_S.BLOCKED, _E.SKIPPED): _S.SKIPPED,
    (_S.CLAIMED, _E.VERIFIED): _S.VERIFIED,
    (_S.CLAIMED, _E.SKIPPED): _S.SKIPPED,
    (_S.CLAIMED, _E.REOPENED): _S.IN_PROGRESS,
    (_S.VERIFIED, _E.REOPENED): _S.IN_PROGRESS,
    (_S.SKIPPED, _E.REOPENED): _S.NOT_STARTED,
}


@dataclass(frozen=True, slots=True)
class TaskEvidence:
    """What comes with a step. `system` is true when the product itself saw the proof (an import that tied
    out).
    """

    reason: str = ""
    note: str = ""
    waiting_on: WaitingOn | None = None
    proof_document_id: str | None = None
    system: bool = False


NO_EVIDENCE = TaskEvidence()


def steps_from(status: TaskStatus) -> tuple[TaskStep, ...]:
    """List the steps that are possible from `status`."""
    return tuple(step for present, step in TRANSITIONS if present == status)


def lacking(step: TaskStep, evidence: TaskEvidence, *, needs_document: bool = False) -> tuple[str, ...]:
    """Name the fields without which the step cannot be taken.

    Args:
        needs_document: The task's proof is a file. Otherwise a note is enough to verify.
    Source:
        Product rule "claimed is not done": domain.md 3.5, rules 2 and 3.
    """
    missing: list[str] = []
    if step in (TaskStep.BLOCKED, TaskStep.SKIPPED, TaskStep.REOPENED) and not evidence.reason.strip():
        missing.append("reason")
    if step is TaskStep.BLOCKED and evidence.waiting_on is None:
        missing.append("waiting_on")
    if step is TaskStep.VERIFIED and not evidence.system and evidence.proof_document_id is None:
        if needs_document:
            missing.append("proof_document_id")
        elif not evidence.note.strip():
            missing.append("note")
    return tuple(missing)


def _not_possible(present: TaskStatus, wanted: TaskStep) -> NotAllowed:
    """The refusal in words: most often somebody was faster."""
    word = STATUS_WORDS[present]
    already = present.value == wanted.value
    said = f"This task is already {word}" if already else f"That step is not possible now: the task is {word}"
    refused = NotAllowed(present, wanted, steps_from(present))
    refused.detail = f"{said}. Reload to see what changed."
    return refused


def move(
    status: TaskStatus, step: TaskStep, evidence: TaskEvidence = NO_EVIDENCE, *, needs_document: bool = False
) -> TaskStatus:
    """Return the status after `step`.

    Raises:
        NotAllowed: The step does not follow from `status`.
        EvidenceMissing: A reason, the one waited on, or the proof is missing; `fields` names it.
    """
    after = TRANSITIONS.get((status, step))
    if after is None:
        raise _not_possible(status, step)
    missing = lacking(step, evidence, needs_document=needs_document)
    if missing:
        raise EvidenceMissing(step, missing)
    return after
