from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.address_guard import AddressRefused, FetchFailed, GuardedSession, is_public_address

PUBLIC = "93.184.216.34"

INSIDE_ADDRESSES = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.100.100.200", "100.64.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:7f00:1", "not-an-address", "",
]  # fmt: skip

HOSTILE = [
    "http://fhir.example.org/r4", "ftp://fhir.example.org/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "https:127.0.0.1:{port}", "https:///metadata", "javascript:alert(1)",
    "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://LOCALHOST.:{port}/", "https://127.1:{port}/",
    "https://127.0.1:{port}/", "https://0:{port}/", "https://0.0.0.0:{port}/", "https://2130706433:{port}/",
    "https://0x7f000001:{port}/", "https://0x7f.0.0.1:{port}/", "https://0177.0.0.1:{port}/",
    "https://017700000001:{port}/", "https://127.0.0.1.:{port}/", "https://①②⑦.⓪.⓪.①:{port}/",
    "https://127。0。0。1:{port}/", "https://ⓛocalhost:{port}/", "https://[::1]:{port}/", "https://[::]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/", "https://[0:0:0:0:0:ffff:7f00:1]:{port}/", "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/", "https://[fe80::1%25lo]:{port}/", "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/computeMetadata/v1/", "https://printer.local/", "https://db:{port}/",
    "https://kubernetes.default.svc/", "https://user:secret@fhir.example.org/", "https://fhir.example.org@127.0.0.1:{port}/",
    "https://@fhir.example.org/", "https://127.0.0.1:{port}\\@fhir.example.org/",
    "https://fhir.example.org:{port}#@127.0.0.1/", "https://fhir.example.org/#fragment", "https://fhir.example.org:22/",
    "https://fhir.example.org:6379/", "https://fhir.example.org:0/", "https://fhir.example.org:99999/",
    "https://fhir.example.org:https/", "https://fhir.example.org/\r\nHost: inside", "https://fhir.example.org /x",
    "https://fhir.example.org\t:{port}/", "https://127.0.0.1%00.example.org:{port}/", "https://127.0.0.1%2eexample.org/",
    "https://-bad-.example.org/", "https://exa_mple.org/", "https://fhir..example.org/",
    "https://" + "a" * 64 + ".org/",
    "https://fhir.example.org/" + "x" * 3000, "https://fhir.example.org/ä",
    "https://rebind-inside.example.org:{port}/", "https://mixed.example.org:{port}/", "https://mapped.example.org:{port}/",
    "https://nat64.example.org:{port}/", "https://sixtofour.example.org:{port}/", "https://zone.example.org:{port}/",
]  # fmt: skip

ANSWERS = {
    "rebind-inside.example.org": ["127.0.0.1"],
    "mixed.example.org": [PUBLIC, "127.0.0.1"],
    "mapped.example.org": ["::ffff:127.0.0.1"],
    "nat64.example.org": ["64:ff9b::7f00:1"],
    "sixtofour.example.org": ["2002:7f00:1::1"],
    "zone.example.org": ["fe80::1%lo"],
    "fhir.example.org": [PUBLIC],
}


def _resolve(host: str, port: int) -> list[str]:
    return ANSWERS.get(host) or ["127.0.0.1"]


@pytest.fixture
def canary() -> Iterator[tuple[int, list[str]]]:
    """A listener on loopback that must never be reached."""
    touched: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            touched.append("touched")
            connection.close()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield listener.getsockname()[1], touched
    time.sleep(0.1)
    stop.set()
    watcher.join()
    listener.close()
    assert touched == []


@pytest.mark.parametrize("address", INSIDE_ADDRESSES)
def test_an_inside_address_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2606:4700:4700::1111", "2a00:1450:4001::200e", "172.32.0.1"])
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public_address(address)


def test_no_hostile_address_reaches_the_canary(canary: tuple[int, list[str]]) -> None:
    port, _ = canary
    dialed: list[str] = []

    def dialer(address: str, port: int, timeout_s: float) -> socket.socket:
        dialed.append(address)
        return socket.create_connection((address, port), timeout=1)

    session = GuardedSession(timeout_s=2, ports=frozenset({443, port}), resolver=_resolve, dialer=dialer)
    assert len(HOSTILE) >= 60
    for template in HOSTILE:
        url = template.replace("{port}", str(port))
        for call in (session.check, session.get, session.handshake, lambda u: session.post_form(u, {"a": "b"})):
            with pytest.raises(AddressRefused):
                call(url)
    assert dialed == []


def test_the_checked_address_is_dialed_and_the_name_asked_once(canary: tuple[int, list[str]]) -> None:
    port, _ = canary
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    dialed: list[tuple[str, int]] = []

    def dialer(address: str, port: int, timeout_s: float) -> socket.socket:
        dialed.append((address, port))
        raise ConnectionRefusedError

    session = GuardedSession(ports=frozenset({port}), resolver=lambda *_: answers.pop(0), dialer=dialer)
    with pytest.raises(FetchFailed) as failed:
        session.get(f"https://rebinding.example.org:{port}/")
    assert (failed.value.kind, dialed, len(answers)) == ("connect", [(PUBLIC, port)], 2)


def test_a_name_without_address_is_told() -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise socket.gaierror

    for answer in (resolver, lambda *_: []):
        with pytest.raises(FetchFailed, match="has no address") as failed:
            GuardedSession(resolver=answer).get("https://nowhere.example.org/")
        assert failed.value.kind == "dns"


