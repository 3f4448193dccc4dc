"""The embedded virus scanner: ClamAV's daemon with local signatures only.

They find the EICAR test file, alone and inside archives, so that every path of the product can be tried without a
download. They find no real malware: production runs freshclam.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping, Sequence

from infra.dev import locate
from infra.dev.errors import StackError
from infra.dev.service import Service
from infra.dev.state import State, hand_to
from infra.dev.supervisor import Child

#: above the largest upload, so that a file is never passed on half scanned
LARGEST = "600M"

#: The harmless file that every scanner reports. In two parts, so that this source file is not reported itself.
#: Source: EICAR, "Anti-Malware Testfile" (68 bytes).
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def signatures() -> dict[str, str]:
    """The signature files: by content (.ndb), by MD5 (.hdb) and by SHA-256 (.hsb)."""
    md5 = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    return {
        "local.ndb": f"Local.Eicar.Test:0:0:{EICAR.hex()}\n",
        "local.hdb": f"{md5}:{len(EICAR)}:Local.Eicar.MD5\n",
        "local.hsb": f"{hashlib.sha256(EICAR).hexdigest()}:{len(EICAR)}:Local.Eicar.SHA256\n",
    }


class Clamd(Service):
    """clamd as a foreground child under an account of its own, since it reads hostile files."""

    name = "clamd"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._port = 0

    def prepare(self) -> Sequence[Child]:
        binary = locate.clamd()
        if binary is None:
            raise StackError("clamd is missing. Install Debian's package clamav-daemon, or name one with CLAMD_URL.")
        account = locate.service_account("clamav")
        folder = self.state.account_folder(account) / "clamd"
        for path in (folder, folder / "signatures", folder / "scratch"):
            path.mkdir(mode=0o700, exist_ok=True)
            hand_to(path, account)
        for name, content in signatures().items():
            place = folder / "signatures" / name
            place.write_text(content)
            hand_to(place, account)
        self._port = self.state.port("clamd")
        settings = {
            "DatabaseDirectory": str(folder / "signatures"),
            "TemporaryDirectory": str(folder / "scratch"),
            "OfficialDatabaseOnly": "no",
            "TCPSocket": str(self._port),
            "TCPAddr": "127.0.0.1",
            "Foreground": "yes",
            "MaxThreads": "4",
            "StreamMaxLength": LARGEST,
            "MaxFileSize": LARGEST,
            "MaxScanSize": LARGEST,
            "ConcurrentDatabaseReload": "no",
            "AlertEncrypted": "yes",
            "AlertOLE2Macros": "yes",
            # what is too deep or too large to be looked through is not called clean
            "AlertExceedsMax": "yes",
        }
        config = folder / "clamd.conf"
        config.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        hand_to(config, account)
        command = [str(binary), "--config-file", str(config)]
        return [Child(name=self.name, command=command, ready=self._answers, account=account)]

    def environment(self) -> Mapping[str, str]:
        return {"CLAMD_URL": f"tcp://127.0.0.1:{self._port}"}

    def _answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self._port), timeout=2) as connection:
            connection.sendall(b"zPING\0")
            return connection.recv(16).startswith(b"PONG")
