"""A reading as its page shows it: form fields with what was read, marks on the picture, proposed cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.reading.models import Reading
from credentialing.reading.rules import FIELD_LABELS, is_secret_number
from infra.db import current_tenant, db
from integrations.reading.labels import AMOUNTS, DATES, fields_of

SURE, UNSURE = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of the form: `value` as it is filled in, `said_by_machine` as it was read, how sure, and on which page."""

    name: str
    label: str
    control: str
    value: str
    said_by_machine: str
    percent: int
    page: int
    hint: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on the picture, in thousandths of its width and height, for an SVG that lies over it."""

    name: str
    label: str
    x: int
    y: int
    width: int
    height: int
    tone: str


def field_rows(
    kind: str, fields: Sequence[Mapping[str, Any]], reading: Reading, given: Mapping[str, str] | None
) -> list[FieldRow]:
    """The fields of a kind, filled with what a person typed, else said before, else what was read."""
    read = {str(item["name"]): item for item in fields}
    said = (reading.said or {}).get("fields", {}) if (reading.said or {}).get("kind") == kind else {}
    rows = []
    for name in fields_of(kind) if kind else ():
        item = read.get(name)
        machine = str(item["value"]) if item else ""
        sealed = name == "number" and is_secret_number(kind, machine)
        value = str(given.get(name, "")) if given is not None else str(said.get(name) or machine)
        if name in AMOUNTS and given is None and value.isdigit():
            value = f"{int(value) // 100:,}"
        percent = round(float(item["confidence"]) * 100) if item else 0
        hint = _hint(item is not None, percent, sealed)
        control = "date" if name in DATES else ("dollars" if name in AMOUNTS else "text")
        rows.append(
            FieldRow(name, FIELD_LABELS[name], control, value, machine, percent, int(item["page"]) if item else 0, hint)
        )
    return rows


def _hint(is_read: bool, percent: int, sealed: bool) -> str:
    if not is_read:
        return "Not found on the page."
    words = f"Read with {percent} % certainty."
    if percent < UNSURE * 100:
        words = f"Unsure ({percent} %): compare it with the page."
    return f"{words} Shown masked; leave it as it is, or type the whole number." if sealed else words


def marks(fields: Sequence[Mapping[str, Any]], page: int) -> list[Mark]:
    """The places of the fields that stand on this page."""
    found = []
    for item in fields:
        if int(item["page"]) != page:
            continue
        left, top, right, bottom = (float(side) for side in item["box"])
        tone = "good" if float(item["confidence"]) >= SURE else "attention"
        x, y = max(0, round(left * 1000) - 4), max(0, round(top * 1000) - 3)
        width, height = round((right - left) * 1000) + 8, round((bottom - top) * 1000) + 6
        found.append(Mark(str(item["name"]), FIELD_LABELS.get(str(item["name"]), ""), x, y, width, height, tone))
    return found


def percent_words(percent: int) -> tuple[str, str]:
    """A confidence as a word with a tone: sure, likely, or a guess."""
    if percent >= SURE * 100:
        return f"Sure, {percent} %", "good"
    if percent >= UNSURE * 100:
        return f"Likely, {percent} %", "waiting"
    return f"A guess, {percent} %", "attention"


def what_is_open(reading: Reading) -> tuple[str, str]:
    """What a person has to look at first, as a word with a tone: what cannot be read, several documents, whose, what, or how sure."""
    if reading.status == "unreadable":
        return "Cannot be read", "attention"
    if reading.parts:
        return f"{len(reading.parts)} documents in it", "attention"
    if reading.kind is None:
        return "What is it?", "attention"
    if reading.guessed_provider_id is None:
        return "Whose is it?", "attention"
    if reading.provider_confidence < UNSURE * 100:
        return "Provider unsure", "attention"
    return percent_words(reading.confidence) if reading.confidence else ("A value is missing", "attention")


def split_rows(reading: Reading) -> list[dict[str, Any]]:
    """For each page from the second on: whether a document seems to begin there, and why."""
    starts = {int(part["first"]): part for part in reading.parts}
    return [
        {"number": number, "is_start": number in starts, "part": starts.get(number)}
        for number in range(2, reading.pages_total + 1)
    ]


def choices_of_providers(chosen: UUID | None) -> list[tuple[str, str]]:
    """Providers for a menu: those who are not gone, and the one who is chosen already."""
    rows = db().scalars(
        select(Provider)
        .where(Provider.tenant_id == current_tenant())
        .order_by(Provider.last_name, Provider.first_name, Provider.id)
        .limit(2000)
    )
    return [(str(row.id), row.display_name) for row in rows if row.status != "left" or row.id == chosen]
