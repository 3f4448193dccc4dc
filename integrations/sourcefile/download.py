"""One file from the web to the disk: streamed, limited, and only when it has changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from integrations.sourcefile.problems import FileTooLarge, SourceDown, SourceRefused

CHUNK_BYTES = 1024 * 1024
_AGENT = "onpanel-sources/1"
_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file on disk: `size` in bytes, `sha256` in hexadecimal, and what to say next time to get it only when it changed."""

    path: Path
    size: int
    sha256: str
    content_type: str
    etag: str
    last_modified: str


def download(
    url: str,
    target: Path,
    *,
    max_bytes: int,
    etag: str = "",
    last_modified: str = "",
    timeout_s: float = 30.0,
    total_s: float = 900.0,
    session: requests.Session | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Downloaded | None:
    """Fetch `url` to `target`, which appears only when it is whole. Returns None when the publisher says it has not changed.

    `timeout_s` holds for connecting and for each silence, `total_s` for the whole file. Redirects stay on https, or on the same
    host; at most three are followed.

    Raises:
        SourceDown, SourceRefused, FileTooLarge
    """
    headers = {"Accept": "*/*", "User-Agent": _AGENT}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    part = target.with_name(target.name + ".part")
    try:
        with _answer(session or requests.Session(), url, headers, timeout_s) as response:
            if response.status_code == requests.codes.not_modified:
                return None
            _refuse_large(response, max_bytes)
            size, digest = _store(response, part, max_bytes, clock() + total_s, clock)
            found = Downloaded(
                path=target,
                size=size,
                sha256=digest,
                content_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
            )
        os.replace(part, target)
    except (requests.RequestException, HTTPError, OSError) as failure:
        raise SourceDown(f"{_place(url)} does not answer: {type(failure).__name__}.") from failure
    finally:
        part.unlink(missing_ok=True)
    return found


def _answer(session: requests.Session, url: str, headers: dict[str, str], timeout_s: float) -> requests.Response:
    for _ in range(_REDIRECTS + 1):
        response = session.get(url, headers=headers, timeout=timeout_s, stream=True, allow_redirects=False)
        if response.status_code in {301, 302, 303, 307, 308}:
            onward = requests.compat.urljoin(url, response.headers.get("Location", ""))
            response.close()
            if urlsplit(onward).scheme != "https" and urlsplit(onward).netloc != urlsplit(url).netloc:
                raise SourceRefused(f"{_place(url)} sends us to an address without encryption.")
            url = onward
            continue
        if response.status_code in {200, 304}:
            return response
        status = response.status_code
        response.close()
        if status >= 500 or status == requests.codes.too_many_requests:
            raise SourceDown(f"{_place(url)} answered with status {status}.")
        raise SourceRefused(f"{_place(url)} answered with status {status}.")
    raise SourceRefused(f"{_place(url)} sends us on and on.")


def _refuse_large(response: requests.Response, max_bytes: int) -> None:
    promised = response.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) > max_bytes:
        raise FileTooLarge(f"The file has {int(promised):,} bytes; more than {max_bytes:,} cannot be right.")


def _store(
    response: requests.Response, part: Path, max_bytes: int, until: float, clock: Callable[[], float]
) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as stream:
        for chunk in response.iter_content(CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FileTooLarge(f"The file has more than {max_bytes:,} bytes; that cannot be right.")
            if clock() > until:
                raise SourceDown(f"The file did not arrive in time; {size:,} bytes did.")
            digest.update(chunk)
            stream.write(chunk)
    if size == 0:
        raise SourceDown("The publisher sent an empty file.")
    return size, digest.hexdigest()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or url}{parts.path}"
