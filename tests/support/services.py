"""The real services of one test run: started by the controlling process, one database and bucket for each worker."""

from __future__ import annotations

import os
import tempfile
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from infra.dev.stack import Stack
from infra.dev.state import free_port

SERVICES = {"postgres", "redis", "s3", "clamd", "mail", "nppes", "sources", "fhir"}
MOST_WORKERS = 4


class Run:
    """The stack of a run. `env_for(worker)` makes that worker's own database, Redis numbers and bucket."""

    def __init__(self) -> None:
        self.ports = tuple(free_port() for _ in range(MOST_WORKERS))
        self.stack = Stack(
            tempfile.mkdtemp(prefix="onpanel-tests-"), services=SERVICES, web_ports=self.ports, durable=False
        )

    def start(self) -> None:
        """Start the services and migrate the database that all workers' databases are copied from."""
        self.stack.start()
        from infra.db.migrate import migrate

        migrate(self.stack.env["MIGRATOR_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))

    def env_for(self, worker: int) -> dict[str, str]:
        """The environment of one worker."""
        env = dict(self.stack.env)
        name = f"test_{worker}"
        with psycopg.connect(self.stack.admin_dsn, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE onpanel").format(sql.Identifier(name)))
            admin.execute(
                sql.SQL(
                    "GRANT CONNECT, TEMPORARY ON DATABASE {} TO app_rw, app_migrator, app_relay, app_backup"
                ).format(sql.Identifier(name))
            )
        for key in ("DATABASE_URL", "WORKER_DATABASE_URL", "RELAY_DATABASE_URL", "MIGRATOR_DATABASE_URL"):
            env[key] = _with_path(env[key], f"/{name}")
        env["REDIS_URL"] = _with_path(env["REDIS_URL"], f"/{2 * worker}")
        env["CACHE_REDIS_URL"] = _with_path(env["CACHE_REDIS_URL"], f"/{2 * worker + 1}")
        env["TEST_ADMIN_DSN"] = _with_path(self.stack.admin_dsn, f"/{name}")
        port = self.ports[worker % len(self.ports)]
        env |= {
            "ONPANEL_ENV": "test",
            "ONPANEL_PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "LOG_LEVEL": "WARNING",
        }
        return env

    def stop(self) -> None:
        """Stop everything and delete its data."""
        self.stack.remove()


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


def use(env: dict[str, str]) -> None:
    """Make `env` this process's environment before anything reads it."""
    os.environ.update(env)
