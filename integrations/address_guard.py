"""Fetches addresses that a tenant gave us, and lets none of them reach inside.

A name is resolved once, every answer is checked, and the checked address itself is dialed, so that a second answer
of the name server has no say; TLS is still verified against the name. No redirect is followed, no proxy of the
environment used, nothing is decompressed, and size and time are capped. What a server answers is for our own
reading and must not be shown to the person who entered the address.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

Resolver = Callable[[str, int], list[str]]
Dialer = Callable[[str, int, float], socket.socket]
FailureKind = Literal["dns", "connect", "tls", "timeout", "too-large", "protocol"]

DEFAULT_PORTS = frozenset({443, 8443, 9443})
_MAX_URL = 2048
_MAX_DIALS = 3
_READ_BYTES = 64 * 1024
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER_LABEL = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_INSIDE_NAMES = tuple(
    ".localhost .local .localdomain .internal .intranet .lan .corp .home .home.arpa .svc .onion .arpa".split()
)

# `ipaddress.is_global` is no guard by itself: it lets NAT64, 6to4 and multicast pass, behind which 127.0.0.1 can be.
_DENIED = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, also cloud metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
# Outside of 2000::/3 lie loopback, mapped and NAT64 addresses, unique-local, link-local and multicast ones.
_GLOBAL_UNICAST_V6 = ipaddress.ip_network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)


class AddressRefused(ValueError):
    """The address must not be called. The message says why, in words for the person who entered it."""


class FetchFailed(Exception):
    """The address may be called, but that did not work. `kind` says where it went wrong."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """An address that passed: where to dial, and what to say there."""

    scheme: Literal["https", "http"]
    host: str
    port: int
    target: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handshake:
    """What was met when dialing: the address, and for https the TLS version and the certificate's last day."""

    address: str
    tls_version: str
    certificate_expires_on: date | None


