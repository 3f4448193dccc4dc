"""The one RQ queue: JSON serializer, our Job class."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from infra.jobs.safejob import SafeJob

QUEUE_NAME = "onpanel"


def make_queue(redis: Redis) -> Queue:
    """The queue on this Redis."""
    return Queue(QUEUE_NAME, connection=redis, serializer=JSONSerializer, job_class=SafeJob)
