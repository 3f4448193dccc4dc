from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from integrations.filetypes import ACCEPTED, DOCX, PDF, UNKNOWN, X12, XLSX, is_accepted, matches_declared, sniff_type

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
MINIMAL_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


def _archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 100)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (MINIMAL_PDF, "license.pdf", PDF),
        (PNG, "scan.png", "image/png"),
        (JPEG, "scan.jpg", "image/jpeg"),
        (HEIC, "IMG_1.HEIC", "image/heic"),
        (b"II*\0\x08\0\0\0", "fax.tif", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "fax.tiff", "image/tiff"),
        (_archive("[Content_Types].xml", "word/document.xml"), "cv.docx", DOCX),
        (_archive("[Content_Types].xml", "xl/workbook.xml"), "ar.xlsx", XLSX),
        (b"Payer,Claim\nAETNA,1\n", "ar.csv", "text/csv"),
        (b"Payer\tClaim\nAETNA\t1\n", "ar.tsv", "text/tab-separated-values"),
        (b"just a note", "note.txt", "text/plain"),
        ("Peña;1\n".encode("cp1252"), "roster.csv", "text/csv"),
        ("Payer\tClaim\n".encode("utf-16"), "ar.txt", "text/plain"),
    ],
)
def test_an_accepted_type_is_told_by_its_content(head: bytes, name: str, kind: str) -> None:
    assert sniff_type(head, name) == kind
    assert is_accepted(kind)


@pytest.mark.parametrize("name", ["x12/x12_linuxforhealth__demo.835", "x12/perf__syn_2000_835.edi"])
def test_an_interchange_is_told_by_its_isa(samples: Path, name: str) -> None:
    assert sniff_type((samples / name).read_bytes()[:65536], "era.txt") == X12


def test_the_sample_exports_are_accepted(samples: Path) -> None:
    kinds = {
        path.name: sniff_type(path.read_bytes()[:65536], path.name) for path in sorted((samples / "aging").iterdir())
    }
    assert kinds == {
        "ar_aging_B_DEV.txt": "text/plain",
        "ar_detail_A_DEV.csv": "text/csv",
        "ar_detail_C_DEV.xlsx": XLSX,
    }


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<html><body>%PDF-1.7</body></html>", "license.pdf"),
        (b"\n\n%PDF-1.7\n", "license.pdf.exe"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "note.txt"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "scan.png"),
        (b"#!/bin/sh\nrm -rf /\n", "note.txt"),
        (b"<?php system($_GET[0]);", "ar.csv"),
        (b"{\\rtf1 hello}", "cv.docx"),
        (b"MZ\x90\0\x03\0\0\0", "ar.xlsx"),
        (b"\x7fELF\x02\x01\x01\0", "note.txt"),
        (b"GIF89a\x01\0\x01\0", "scan.png"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cv.docx"),
        (_archive("evil.exe"), "ar.xlsx"),
        (b"", "empty.txt"),
        (b"\0" * 100, "zeros.csv"),
        (b"PK\x05\x06" + b"\0" * 18, "empty.docx"),
    ],
)
def test_anything_else_is_unknown(head: bytes, name: str) -> None:
    kind = sniff_type(head, name)
    assert kind == UNKNOWN or not matches_declared(kind, kind, name)


def test_word_and_excel_are_told_apart_when_only_the_head_is_seen() -> None:
    content = _archive("[Content_Types].xml", "xl/workbook.xml", *[f"xl/media/{n}.bin" for n in range(500)])
    assert sniff_type(content[:4000], "ar.xlsx") == XLSX


@pytest.mark.parametrize(
    ("kind", "declared", "name", "agrees"),
    [
        (PDF, "application/pdf", "a.PDF", True),
        (PDF, "application/octet-stream", "a.pdf", True),
        (PDF, "", "a.pdf", True),
        (PDF, "image/png", "a.pdf", False),
        (PDF, "application/pdf", "a.exe", False),
        (PDF, "application/pdf", "pdf", False),
        ("image/jpeg", "image/jpg", "a.jpeg", True),
        ("text/csv", "application/vnd.ms-excel", "ar.csv", True),
        ("text/plain", "text/plain; charset=utf-8", "ar.txt", True),
        (X12, "text/plain", "era.835", True),
        (X12, "text/plain", "era.pdf", False),
        (UNKNOWN, "application/pdf", "a.pdf", False),
    ],
)
def test_content_declared_type_and_name_must_agree(kind: str, declared: str, name: str, agrees: bool) -> None:
    assert matches_declared(kind, declared, name) is agrees


def test_every_accepted_type_agrees_with_itself() -> None:
    for kind, endings in ACCEPTED.items():
        assert all(matches_declared(kind, kind, f"file{ending}") for ending in endings)
