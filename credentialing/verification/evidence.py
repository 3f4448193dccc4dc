"""The dated evidence of a check as a document: what was asked, in which version of the source, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.pdf.typeset import typeset

KIND = "verification_evidence"

_TEMPLATE = """\
#show: sheet.with(title: data.title, foot: data.foot)
= #data.heading
#text(fill: muted)[#data.subtitle]

== What was checked
#facts(data.asked)

== Result
#block(fill: rgb("#F4F5F7"), inset: 10pt, radius: 3pt, width: 100%)[#text(weight: 600)[#data.result] \\ #data.why]

#if data.found.len() > 0 [
== #data.found_title
#listing(data.found_header, data.found)
]
#if data.ruled_out.len() > 0 [
== Looked at and ruled out
#listing(("Entry", "Why it is not this provider, or not in effect"), data.ruled_out, columns: (5.2cm, 1fr))
]
#if data.names.len() > 0 [
== Names that were searched
#text(9pt)[#data.names.join("; ")]
]
== Source
#facts(data.source)
#text(9pt, fill: muted)[#data.note]
"""
_NOTES = {
    "leie": "The NPI was searched first, then every present and former name, each half of double names and known nicknames. "
    "A name match is never proof by itself; Social Security numbers are not in the published file and are compared at "
    "exclusions.oig.hhs.gov.",
    "sam": "The public extract has no dates of birth. A name match is never proof by itself.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the document says. `asked` and `source` are terms with values, `found` and `ruled_out` rows of words."""

    source_code: str
    provider_name: str
    label: str
    result: str
    why: str
    asked: Sequence[tuple[str, str]]
    source: Sequence[tuple[str, str]]
    found_title: str = "Possible matches"
    found_header: Sequence[str] = ("Entry", "Evidence")
    found: Sequence[Sequence[str]] = ()
    ruled_out: Sequence[tuple[str, str]] = ()
    names: Sequence[str] = ()


def stamp(at: datetime) -> str:
    """An instant as evidence writes it, in UTC: `Nov 24, 2026, 18:05 UTC`."""
    return f"{at:%b} {at.day}, {at:%Y, %H:%M} UTC"


def evidence_pdf(evidence: Evidence, *, checked_at: datetime, by: str) -> bytes:
    """Set the evidence as a PDF. Raises `TypesetError`."""
    when = stamp(checked_at)
    data: Mapping[str, Any] = {
        "title": f"{evidence.label}: {evidence.provider_name}",
        "heading": evidence.label,
        "subtitle": f"{evidence.provider_name}, checked {when} by {by}",
        "foot": f"Onpanel, primary source verification, {when}",
        "asked": [list(pair) for pair in evidence.asked],
        "result": evidence.result.replace("_", " ").capitalize(),
        "why": evidence.why,
        "found_title": evidence.found_title,
        "found_header": list(evidence.found_header),
        "found": [list(row) for row in evidence.found],
        "ruled_out": [list(row) for row in evidence.ruled_out],
        "names": [name.replace("|", ", ") for name in evidence.names if "|" in name],
        "source": [list(pair) for pair in evidence.source],
        "note": _NOTES.get(evidence.source_code, ""),
    }
    return typeset(_TEMPLATE, data, made_at=checked_at)
