"""A local publisher of the primary sources' files: exclusion lists, Medicare's files, licenses, from `data/sources`.

`python -m infra.dev.sources_server --port N` serves `http://127.0.0.1:N/<file>.csv`. As the real ones it sends ETag and Last-Modified and
answers 304 to whoever has the present version already.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data") / "sources"
FILES = ("leie", "sam", "cms_enrollment", "cms_reassignment", "opt_out", "license")


class Handler(BaseHTTPRequestHandler):
    """Answers `GET /<file>.csv`; everything else is unknown. Files are read at each request, so a changed one is a new version."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, folder: Path) -> None:
        self._folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """One file, or the word that it has not changed."""
        name = self.path.strip("/").removesuffix(".csv")
        if name == "healthz":
            self._send(200, b"ok", {})
            return
        path = self._folder / f"{name}.csv"
        if name not in FILES or not path.is_file():
            self._send(404, b"not found", {})
            return
        content = path.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        headers = {"ETag": tag, "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True)}
        if self.headers.get("If-None-Match") == tag:
            self._send(304, b"", headers)
            return
        self._send(200, content, headers | {"Content-Type": "text/csv"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the loads themselves are noted."""


def make_server(port: int, folder: Path = DATA) -> ThreadingHTTPServer:
    """A server on 127.0.0.1; port 0 takes a free one."""
    handler: Callable[..., Handler] = partial(Handler, folder=folder)
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    make_server(parser.parse_args().port).serve_forever()


if __name__ == "__main__":
    main()
