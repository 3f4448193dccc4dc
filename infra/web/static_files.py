"""Style sheets, scripts and fonts: their address carries the version of all of them, so browsers keep them and never mix two."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory

KEPT_S = 365 * 24 * 3600


def version_of(folder: Path) -> str:
    """A short hash of every file under `folder`: name and content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def of_another_version(version: str, filename: str) -> Response:
    """The present file for a page that another version of the product wrote (during a deployment); nobody may keep it."""
    return send_from_directory(current_app.static_folder or "", filename, max_age=0)


def install_static_files(app: Flask) -> None:
    """Let browsers keep what lies at an address with its version."""

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
        return response
