"""The real type of a file, told from its content, and the types that are taken as documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

import magic

UNKNOWN = "application/octet-stream"
HEAD_BYTES = 64 * 1024
"""How much of a file's beginning `sniff_type` wants to see."""

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
X12 = "application/edi-x12"
JSON = "application/json"

ACCEPTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PDF: (".pdf",),
        "image/png": (".png",),
        "image/jpeg": (".jpg", ".jpeg", ".jpe"),
        "image/heic": (".heic", ".heif"),
        "image/tiff": (".tif", ".tiff"),
        DOCX: (".docx",),
        XLSX: (".xlsx",),
        "text/csv": (".csv",),
        "text/tab-separated-values": (".tsv", ".tab"),
        "text/plain": (".txt",),
        JSON: (".json",),
        X12: (".835", ".837", ".edi", ".x12", ".era", ".dat"),
    }
)
"""Document types that are taken, each with the endings its files have."""

_ALSO_DECLARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "image/jpeg": frozenset({"image/jpg", "image/pjpeg"}),
        "image/heic": frozenset({"image/heif", "image/heic-sequence", "image/heif-sequence"}),
        "text/csv": frozenset({"application/vnd.ms-excel", "text/plain", "application/csv"}),
        "text/tab-separated-values": frozenset({"text/plain", "text/csv"}),
        "text/plain": frozenset({"text/csv", "text/tab-separated-values"}),
        JSON: frozenset({"text/json", "text/plain"}),
        X12: frozenset({"text/plain", "application/edi", "application/x12", "application/edi-consent"}),
    }
)
_GENERIC = frozenset({"", UNKNOWN, "binary/octet-stream", "application/x-octet-stream"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"})
# Text of these kinds is a program or a page for some reader, whatever it is called.
_ACTIVE_TEXT = (b"<html", b"<!doctype", b"<script", b"<svg", b"<?xml", b"<?php", b"#!", b"{\\rtf", b"<body")


def sniff_type(head: bytes, filename: str) -> str:
    """Return the media type that the first bytes prove, or `application/octet-stream`.

    The file name only chooses between kinds of plain text. A signature counts at byte 0 alone: what a lenient
    reader would also open further in, a browser may take for something else.

    Args:
        head: The first `HEAD_BYTES` of the file, or all of it.
    """
    if head.startswith(b"%PDF-"):
        return PDF if _magic(head) == PDF else UNKNOWN
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if head.startswith(b"PK\x03\x04"):
        return _office_type(head)
    return _text_type(head, filename)


def is_accepted(media_type: str) -> bool:
    """Tell whether documents of this type are taken."""
    return media_type in ACCEPTED


def may_be_promised(declared: str, filename: str) -> bool:
    """Tell whether a file announced with this type and name may be sent: a known type, or a generic one with a known ending."""
    declared_type = declared.split(";")[0].strip().lower()
    aliases = frozenset().union(*_ALSO_DECLARED.values())
    if declared_type in ACCEPTED or declared_type in aliases:
        return True
    endings = {ending for known in ACCEPTED.values() for ending in known}
    return declared_type in _GENERIC and _ending(filename) in endings


def matches_declared(sniffed: str, declared: str, filename: str) -> bool:
    """Tell whether content, declared type and file name agree.

    A browser that knows no type declares a generic one, which agrees with everything; the ending must still be one
    of the content's own. Kinds of plain text pass for each other.
    """
    declared_type = declared.split(";")[0].strip().lower()
    agrees = declared_type in _GENERIC or declared_type == sniffed
    agrees = agrees or declared_type in _ALSO_DECLARED.get(sniffed, frozenset())
    ending = _ending(filename)
    if sniffed.startswith("text/") or sniffed == X12:
        text_endings = {
            end for kind, ends in ACCEPTED.items() if kind.startswith("text/") or kind == X12 for end in ends
        }
        return agrees and ending in text_endings
    return agrees and ending in ACCEPTED.get(sniffed, ())


def _magic(head: bytes) -> str:
    return str(magic.from_buffer(head, mime=True))


def _office_type(head: bytes) -> str:
    """Tell Word from Excel by the part names; other archives are unknown.

    The names are read from the local headers, because the directory at the end may lie beyond the head.
    """
    names = _archive_names(head)
    if any(name.startswith("word/") for name in names):
        return DOCX
    if any(name.startswith("xl/") for name in names):
        return XLSX
    guess = _magic(head)
    return guess if guess in (DOCX, XLSX) else UNKNOWN


def _archive_names(head: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(head)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        pass
    names, position = [], head.find(b"PK\x03\x04")
    while position >= 0:
        length = int.from_bytes(head[position + 26 : position + 28], "little")
        names.append(head[position + 30 : position + 30 + length].decode("utf-8", errors="replace"))
        position = head.find(b"PK\x03\x04", position + 30 + length)
    return names


def _text_type(head: bytes, filename: str) -> str:
    text = _as_text(head)
    if text is None:
        return UNKNOWN
    beginning = text.lstrip("\ufeff \t\r\n").encode("utf-8", errors="replace")
    if beginning.lower().startswith(_ACTIVE_TEXT):
        return UNKNOWN
    if _magic(head).startswith("text/html"):
        return UNKNOWN
    if beginning.startswith(b"ISA") and len(beginning) >= 106 and not beginning[3:4].isalnum():
        return X12
    ending = _ending(filename)
    if ending in ACCEPTED[JSON]:
        return JSON if beginning.startswith((b"{", b"[")) else UNKNOWN
    for kind in ("text/csv", "text/tab-separated-values"):
        if ending in ACCEPTED[kind]:
            return kind
    return "text/plain" if text.strip() else UNKNOWN


def _as_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    elif b"\0" in head:
        return None
    else:
        try:
            text = head.decode("utf-8")
        except UnicodeDecodeError:
            text = head.decode("cp1252", errors="replace")
    controls = sum(1 for character in text if ord(character) < 32 and character not in "\t\n\r\f\v\x1a\x1c\x1d\x1e\x1f")
    return text if controls == 0 else None


def _ending(filename: str) -> str:
    _, dot, ending = filename.lower().rpartition(".")
    return dot + ending
