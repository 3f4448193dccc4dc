"""The relay: reads due outbox rows and hands their ids to RQ. `python -m infra.jobs.relay`, as many as one likes.

It logs in as `app_relay`, which sees only the scheduling columns. Rows are claimed with `FOR UPDATE SKIP LOCKED`, a few of each
clinic in turn, so that one clinic's backlog does not starve the others. A row handed over and not taken within `HANDED_OVER_S`
is handed over again, unless it still waits in the queue.
"""

from __future__ import annotations

import select
import signal
import time
from types import FrameType
from typing import Any

import psycopg
from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import JobStatus

from infra.jobs.queue import BACKGROUND_NAME, QUEUE_NAME, make_queue
from infra.jobs.safejob import ALLOWED_FUNCTION
from infra.logs import configure_logs, log
from infra.settings import settings

HANDED_OVER_S = 45
BATCH = 100
POLL_S = 2.0
_CLAIM = """
WITH due AS (
  SELECT tenant_id, id, next_at, row_number() OVER (PARTITION BY tenant_id ORDER BY next_at, id) AS turn
  FROM app.outbox WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= now()
), chosen AS (
  SELECT o.tenant_id, o.id FROM app.outbox o JOIN due USING (tenant_id, id)
  WHERE o.done_at IS NULL AND o.dead_at IS NULL AND o.next_at <= now()
  ORDER BY due.turn, due.next_at LIMIT %(batch)s FOR UPDATE OF o SKIP LOCKED
)
UPDATE app.outbox o SET next_at = now() + make_interval(secs => %(seconds)s)
FROM chosen c WHERE o.tenant_id = c.tenant_id AND o.id = c.id
RETURNING o.id::text, o.attempts, o.is_background
"""


def hand_over(connection: psycopg.Connection[Any], queue: Queue, background: Queue) -> int:
    """Claim due rows, commit, then enqueue them. Returns how many. A failure in between only delays them."""
    rows = connection.execute(_CLAIM, {"batch": BATCH, "seconds": HANDED_OVER_S}).fetchall()
    connection.commit()
    for outbox_id, attempts, is_background in rows:
        enqueue(background if is_background else queue, outbox_id, f"{outbox_id}_{attempts}")
    return len(rows)


def enqueue(queue: Queue, outbox_id: str, job_id: str) -> None:
    """Put an id into the queue unless it waits there already.

    A job of that id which no longer waits belonged to a worker that died before it took the row's lease; RQ would keep it, and with
    it the id, for minutes.
    """
    options: dict[str, Any] = {"timeout": 3600, "result_ttl": 0, "failure_ttl": 300, "ttl": 86400}
    try:
        queue.enqueue_call(ALLOWED_FUNCTION, args=(outbox_id,), job_id=job_id, unique=True, **options)
    except DuplicateJobError:
        left_over = queue.fetch_job(job_id)
        if left_over is not None and left_over.get_status(refresh=True) is not JobStatus.QUEUED:
            left_over.delete()
            queue.enqueue_call(ALLOWED_FUNCTION, args=(outbox_id,), job_id=job_id, **options)


def plain_dsn(url: str) -> str:
    """The libpq form of a SQLAlchemy URL."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class Relay:
    """The loop, with its stop flag."""

    def __init__(self) -> None:
        self.stopping = False

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Ask the loop to end after the batch at hand."""
        self.stopping = True

    def run(self) -> None:
        """Hand over until told to stop; reconnect after any failure of PostgreSQL or Redis."""
        while not self.stopping:
            try:
                self._connected()
            except Exception as error:
                log().warning("relay lost a connection", error=type(error).__name__)
                time.sleep(0.5)

    def _connected(self) -> None:
        with (
            psycopg.connect(plain_dsn(settings().relay_database_url)) as connection,
            Redis.from_url(settings().redis_url, socket_timeout=5) as redis,
        ):
            queue, background = make_queue(redis), make_queue(redis, name=BACKGROUND_NAME)
            connection.execute("LISTEN outbox")
            connection.commit()
            while not self.stopping:
                redis.ping()
                if hand_over(connection, queue, background) < BATCH:
                    self._wait(connection)

    def _wait(self, connection: psycopg.Connection[Any]) -> None:
        select.select([connection.fileno()], [], [], POLL_S)
        for _ in connection.notifies(timeout=0):
            pass
        connection.commit()


def main() -> None:
    """Run the relay of this deployment."""
    configure_logs(settings().log_level)
    relay = Relay()
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    log().info("relay started", queue=QUEUE_NAME)
    relay.run()


if __name__ == "__main__":
    main()
