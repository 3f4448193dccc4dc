"""Files that the journeys upload: small real PDFs, the EICAR test file, and the samples in `tests/fixtures`."""

from __future__ import annotations

import base64
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
AGING = FIXTURES / "aging" / "ar_detail_A_DEV.csv"
ROSTER = FIXTURES / "roster" / "roster_DEV_messy.csv"
REMITTANCE = FIXTURES / "x12" / "perf__syn_2000_835.edi"
# The EICAR test file, kept in base64 so that a scanner on the developer's machine leaves this file alone.
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")


def pdf(words: str) -> bytes:
    """A valid PDF of one page that says `words`."""
    text = words.replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode("latin-1", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    head = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    tail = f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return body + head + table + tail
