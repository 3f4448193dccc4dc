"""clamd's INSTREAM protocol over TCP or a UNIX socket."""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

_CHUNK_BYTES = 128 * 1024
_MAX_REPLY_BYTES = 4096
_FOUND = re.compile(r"^stream: (.+) FOUND$", re.DOTALL)


class ByteStream(Protocol):
    """Anything that bytes can be read from, front to back."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; nothing at the end."""


class ScannerDown(Exception):
    """The scanner cannot be reached, broke off, or failed on its own side. Try later; nothing is known yet."""


class ScannerRefused(Exception):
    """The scanner answered that it will not scan this, mostly because it is larger than its StreamMaxLength."""


@dataclass(frozen=True, slots=True)
class Clean:
    """No signature matched."""


@dataclass(frozen=True, slots=True)
class Infected:
    """A signature matched; `name` is the signature's."""

    name: str


class ClamavClient:
    """Talks to one daemon, a new connection for each question.

    `url` is `tcp://host:port` or `unix:/path/to/socket`. `timeout_s` limits connecting, each write and the wait
    for the verdict.

    Raises:
        ValueError: the address is of neither form.
    """

    def __init__(self, url: str, timeout_s: float = 60.0) -> None:
        parts = urlsplit(url)
        self._timeout_s = timeout_s
        self._path = parts.path if parts.scheme == "unix" else ""
        self._address = (parts.hostname or "", parts.port or 3310)
        if not self._path and (parts.scheme != "tcp" or not parts.hostname):
            raise ValueError("the scanner's address must be tcp://host:port or unix:/path")

    def ping(self) -> None:
        """Return when the daemon answers.

        Raises:
            ScannerDown
        """
        reply = self._ask(b"zPING\0")
        if reply != "PONG":
            raise ScannerDown(f"the scanner answered a ping with {reply[:80]!r}")

    def version(self) -> str:
        """Return the daemon's version line, which names the signature database and its day.

        Raises:
            ScannerDown
        """
        return self._ask(b"zVERSION\0")

    def scan(self, stream: ByteStream) -> Clean | Infected:
        """Send a stream to the end and return the verdict.

        Raises:
            ScannerDown, ScannerRefused
        """
        with self._connect() as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                while chunk := stream.read(_CHUNK_BYTES):
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError) as failure:
                # Past its limit the daemon says so and hangs up while we still write.
                return _verdict(self._reply_after_hangup(connection, failure))
            except OSError as failure:
                raise ScannerDown(f"the scanner broke off: {failure}") from failure
            return _verdict(_read_reply(connection))

    def _reply_after_hangup(self, connection: socket.socket, failure: OSError) -> str:
        try:
            return _read_reply(connection)
        except ScannerDown:
            raise ScannerDown(f"the scanner broke off: {failure}") from failure

    def _ask(self, command: bytes) -> str:
        with self._connect() as connection:
            try:
                connection.sendall(command)
            except OSError as failure:
                raise ScannerDown(f"the scanner broke off: {failure}") from failure
            return _read_reply(connection)

    def _connect(self) -> socket.socket:
        try:
            if not self._path:
                return socket.create_connection(self._address, timeout=self._timeout_s)
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(self._timeout_s)
                connection.connect(self._path)
            except OSError:
                connection.close()
                raise
        except OSError as failure:
            raise ScannerDown(f"the scanner cannot be reached: {failure}") from failure
        return connection


def _read_reply(connection: socket.socket) -> str:
    reply = b""
    try:
        while b"\0" not in reply and len(reply) < _MAX_REPLY_BYTES:
            piece = connection.recv(_MAX_REPLY_BYTES)
            if not piece:
                break
            reply += piece
    except OSError as failure:
        raise ScannerDown(f"the scanner broke off: {failure}") from failure
    text = reply.split(b"\0")[0].decode("utf-8", errors="replace").strip()
    if not text:
        raise ScannerDown("the scanner hung up without an answer")
    return text


def _verdict(reply: str) -> Clean | Infected:
    if reply == "stream: OK":
        return Clean()
    if found := _FOUND.match(reply):
        return Infected(found[1])
    if "size limit exceeded" in reply:
        raise ScannerRefused("the file is larger than the scanner takes")
    raise ScannerDown(f"the scanner failed: {reply[:200]}")
