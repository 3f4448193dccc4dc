"""Small real files made by code: one-page PDFs, the EICAR test file, and the sample receivables with their dates moved."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files

PDF = "application/pdf"
CSV = "text/csv"
TEXT = "text/plain"
# The day that the sample receivables speak of.
SAMPLE_DAY = date(2026, 11, 23)
# The EICAR test file, in base64 so that a scanner on the developer's machine leaves this file alone.
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")


def pdf(title: str, lines: Sequence[str] = ()) -> bytes:
    """A valid one-page PDF that says `title` and, below, the lines."""
    shown = [(20, title), *((11, line) for line in lines), (8, "Invented for the demo of Onpanel.")]
    drawn, height = [], 720
    for size, line in shown:
        drawn.append(f"BT /F1 {size} Tf 72 {height} Td ({_escaped(line)}) Tj ET")
        height -= size + 14
    content = "\n".join(drawn).encode("cp1252", errors="replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + end


def _escaped(text: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", text)


def aging_csv(as_of: date) -> bytes:
    """Claims as a practice-management system lists them, with every date moved so that the report is of the day `as_of`."""
    return _moved(_sample("ar_detail.csv").decode("utf-8"), as_of).encode("utf-8")


def aging_report(as_of: date) -> bytes:
    """The same as a report with buckets, subtotals and a grand total, in UTF-16 as that system writes it."""
    return _moved(_sample("ar_aging.txt").decode("utf-16"), as_of).encode("utf-16")


def remittance(on: date, *, payee: str, npi: str) -> bytes:
    """An 835 with three claims, paid to the clinic on that day; it balances."""
    text = _sample("remittance.835").decode("ascii")
    facts = {"NPI": npi, "PAYEE": payee.upper(), "DAY": on.strftime("%Y%m%d"), "SHORT": on.strftime("%y%m%d")}
    for days in (30, 36):
        facts[f"DOS{days}"] = (on - timedelta(days=days)).strftime("%Y%m%d")
    for name, value in facts.items():
        text = text.replace(f"[{name}]", value)
    return text.encode("ascii")


def _sample(name: str) -> bytes:
    return files("infra.dev").joinpath("data", "demo", name).read_bytes()


def _moved(text: str, as_of: date) -> str:
    by = as_of - SAMPLE_DAY

    def iso(found: re.Match[str]) -> str:
        return (date.fromisoformat(found.group()) + by).isoformat()

    def american(found: re.Match[str]) -> str:
        month, day, year = (int(part) for part in found.groups())
        moved = date(year if year > 99 else 2000 + year, month, day) + by
        return moved.strftime("%m/%d/%Y" if year > 99 else "%m/%d/%y")

    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", iso, text)
    return re.sub(r"\b(\d\d)/(\d\d)/(20\d\d|\d\d)\b", american, text)
