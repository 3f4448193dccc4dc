"""The embedded PostgreSQL: a cluster of its own, TCP on 127.0.0.1 only, passwords by SCRAM."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from infra.db.bootstrap import bootstrap
from infra.dev import locate
from infra.dev.errors import StackError
from infra.dev.service import Service
from infra.dev.state import ROLES, State, hand_to
from infra.dev.supervisor import Child, process_start

ADMIN = "postgres"
DATABASE = "onpanel"
#: the product's variables and the login that each one names
LOGINS = {
    "DATABASE_URL": "app_web",
    "WORKER_DATABASE_URL": "app_worker",
    "RELAY_DATABASE_URL": "app_relay",
    "MIGRATOR_DATABASE_URL": "app_migrator",
}


class Postgres(Service):
    """PostgreSQL as a foreground child; `postgres` itself, not pg_ctl, so that a killed one can come back at once."""

    name = "postgres"

    def __init__(self, state: State, *, durable: bool = True) -> None:
        super().__init__(state)
        self._durable = durable
        self._port = 0

    @property
    def admin_dsn(self) -> str:
        """The administrator's connection string, to the database `postgres`."""
        return f"postgresql://{ADMIN}:{self.state.secrets()['postgres']}@127.0.0.1:{self._port}/postgres"

    def prepare(self) -> Sequence[Child]:
        account = locate.service_account("postgres")
        binaries = locate.postgres_bin()
        data = self.state.account_folder(account) / "postgres"
        self._check(data)
        if not data.exists():
            self._initialize(data, binaries, account)
        drop_dead_lock(data)
        self._port = self.state.port("postgres")
        options = {
            "port": str(self._port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "max_connections": "120",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            # the log may be read by people who may not read the tables
            "log_parameter_max_length_on_error": "0",
            "logging_collector": "off",
        }
        if not self._durable:
            # a killed process still loses nothing: only a power failure could
            options |= {"fsync": "off", "full_page_writes": "off"}
        command = [str(binaries / "postgres"), "-D", str(data)]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        child = Child(
            name=self.name,
            command=command,
            ready=self._answers,
            env=_plain_environment(),
            account=account,
            stop_signal=signal.SIGINT,
            stop_within_s=20,
        )
        return [child]

    def environment(self) -> Mapping[str, str]:
        known = self.state.secrets()
        where = f"127.0.0.1:{self._port}/{DATABASE}"
        return {key: f"postgresql://{role}:{known[role]}@{where}" for key, role in LOGINS.items()}

    def finish(self) -> None:
        passwords = {role: self.state.secrets()[role] for role in ROLES}
        bootstrap(self.admin_dsn, database=DATABASE, passwords=passwords)

    def _answers(self) -> bool:
        psycopg.connect(self.admin_dsn, connect_timeout=2).close()
        return True

    def _check(self, data: Path) -> None:
        # what an interrupted initdb left was never used by anybody
        shutil.rmtree(data.with_name("postgres.new"), ignore_errors=True)
        if not data.exists():
            return
        try:
            major = int((data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            raise StackError(
                f"{data} is not a whole database (PG_VERSION is missing). Restore it, or move {self.state.folder} away."
            ) from None
        if major != locate.postgres_major():
            raise StackError(
                f"{data} was made by PostgreSQL {major}, but {locate.postgres_major()} is what was found. "
                f"Set PG_BINDIR to release {major}, or move {self.state.folder} away to start empty."
            )

    def _initialize(self, data: Path, binaries: Path, account: str | None) -> None:
        """Makes the cluster beside its place and moves it there when it is whole."""
        fresh = data.with_name("postgres.new")
        fresh.mkdir(mode=0o700)
        password = fresh.with_name("postgres.password")
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.state.secrets()["postgres"])
        for path in (fresh, password):
            hand_to(path, account)
        command = [str(binaries / "initdb"), "-D", str(fresh), "-U", ADMIN, "--pwfile", str(password)]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        if not self._durable:
            command.append("--no-sync")
        try:
            result = subprocess.run(
                command,
                user=account,
                group=account and _group_of(account),
                extra_groups=[] if account else None,
                env=_plain_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        finally:
            password.unlink()
        if result.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            detail = (result.stderr.strip().splitlines() or ["no output"])[-1]
            raise StackError(f"initdb failed: {detail}")
        fresh.rename(data)


def drop_dead_lock(data: Path, *, patience_s: float = 15.0) -> None:
    """Removes `postmaster.pid` when its process is dead but not yet reaped by anybody.

    PostgreSQL takes such a process for a living one and would refuse to start for ever (in containers, process 1 often
    reaps nothing). The file goes only after every process that worked in the folder has ended.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    if process_start(pid) is not None:
        return
    limit = time.monotonic() + patience_s
    while any(_works_in(process, data) for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > limit:
            raise StackError(f"Processes of an earlier PostgreSQL still use {data}. End them, then start again.")
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return os.readlink(process / "cwd") == str(folder.resolve())
    except OSError:
        return False


def _group_of(account: str) -> int:
    return pwd.getpwnam(account).pw_gid


def _plain_environment() -> dict[str, str]:
    """No PG* variable of the caller may change what the server does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
