"""The RQ queues, with the JSON serializer and our Job class: one for work that somebody waits for, one for all else."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from infra.jobs.safejob import SafeJob

QUEUE_NAME = "onpanel"
BACKGROUND_NAME = "onpanel-background"


def make_queue(redis: Redis, *, name: str = QUEUE_NAME) -> Queue:
    """A queue on this Redis."""
    return Queue(name, connection=redis, serializer=JSONSerializer, job_class=SafeJob)
