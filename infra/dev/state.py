"""The state folder: data, secrets and chosen ports of one embedded run, usable by one run at a time.

Layout: `lock` (held while running) · `secrets.json` (passwords and keys, mode 0600) · `ports.json` · `logs/` · `run/`
(process ids, to find what an earlier run left behind) · a folder for each service. Data of the services that run under
another account lie in `accounts/`, or outside, when that account cannot reach the state folder.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

from infra.dev.errors import StackError

#: below the range from which the kernel takes ports for outgoing connections, so that a chosen port stays free
PORTS = range(20_000, 32_000)
OUTSIDE = Path("/var/lib/onpanel")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def claim(port: int) -> socket.socket | None:
    """Takes a port for this process before anything listens on it; None when it is taken or listened on.

    Two stacks that start at the same moment would otherwise choose the same one. The claim is a name in the kernel's
    abstract socket space: it ends with the returned socket, so at the latest with the process.
    """
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0onpanel-port-{port}")
    except OSError:
        mark.close()
        return None
    if not port_is_free(port):
        mark.close()
        return None
    return mark


def choose_port(avoid: frozenset[int] = frozenset()) -> tuple[int, socket.socket]:
    """A free port on 127.0.0.1 and the claim on it. Raises StackError when none is found."""
    chooser = random.SystemRandom()
    for _ in range(200):
        port = chooser.choice(PORTS)
        mark = None if port in avoid else claim(port)
        if mark is not None:
            return port, mark
    raise StackError("No free port between 20000 and 32000 on 127.0.0.1. Stop other servers and try again.")


_kept: list[socket.socket] = []


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on and that no other stack chooses while this process lives."""
    port, mark = choose_port()
    _kept.append(mark)
    return port


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, so that it is either whole or not there."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


class State:
    """One state folder. Creating the object makes the folder; `lock()` claims it for this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.abspath(folder))
        self._lock: int | None = None
        self._claims: dict[str, socket.socket] = {}
        self._writing = threading.RLock()  # services are prepared at the same time
        try:
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            for name in ("logs", "run"):
                (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StackError(
                f"The state folder {self.folder} cannot be made ({error.strerror}). Set ONPANEL_STATE to another."
            ) from error

    @property
    def logs(self) -> Path:
        """Where every child's output goes."""
        return self.folder / "logs"

    def lock(self) -> None:
        """Claims the folder until `unlock()` or the end of the process. Raises StackError when another run has it."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            raise StackError(
                f"Another Onpanel (process {owner}) runs with the state folder {self.folder}. "
                "Stop it, or set ONPANEL_STATE and ONPANEL_PORT to others."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._lock = descriptor

    def unlock(self) -> None:
        """Gives the folder and its ports free again."""
        with self._writing:
            self._release(*list(self._claims))
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            content = json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StackError(
                f"{path} cannot be read ({error}). Put the file back, or move {self.folder} away to start empty."
            ) from error
        if not isinstance(content, dict):
            raise StackError(f"{path} is damaged. Put the file back, or move {self.folder} away to start empty.")
        return content

    def secrets(self) -> dict[str, str]:
        """Passwords and keys of this state folder, made at the first call. Missing ones are added, none is changed."""
        with self._writing:
            return self._secrets()

    def _secrets(self) -> dict[str, str]:
        known = self._read("secrets.json")
        if not known and self.has_data():
            raise StackError(
                f"{self.folder}/secrets.json is missing although data exist. "
                f"Put it back, or move {self.folder} away to start empty."
            )
        made = {
            "postgres": secrets.token_hex(24),
            "redis": secrets.token_hex(24),
            "s3_access_key": "onpanel:app",
            "s3_secret_key": secrets.token_hex(24),
            "s3_root_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "s3_hash_prefix": secrets.token_hex(16),
            "s3_hash_suffix": secrets.token_hex(16),
            "secret_key": secrets.token_hex(32),
            "admin_password": secrets.token_urlsafe(12),
            "field_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        made |= {role: secrets.token_hex(24) for role in ROLES}
        if not made.keys() <= known.keys():
            known = made | known
            write_private(self.folder / "secrets.json", json.dumps(known, indent=1))
        return known

    def has_data(self) -> bool:
        """Whether a service has stored anything here."""
        return any((self.folder / name).exists() for name in ("accounts.json", "accounts", "redis", "s3", "rgw"))

    def port(self, name: str) -> int:
        """The port of an internal service: the same at every start, or another one when somebody else has taken it."""
        with self._writing:
            return self._port(name)

    def _port(self, name: str) -> int:
        known = {key: int(value) for key, value in self._read("ports.json").items()}
        self._release(name)
        mark = claim(known[name]) if name in known else None
        if mark is None:
            known[name], mark = choose_port(frozenset(known.values()))
            write_private(self.folder / "ports.json", json.dumps(known, indent=1))
        self._claims[name] = mark
        return known[name]

    def _release(self, *names: str) -> None:
        for name in names:
            mark = self._claims.pop(name, None)
            if mark is not None:
                mark.close()

    def account_folder(self, account: str | None) -> Path:
        """The folder for data of a service that runs as `account` (None: as this process's own user).

        Parents' permissions are never changed. When the account cannot reach the state folder (a clone under /root),
        the data go to a folder of their own under /var/lib/onpanel, and the state folder remembers which.
        """
        with self._writing:
            return self._account_folder(account)

    def _account_folder(self, account: str | None) -> Path:
        recorded = self._read("accounts.json").get("folder")
        folder = Path(recorded) if recorded else self.folder / "accounts"
        if recorded and not folder.is_dir():
            raise StackError(
                f"{folder}, where {self.folder} keeps its database, is missing. Put it back or start empty."
            )
        if not recorded and account is not None and not can_reach(self.folder, account):
            folder = OUTSIDE / secrets.token_hex(6)
            folder.mkdir(parents=True)
            for made in (OUTSIDE, folder):
                made.chmod(0o711)
            (folder / "state-folder").write_text(f"{self.folder}\n")
            if not can_reach(folder, account):
                shutil.rmtree(folder)
                raise StackError(
                    f"The account {account} can reach neither {self.folder} nor {OUTSIDE}. "
                    "Set ONPANEL_STATE to a folder that every account may enter."
                )
            write_private(self.folder / "accounts.json", json.dumps({"folder": str(folder)}))
        folder.mkdir(mode=0o711, exist_ok=True)
        return folder

    def remove(self) -> None:
        """Deletes everything that this state folder holds, also what lies outside. For tests."""
        recorded = self._read("accounts.json").get("folder")
        if recorded and Path(recorded).parent == OUTSIDE:
            shutil.rmtree(recorded, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


#: the database logins whose passwords are kept here; `infra.db.bootstrap` makes the roles
ROLES = ("app_migrator", "app_web", "app_worker", "app_relay", "app_backup")


def can_reach(folder: Path, account: str) -> bool:
    """Whether `account` may pass through `folder` and its parents, asked of the kernel and not guessed from modes."""
    person = pwd.getpwnam(account)
    asked = subprocess.run(
        ["test", "-x", str(folder)],
        user=person.pw_uid,
        group=person.pw_gid,
        extra_groups=[],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return asked.returncode == 0


def hand_to(path: Path, account: str | None) -> None:
    """Gives a file or folder to an account; nothing when the service runs as our own user."""
    if account is not None:
        person = pwd.getpwnam(account)
        os.chown(path, person.pw_uid, person.pw_gid)
