"""The worker: an RQ worker that performs only our job, forking for each. `python -m infra.jobs.worker`, as many as one likes."""

from __future__ import annotations

import os

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

from infra.db import session
from infra.db.selfcheck import refuse_privileged_login
from infra.jobs.queue import BACKGROUND_NAME, QUEUE_NAME, make_queue
from infra.jobs.safejob import SafeJob
from infra.logs import configure_logs
from infra.outbox.registry import load_jobs
from infra.settings import settings


def main() -> None:
    """Run one worker of this deployment. Ends with an error when Redis goes away; the supervisor starts it again."""
    configure_logs(settings().log_level)
    session.use_worker_login()
    refuse_privileged_login(session.engine())
    session.engine().dispose()
    os.register_at_fork(after_in_child=session.forget_connections)
    load_jobs()
    redis = Redis.from_url(settings().redis_url)
    worker = Worker(
        [make_queue(redis), make_queue(redis, name=BACKGROUND_NAME)],
        connection=redis,
        serializer=JSONSerializer,
        job_class=SafeJob,
        worker_ttl=60,
        maintenance_interval=15,
        job_monitoring_interval=10,
        prepare_for_work=True,
    )
    worker.work(logging_level="WARNING", with_scheduler=False)


if __name__ == "__main__":
    main()

__all__ = ["QUEUE_NAME", "main"]
