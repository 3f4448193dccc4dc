"""Somebody else's system on loopback that takes webhooks: it keeps what it got, checks signatures, and misbehaves on request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Received:
    """One call as it arrived."""

    headers: dict[str, str]
    body: bytes

    def opened(self, secret: str) -> Any:
        """The body, after the library has checked its signature and age with this secret; raises otherwise."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Answers 200 until told otherwise. `answer` gives status and headers for the next calls; `slow_s` makes it wait."""

    calls: list[Received] = field(default_factory=list)
    answer: Callable[[int], tuple[int, dict[str, str]]] = lambda number: (200, {})
    slow_s: float = 0.0
    server: Any = None

    def start(self) -> Receiver:
        """Listen on a free port of loopback."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(Received({k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(receiver.slow_s)
                status, headers = receiver.answer(len(receiver.calls))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    @property
    def place(self) -> str:
        """Host and port, as EGRESS_ALLOW wants them."""
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.place}/hook"

    def stop(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
