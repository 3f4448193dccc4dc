"""What makes a file of an accepted type unfit to be taken: a password, macros, an archive that unpacks without end, two types in one."""

from __future__ import annotations

import zipfile
from typing import IO, BinaryIO, cast

import pikepdf

from integrations.filetypes import DOCX, PDF, XLSX

MOST_UNPACKED = 1024 * 1024 * 1024
MOST_RATIO = 250
_SMALL = 4 * 1024 * 1024
_TAIL = 70_000
_ENDS = {"image/png": b"IEND\xaeB`\x82", "image/jpeg": b"\xff\xd9"}


def why_unsafe(stream: IO[bytes], media_type: str) -> str | None:
    """Say why a file is not taken, as words that go behind "it", or None. The stream is read from its beginning.

    A damaged file is not unsafe: whoever reads it says so.
    """
    stream.seek(0)
    if media_type in (DOCX, XLSX):
        return _office_defect(stream)
    if media_type == PDF:
        return _pdf_password(stream) or _second_file(stream, media_type)
    return _second_file(stream, media_type) if media_type in _ENDS else None


def _office_defect(stream: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        return "it carries macros: save it without them, or as a PDF, and send that"
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1)):
        return "it unpacks to far more than its size"
    if any(part.flag_bits & 1 for part in parts):
        return "it is protected by a password: take the password off and send it again"
    return None


def _pdf_password(stream: IO[bytes]) -> str | None:
    try:
        pikepdf.open(cast(BinaryIO, stream)).close()
    except pikepdf.PasswordError:
        return "it is protected by a password: take the password off and send it again"
    except (pikepdf.PdfError, ValueError, RuntimeError, OSError):
        return None
    return None


def _second_file(stream: IO[bytes], media_type: str) -> str | None:
    """A picture with a PDF or an archive behind its end, or a PDF that is an archive as well, is made to be taken for either."""
    stream.seek(0)
    if zipfile.is_zipfile(stream):
        return "it is two files in one: an archive is hidden in it"
    end = _ENDS.get(media_type)
    if end is None:
        return None
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - _TAIL))
    tail = stream.read()
    _, found, behind = tail.rpartition(end) if media_type == "image/png" else tail.partition(b"%PDF-")
    return (
        "it is two files in one: a PDF is hidden in it"
        if found and (b"%PDF-" in behind or media_type == "image/jpeg")
        else None
    )
