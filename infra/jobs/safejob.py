"""The only kind of RQ job that a worker of ours performs.

A JSON serializer alone still lets whoever writes to Redis name any importable function; this class refuses every function but
`perform`, every callback and every argument that is not one UUID.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rq.job import Job

ALLOWED_FUNCTION = "infra.jobs.runner.perform"
_FOREIGN = (b"success_callback_name", b"failure_callback_name", b"stopped_callback_name", b"webhooks")


class RefusedJob(Exception):
    """A job in Redis that this system did not write."""


class SafeJob(Job):
    """An RQ job that can only be `perform(<outbox id>)`."""

    refused = False

    def restore(self, raw_data: dict[bytes, Any]) -> Any:
        """Read the job from Redis without callbacks and webhooks; a job that names any is refused when its turn comes."""
        kept = {key: value for key, value in raw_data.items() if key not in _FOREIGN or not value}
        self.refused = len(kept) < len(raw_data)
        return super().restore(kept)

    def perform(self) -> Any:
        """Run the job. Raises `RefusedJob` for anything but the allowed function with one id."""
        if self.refused or self.func_name != ALLOWED_FUNCTION or self.kwargs or len(self.args) != 1:
            raise RefusedJob("only infra.jobs.runner.perform with one id may run here")
        UUID(str(self.args[0]))
        return super().perform()
