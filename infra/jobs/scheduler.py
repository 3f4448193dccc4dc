"""The scheduler: turns due schedule rows into outbox rows. `python -m infra.jobs.scheduler`; a lock lets exactly one work.

RQ's own cron has no lock and forgets what it missed; here what is due stands in PostgreSQL, and a slot missed while nobody ran is
made up once.
"""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Any

import psycopg

from infra.ids import uuid7
from infra.jobs.relay import plain_dsn
from infra.logs import configure_logs, log
from infra.settings import settings

_LOCK = 7_301_558_225
TICK_S = 2.0
_DUE = """
SELECT tenant_id, id, topic, payload::text, every_s, due_at FROM app.schedule WHERE due_at <= now()
ORDER BY due_at LIMIT 200 FOR UPDATE SKIP LOCKED
"""
_RECORD = """
INSERT INTO app.outbox (tenant_id, id, created_at, topic, payload, dedupe_key, actor_name, next_at, attempts, max_attempts,
  fence, progress_done, progress_total, is_background)
VALUES (%s, %s, now(), %s, %s::jsonb, %s, 'Onpanel', now(), 0, 6, 0, 0, 0, true) ON CONFLICT (tenant_id, topic, dedupe_key) DO NOTHING
"""
_ADVANCE = """
UPDATE app.schedule SET due_at = greatest(due_at + make_interval(secs => every_s), now() + interval '1 second')
WHERE tenant_id = %s AND id = %s
"""


def ring_due(connection: psycopg.Connection[Any]) -> int:
    """Write an outbox row for each due schedule and move it on, in one transaction. Returns how many were due."""
    with connection.transaction():
        rows = connection.execute(_DUE).fetchall()
        for tenant_id, schedule_id, topic, payload, _every_s, due_at in rows:
            slot = f"schedule:{schedule_id}:{due_at.isoformat()}"
            connection.execute(_RECORD, (tenant_id, uuid7(), topic, payload, slot))
            connection.execute(_ADVANCE, (tenant_id, schedule_id))
        if rows:
            connection.execute("SELECT pg_notify('outbox', '')")
    return len(rows)


class Scheduler:
    """The loop, with its stop flag."""

    def __init__(self) -> None:
        self.stopping = False

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Ask the loop to end."""
        self.stopping = True

    def run(self) -> None:
        """Work while this process holds the lock; wait for the lock otherwise; reconnect after a failure."""
        while not self.stopping:
            try:
                with psycopg.connect(plain_dsn(settings().relay_database_url), autocommit=True) as connection:
                    self._connected(connection)
            except psycopg.Error as error:
                log().warning("scheduler lost its connection", error=type(error).__name__)
                time.sleep(1)

    def _connected(self, connection: psycopg.Connection[Any]) -> None:
        while not self.stopping:
            held = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
            if held and held[0]:
                break
            time.sleep(TICK_S)
        while not self.stopping:
            ring_due(connection)
            time.sleep(TICK_S)


def main() -> None:
    """Run the scheduler of this deployment."""
    configure_logs(settings().log_level)
    scheduler = Scheduler()
    signal.signal(signal.SIGTERM, scheduler.stop)
    signal.signal(signal.SIGINT, scheduler.stop)
    scheduler.run()


if __name__ == "__main__":
    main()
