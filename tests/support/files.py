"""Sending files as a browser does: promise, PUT to the presigned address, complete, scan."""

from __future__ import annotations

import hashlib
from typing import Any

import requests

from tests.support.clients import Api
from tests.support.world import TestClinic, drain

PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


def pdf(words: str) -> bytes:
    """A small PDF that differs from others by a comment."""
    return PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + words.encode() + b"\n")


def promise(api: Api, clinic: TestClinic, content: bytes, **facts: Any) -> Any:
    """Promise a file; returns the answer with the upload's address."""
    body = {
        "filename": "license.pdf",
        "content_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    } | facts
    return api.post(clinic.url("/documents"), body, expect=201)


def put(made: Any, content: bytes) -> None:
    """Send the bytes to the object store, in parts when the answer names parts."""
    upload, start = made["upload"], 0
    for part in upload.get("parts") or []:
        piece = content[start : start + part["size"]]
        requests.put(part["url"], data=piece, timeout=30).raise_for_status()
        start += len(piece)
    if not upload.get("parts"):
        requests.put(upload["url"], data=content, headers=upload["headers"], timeout=30).raise_for_status()


def send(api: Api, clinic: TestClinic, content: bytes, *, scan: bool = True, **facts: Any) -> str:
    """Send a whole file and, unless told otherwise, have it scanned. Returns the document's id."""
    made = promise(api, clinic, content, **facts)
    put(made, content)
    document_id = str(made["document"]["id"])
    api.post(clinic.url(f"/documents/{document_id}/complete"), expect=202)
    if scan:
        drain(clinic)
    return document_id