@dataclass(frozen=True, slots=True)
class GuardedResponse:
    """An answer. Header names are in lower case; a redirect comes back as it is."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_ms: int


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host as text, in the resolver's order."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def dial(address: str, port: int, timeout_s: float) -> socket.socket:
    """Open a TCP connection to an IP address."""
    return socket.create_connection((address, port), timeout=timeout_s)


def is_public_address(text: str) -> bool:
    """Tell whether an IP address is an ordinary public unicast one, of which no part can mean an inside address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or any(address in network for network in _DENIED if network.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _GLOBAL_UNICAST_V6 and (int(address) >> 32 & 0xFFFFFFFF) not in _ISATAP
    return True


class GuardedSession:
    """Calls addresses that others chose.

    Args:
        allow: `host:port` pairs for which plain http and inside addresses are let through. Empty in production.
        max_bytes: The largest body that is read.
        timeout_s: The most that one call may take from dialing to its last byte.
        ports: Ports that may be called beside those of `allow`.
        tls_context: For servers with a certificate of one's own authority.
    """

    def __init__(
        self,
        allow: frozenset[str] = frozenset(),
        max_bytes: int = 10 * 1024 * 1024,
        timeout_s: float = 30.0,
        *,
        ports: frozenset[int] = DEFAULT_PORTS,
        tls_context: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        dialer: Dialer = dial,
    ) -> None:
        self._allow = allow
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._ports = ports
        self._tls_context = tls_context or ssl.create_default_context()
        self._resolver = resolver
        self._dialer = dialer

    def check(self, url: str) -> CheckedAddress:
        """Check an address and resolve its name, once.

        Raises:
            AddressRefused: it must not be called.
            FetchFailed: its name has no address.
        """
        scheme, host, port, target = self._take_apart(url)
        try:
            addresses = tuple(self._resolver(host, port))
        except (OSError, UnicodeError) as failure:
            raise FetchFailed("dns", f"{host} has no address") from failure
        if not addresses:
            raise FetchFailed("dns", f"{host} has no address")
        # All of them: an answer that mixes public and inside addresses is a trick.
        if f"{host}:{port}" not in self._allow and not all(map(is_public_address, addresses)):
            raise AddressRefused(f"{host} does not lead to a public address")
        return CheckedAddress("https" if scheme == "https" else "http", host, port, target, addresses)

    def handshake(self, url: str) -> Handshake:
        """Dial an address and, for https, verify its certificate; nothing is asked.

        Raises:
            AddressRefused, FetchFailed
        """
        checked = self.check(url)
        with self._connected(checked) as (connection, address):
            if not isinstance(connection, ssl.SSLSocket):
                return Handshake(address, "", None)
            certificate = connection.getpeercert() or {}
            return Handshake(address, connection.version() or "", _last_day(certificate))

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> GuardedResponse:
        """Fetch an address.

        Raises:
            AddressRefused, FetchFailed
        """
        return self._call("GET", url, dict(headers or {}), None)

    def post_form(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> GuardedResponse:
        """Post form fields, as an OAuth token endpoint wants them.

        Raises:
            AddressRefused, FetchFailed
        """
        body = urlencode(fields).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._call("POST", url, form, body)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> GuardedResponse:
        """Post bytes, and read nothing of the answer but its status and headers.

        Raises:
            AddressRefused, FetchFailed
        """
        return self._call("POST", url, dict(headers), body, reads=False)

    def _take_apart(self, url: str) -> tuple[str, str, int, str]:
        if len(url) > _MAX_URL or any(ord(c) <= 32 or ord(c) == 127 or c == "\\" for c in url):
            raise AddressRefused("the address is too long or holds characters that do not belong in one")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as failure:
            raise AddressRefused("this is not an address") from failure
        if parts.scheme not in ("https", "http"):
            raise AddressRefused("the address must begin with https://")
        if "@" in parts.netloc or "#" in url:
            raise AddressRefused("the address must not carry a user name, password or fragment")
        host = _plain_host(parts.hostname or "")
        port = port if port is not None else (443 if parts.scheme == "https" else 80)
        if f"{host}:{port}" not in self._allow:
            if parts.scheme != "https":
                raise AddressRefused("the address must begin with https://")
            if port not in self._ports:
                raise AddressRefused(f"port {port} is not allowed")
            _refuse_inside_name(host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not target.isascii():
            raise AddressRefused("the path holds characters that must be percent-encoded")
        return parts.scheme, host, port, target

    @contextmanager
    def _connected(self, checked: CheckedAddress) -> Iterator[tuple[socket.socket, str]]:
        deadline = time.monotonic() + self._timeout_s
        plain, address = self._dial_any(checked, deadline)
        # Socket time-outs start anew with every byte. Only this ends a server that drips.
        watcher = plain.dup()
        expired = threading.Event()
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), _hang_up, (watcher, expired))
        timer.daemon = True
        timer.start()
        connection = plain
        try:
            if checked.scheme == "https":
                connection = self._tls_context.wrap_socket(plain, server_hostname=checked.host)
            yield connection, address
            if expired.is_set():
                # What was cut off by us can look like a complete answer without a length.
                raise TimeoutError
        except ssl.SSLCertVerificationError as failure:
            raise FetchFailed("tls", f"the certificate is not valid: {failure.verify_message}") from failure
        except (OSError, http.client.HTTPException, ValueError) as failure:
            if expired.is_set() or isinstance(failure, TimeoutError):
                raise FetchFailed("timeout", f"no complete answer within {self._timeout_s:g} s") from failure
            kind: FailureKind = "tls" if isinstance(failure, ssl.SSLError) else "protocol"
            raise FetchFailed(kind, f"the server broke off: {type(failure).__name__}") from failure
        finally:
            timer.cancel()
            watcher.close()
            connection.close()

    def _dial_any(self, checked: CheckedAddress, deadline: float) -> tuple[socket.socket, str]:
        last: OSError | None = None
        for address in checked.addresses[:_MAX_DIALS]:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            try:
                return self._dialer(address, checked.port, left_s), address
            except OSError as failure:
                last = failure
        if last is None or isinstance(last, TimeoutError):
            raise FetchFailed("timeout", f"{checked.host} did not take the connection in time") from last
        raise FetchFailed("connect", f"{checked.host} refused the connection on port {checked.port}") from last

    def _call(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, *, reads: bool = True
    ) -> GuardedResponse:
        checked = self.check(url)
        started = time.monotonic()
        with self._connected(checked) as (connection, _):
            talk = http.client.HTTPConnection(checked.host, checked.port)
            talk.sock = connection
            talk.putrequest(method, checked.target, skip_host=True, skip_accept_encoding=True)
            for name, value in _request_headers(checked, headers, body).items():
                talk.putheader(name, value)
            talk.endheaders(body)
            answer = talk.getresponse()
            content = self._read_capped(answer) if reads else b""
        elapsed_ms = round((time.monotonic() - started) * 1000)
        received = {name.lower(): value for name, value in answer.getheaders()}
        return GuardedResponse(answer.status, received, content, elapsed_ms)

    def _read_capped(self, answer: http.client.HTTPResponse) -> bytes:
        if answer.getheader("Content-Encoding", "identity").strip().lower() != "identity":
            raise FetchFailed("protocol", "the server sent a compressed answer that nobody asked for")
        if answer.length is not None and answer.length > self._max_bytes:
            raise FetchFailed("too-large", f"the answer is larger than {self._max_bytes} bytes")
        content = bytearray()
        expected = answer.length
        while chunk := answer.read1(_READ_BYTES):
            content += chunk
            if len(content) > self._max_bytes:
                raise FetchFailed("too-large", f"the answer is larger than {self._max_bytes} bytes")
        if expected is not None and len(content) < expected:
            raise http.client.IncompleteRead(bytes(content), expected - len(content))
        return bytes(content)


def _request_headers(checked: CheckedAddress, headers: dict[str, str], body: bytes | None) -> dict[str, str]:
    usual = 443 if checked.scheme == "https" else 80
    host = f"[{checked.host}]" if ":" in checked.host else checked.host
    fixed = {
        "Host": host if checked.port == usual else f"{host}:{checked.port}",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "Onpanel",
    }
    if body is not None:
        fixed["Content-Length"] = str(len(body))
    taken = {name.lower() for name in fixed}
    return {**{name: value for name, value in headers.items() if name.lower() not in taken}, **fixed}


def _plain_host(written: str) -> str:
    """Return a host in the one form it has on the wire: an IP address, or an ASCII name in lower case."""
    if not written or "%" in written:
        raise AddressRefused("the address names no host")
    if ":" in written:
        try:
            return ipaddress.IPv6Address(written).compressed
        except ValueError as failure:
            raise AddressRefused("the host is not an address") from failure
    try:
        host = written.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as failure:
        raise AddressRefused("the host is not a name") from failure
    if _NUMBER_LABEL.fullmatch(host.rpartition(".")[2]):
        # Resolvers read 127.1, 0x7f000001 and 2130706433 as addresses; only the usual form is taken.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as failure:
            raise AddressRefused("the host is not an address") from failure
    return host


def _refuse_inside_name(host: str) -> None:
    if ":" in host or _NUMBER_LABEL.fullmatch(host.rpartition(".")[2]):
        if not is_public_address(host):
            raise AddressRefused(f"{host} is not a public address")
        return
    if not _HOST.fullmatch(host) or host.endswith(_INSIDE_NAMES):
        raise AddressRefused(f"{host[:80]} is not a public name")


def _hang_up(connection: socket.socket, expired: threading.Event) -> None:
    expired.set()
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It was closed in the same moment, which is what we wanted.
        return


def _last_day(certificate: Mapping[str, Any]) -> date | None:
    written = certificate.get("notAfter")
    if not isinstance(written, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(written), tz=UTC).date()
