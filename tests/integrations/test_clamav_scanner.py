from __future__ import annotations

import io
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.clamav import ClamavClient, Clean, Infected, ScannerDown, ScannerRefused

MAX_BYTES = 600_000
# Split, so that no scanner takes this file for the test virus itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class _Daemon(socketserver.BaseRequestHandler):
    """Speaks clamd's protocol; `replies` replace its own verdict."""

    replies: list[bytes]
    received: list[int]

    def handle(self) -> None:
        command = self._line()
        if self.replies:
            self.request.sendall(self.replies.pop(0))
        elif command == b"zPING":
            self.request.sendall(b"PONG\0")
        elif command == b"zVERSION":
            self.request.sendall(b"ClamAV 1.4.3/27500/Mon Nov 23 2026\0")
        elif command == b"zINSTREAM":
            self.request.sendall(self._scan())

    def _scan(self) -> bytes:
        content = b""
        while (size := struct.unpack("!I", self._exactly(4))[0]) > 0:
            if len(content) + size > MAX_BYTES:
                return b"INSTREAM size limit exceeded. ERROR\0"
            content += self._exactly(size)
        self.received.append(len(content))
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\0"):
            line += self._exactly(1)
        return line[:-1]

    def _exactly(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            piece = self.request.recv(size - len(content))
            if not piece:
                raise ConnectionError("the client hung up")
            content += piece
        return content


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class _TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture(params=["tcp", "unix"])
def daemon(request, tmp_path: Path) -> Iterator[tuple[ClamavClient, type[_Daemon]]]:
    handler = type("Daemon", (_Daemon,), {"replies": [], "received": []})
    if request.param == "tcp":
        server: socketserver.BaseServer = _TcpServer(("127.0.0.1", 0), handler)
        url = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = _UnixServer(str(tmp_path / "clamd.sock"), handler)
        url = f"unix:{tmp_path / 'clamd.sock'}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield ClamavClient(url, timeout_s=5), handler
    server.shutdown()
    server.server_close()


def test_every_byte_is_sent_and_the_verdict_is_read(daemon) -> None:
    client, handler = daemon
    assert client.scan(io.BytesIO(b"x" * 500_000)) == Clean()
    assert client.scan(io.BytesIO(b"")) == Clean()
    assert client.scan(io.BytesIO(b"a" * 200_000 + EICAR)) == Infected("Eicar-Test-Signature")
    assert handler.received == [500_000, 0, 200_000 + len(EICAR)]


def test_the_daemon_answers_a_ping_and_names_its_version(daemon) -> None:
    client, _ = daemon
    client.ping()
    assert client.version().startswith("ClamAV 1.4.3/27500/")


def test_a_file_above_the_daemons_limit_is_refused(daemon) -> None:
    client, _ = daemon
    with pytest.raises(ScannerRefused, match="larger"):
        client.scan(io.BytesIO(b"x" * (MAX_BYTES + 10_000_000)))


@pytest.mark.parametrize("reply", [b"stream: Can't allocate memory ERROR\0", b"\0", b"", b"UNKNOWN COMMAND\0"])
def test_no_verdict_is_never_taken_for_clean(daemon, reply: bytes) -> None:
    client, handler = daemon
    handler.replies[:] = [reply]
    with pytest.raises(ScannerDown):
        client.scan(io.BytesIO(b"x" * 1000))


def test_a_strange_ping_is_no_pong(daemon) -> None:
    client, handler = daemon
    handler.replies[:] = [b"PANG\0"]
    with pytest.raises(ScannerDown, match="PANG"):
        client.ping()


def test_a_scanner_that_is_away_is_down(tmp_path: Path) -> None:
    with pytest.raises(ScannerDown, match="cannot be reached"):
        ClamavClient(f"unix:{tmp_path / 'none.sock'}").ping()
    with pytest.raises(ScannerDown, match="cannot be reached"):
        ClamavClient("tcp://127.0.0.1:1", timeout_s=1).scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("url", ["", "http://localhost", "127.0.0.1:3310", "unix:"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="tcp://"):
        ClamavClient(url)
