"""The papers that the product writes itself: the cover letter with the index of a packet, and the signed attestation.

Each template (`.typ`) is laid out with plain data only; what people typed never becomes template source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from credentialing.packets.models import Attestation
from credentialing.packets.statements import INTRODUCTION, TITLE
from infra.words import counted
from integrations.pdf.assembly import PlacedPart
from integrations.pdf.typeset import typeset

DRAWN_WIDTH, DRAWN_HEIGHT = 600, 200


def _template(name: str) -> str:
    return files("credentialing.packets.letters").joinpath(name).read_text(encoding="utf-8")


def long_date(day: date) -> str:
    """A date as letters write it: November 24, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def letter_data(values: Mapping[str, str], *, note: str, sender: str, today: date) -> dict[str, Any]:
    """The words of the cover letter, from the facts of a case."""

    def pairs(*rows: tuple[str, str]) -> list[list[str]]:
        return [[label, values.get(path, "")] for label, path in rows if values.get(path)]

    name = ", ".join(part for part in (values["provider.full_name"], values["provider.credential"]) if part)
    line = values["enrollment.line_of_business"]
    return {
        "title": f"Application of {values['provider.full_name']} to {values['payer.name']}",
        "foot": f"{values['provider.full_name']} · NPI {values['provider.npi']}",
        "clinic": {
            "name": values["clinic.name"],
            "lines": [part for part in (values["location.street"], values["location.city_state_zip"]) if part],
        },
        "date": long_date(today),
        "payer": values["payer.name"],
        "subject": f"Application of {name}",
        "paragraphs": [
            f"{values['clinic.name']} asks you to enroll {name} ({line} business). This file holds the application and "
            "everything that it rests on; the index on the next page names each document and its page.",
            "Please send questions and your decision to the address above, and tell us the date on which you received this.",
        ],
        "provider": pairs(
            ("Name", "provider.full_name"),
            ("NPI", "provider.npi"),
            ("License type", "provider.license_type"),
            ("License number", "provider.license_number"),
            ("License state", "provider.license_state"),
            ("Taxonomy", "provider.taxonomy"),
            ("CAQH id", "provider.caqh_id"),
        ),
        "practice": pairs(
            ("Group", "clinic.name"),
            ("Group NPI", "clinic.npi"),
            ("Tax id", "clinic.tin"),
            ("Address", "location.address"),
        ),
        "note": note,
        "sender": sender,
    }


def front_pages(letter: Mapping[str, Any], placed: Sequence[PlacedPart], total: int, *, made_at: datetime) -> bytes:
    """Cover letter and index of a packet of `total` pages."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in placed:
        groups.setdefault(row.part.group or "Documents", []).append(
            {
                "title": row.part.title,
                "pages": str(row.pages or "–"),
                "page": str(row.first_page or "–"),
                "note": row.note,
            }
        )
    said = {
        "count": f"{counted(len(placed), 'document')}, {counted(total, 'page')}.",
        "total": str(total),
        "groups": [{"name": name, "rows": rows} for name, rows in groups.items()],
    }
    return typeset(_template("front.typ"), {**letter, **said}, made_at=made_at)


def signature_svg(path: str) -> bytes:
    """A drawn signature as a picture; `path` was checked to hold nothing but strokes."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {DRAWN_WIDTH} {DRAWN_HEIGHT}"><path d="{path}" fill="none" '
        'stroke="#14181F" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    ).encode()


def attestation_pdf(attestation: Attestation, *, clinic_name: str, provider_name: str, timezone: str) -> bytes:
    """The signed attestation as a PDF, before it is sealed: the text, the facts, the signature and how it was given."""
    local = attestation.signed_at.astimezone(ZoneInfo(timezone))
    when = f"{long_date(local.date())}, {local:%H:%M} ({timezone}); {attestation.signed_at:%Y-%m-%d %H:%M:%S} UTC"
    data = {
        "title": TITLE,
        "foot": f"{provider_name} · signed {local:%Y-%m-%d}",
        "who": [["Provider", provider_name], ["Clinic", clinic_name], ["Text", f"Version {attestation.text_version}"]],
        "introduction": INTRODUCTION,
        "statements": attestation.statements,
        "facts": attestation.facts,
        "name": attestation.signed_name,
        "drawn": attestation.method == "drawn",
        "signature": [
            ["Signed by", attestation.signed_name],
            ["Signed in as", f"{attestation.signer_name} ({attestation.signer_email})"],
            ["When", when],
            ["How", "Drawn by hand" if attestation.method == "drawn" else "Name typed"],
            ["From", f"IP address {attestation.ip}; {attestation.user_agent or 'unknown browser'}"],
            ["Facts (SHA-256)", attestation.facts_hash],
        ],
    }
    pictures = {"signature.svg": signature_svg(attestation.drawing)} if attestation.drawing else {}
    return typeset(_template("attestation.typ"), data, pictures=pictures, made_at=attestation.signed_at)
