"""The outbox: the only way to make something happen later or outside.

A service records work with `later(...)` or an event with `publish(...)` in its own transaction. The row is the truth, RQ is a
doorbell: the relay hands ids to RQ, a worker takes the row's lease with a fencing number and performs it, and what Redis forgets
is handed over again. Jobs are declared with `@job(topic)`, subscriptions with `@on(event)`, both in a capability's `jobs.py`.
"""

from infra.outbox.models import OutboxRow, ScheduleRow
from infra.outbox.registry import Job, job, on
from infra.outbox.services import every, kept_from_relay, later, note_covered, publish

__all__ = [
    "Job",
    "OutboxRow",
    "ScheduleRow",
    "every",
    "job",
    "kept_from_relay",
    "later",
    "note_covered",
    "on",
    "publish",
]