class _Server(BaseHTTPRequestHandler):
    """Misbehaves as its path says."""

    target: str = ""

    def do_GET(self) -> None:
        behave: dict[str, Callable[[], None]] = {
            "/ok": lambda: self._send(200, b"hello"),
            "/redirect": lambda: self._send(302, b"", {"Location": self.target}),
            "/large": lambda: self._send(200, b"x" * 5000),
            "/gzip": lambda: self._send(200, b"x", {"Content-Encoding": "gzip"}),
            "/endless": self._endless,
            "/drip": self._drip,
            "/drip-header": self._drip_header,
            "/drip-unbounded": self._drip_unbounded,
            "/short": self._short,
            "/garbage": lambda: self.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
            "/echo": lambda: self._send(200, "\n".join(f"{k}: {v}" for k, v in self.headers.items()).encode()),
        }
        try:
            behave[self.path]()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            return

    def do_POST(self) -> None:
        self._send(200, self.rfile.read(int(self.headers["Content-Length"])))

    def _send(self, status: int, body: bytes, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(extra or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            self.wfile.write(b"x" * 1000)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        self._slowly()

    def _drip_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._slowly()

    def _drip_unbounded(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self._slowly()

    def _slowly(self) -> None:
        for _ in range(60):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def _short(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")


@pytest.fixture
def local(serve) -> tuple[str, GuardedSession]:
    port = serve(_Server)
    session = GuardedSession(frozenset({f"127.0.0.1:{port}"}), max_bytes=4096, timeout_s=0.6)
    return f"http://127.0.0.1:{port}", session


def test_an_allowed_address_may_be_plain_and_inside(local) -> None:
    base, session = local
    answer = session.get(f"{base}/ok", {"Accept": "text/plain"})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"hello", "5")
    assert session.handshake(f"{base}/ok").tls_version == ""
    assert session.post_form(f"{base}/token", {"scope": "a b"}).body == b"scope=a+b"


def test_an_allowed_address_opens_no_other_port(local, canary: tuple[int, list[str]]) -> None:
    _, session = local
    with pytest.raises(AddressRefused):
        session.get(f"http://127.0.0.1:{canary[0]}/")


def test_a_redirect_is_handed_back_and_not_followed(local, canary: tuple[int, list[str]], monkeypatch) -> None:
    base, session = local
    monkeypatch.setattr(_Server, "target", f"http://127.0.0.1:{canary[0]}/")
    answer = session.get(f"{base}/redirect")
    assert (answer.status, answer.headers["location"]) == (302, f"http://127.0.0.1:{canary[0]}/")


def test_no_proxy_of_the_environment_is_used(local, canary: tuple[int, list[str]], monkeypatch) -> None:
    base, session = local
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary[0]}")
    assert session.get(f"{base}/ok").status == 200


def test_headers_of_the_caller_cannot_replace_ours(local) -> None:
    base, session = local
    echoed = session.get(f"{base}/echo", {"host": "inside", "Accept": "x", "accept-encoding": "gzip"}).body.decode()
    assert f"Host: {base.removeprefix('http://')}" in echoed
    assert "Accept-Encoding: identity" in echoed
    assert "inside" not in echoed
    with pytest.raises(FetchFailed):
        session.get(f"{base}/echo", {"X-A": "b\r\nX-Evil: 1"})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/large", "too-large"),
        ("/endless", "too-large"),
        ("/gzip", "protocol"),
        ("/short", "protocol"),
        ("/garbage", "protocol"),
        ("/drip", "timeout"),
        ("/drip-header", "timeout"),
        ("/drip-unbounded", "timeout"),
    ],
)
def test_a_server_that_misbehaves_is_left(local, path: str, kind: str) -> None:
    base, session = local
    started = time.monotonic()
    with pytest.raises(FetchFailed) as failed:
        session.get(base + path)
    assert failed.value.kind == kind
    assert time.monotonic() - started < 2


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, GuardedSession, GuardedSession]]:
    """A TLS server for `fhir.example.org`, a session that trusts its authority, and one that does not."""
    from http.server import ThreadingHTTPServer

    cert_path, key_path = _certificate(tmp_path, "fhir.example.org")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_path, key_path)
    handler = type("Quiet", (_Server,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    port = server.server_port

    def dialer(address: str, asked: int, timeout_s: float) -> socket.socket:
        assert address == PUBLIC
        return socket.create_connection(("127.0.0.1", port), timeout=timeout_s)

    def session(context: ssl.SSLContext | None) -> GuardedSession:
        return GuardedSession(timeout_s=3, tls_context=context, resolver=lambda *_: [PUBLIC], dialer=dialer)

    yield port, session(ssl.create_default_context(cafile=str(cert_path))), session(None)
    server.shutdown()
    server.server_close()


def test_tls_is_verified_against_the_name_though_an_address_is_dialed(secure) -> None:
    _, trusting, doubting = secure
    answer = trusting.get("https://fhir.example.org/echo")
    assert "Host: fhir.example.org" in answer.body.decode().splitlines()
    met = trusting.handshake("https://fhir.example.org/")
    assert met.address == PUBLIC
    assert met.tls_version in ("TLSv1.2", "TLSv1.3")
    assert met.certificate_expires_on is not None
    for session, url in ((trusting, "https://other.example.org/ok"), (doubting, "https://fhir.example.org/ok")):
        with pytest.raises(FetchFailed, match="certificate is not valid") as failed:
            session.get(url)
        assert failed.value.kind == "tls"
