"""Draws a sample: facts of a fictional person put into a wording, typeset with typst, with the truth beside it."""

from __future__ import annotations

import calendar
import json
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import typst
from PIL import ImageFont

from integrations.npi import npi_check_digit
from integrations.reading.labels import fields_of

FIRST = "Dana Jordan Priya Marcus Elena Thomas Aisha Robert Naomi Caleb Ingrid Miguel Sarah Devon Grace Wei Carmen Patrick Leah Omar".split()
MIDDLE = "A. B. C. D. E. J. L. M. R. S. T.".split()
LAST = "Ortiz Ellison Raman Whitfield Vasquez Brennan Okafor Hale-Summers Lindqvist Marsh Delgado Kowalski Tran O'Neil Baptiste Farrow Nguyen-Reyes Holloway Castellano Abernathy".split()
STYLES = ("certificate", "form", "letter", "card", "table", "portal")
DATE_SHAPES = {
    "us": lambda day: f"{day:%m/%d/%Y}",
    "short": lambda day: f"{day.month}/{day.day}/{day:%y}",
    "dashed": lambda day: f"{day:%m-%d-%Y}",
    "long": lambda day: f"{day:%B} {day.day}, {day.year}",
    "abbr": lambda day: f"{day:%b} {day.day}, {day.year}",
    "mon": lambda day: f"{day:%d-%b-%Y}".upper(),
    "dmy": lambda day: f"{day.day} {day:%B} {day.year}",
    "iso": lambda day: day.isoformat(),
    "ordinal": lambda day: f"{ordinal(day.day)} day of {day:%B}, {day.year}",
}


def ordinal(number: int) -> str:
    """`1st`, `22nd`, `30th`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


@dataclass(frozen=True)
class Wording:
    """One layout of one kind: words with places for the facts. `fixed` are fields whose value the words themselves state."""

    kind: str
    style: str
    dates: str
    title: tuple[str, ...]
    body: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    foot: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    number: str = "#######"
    years: int = 2
    font: str = "serif"
    size: int = 11
    limits: tuple[int, int] = (1_000_000, 3_000_000)


@dataclass(frozen=True)
class Drawn:
    """A sample: its PDF and what is true of it. `truth` has the fields that the wording states."""

    name: str
    kind: str
    pdf: bytes
    truth: dict[str, str]


def draw(wording: Wording, *, seed: int, name: str) -> Drawn:
    """Typeset a wording for the person of this seed."""
    facts, values = _facts(wording, random.Random(f"{name}-{seed}"))
    text = " ".join((*wording.title, *wording.body, *wording.foot, *(part for row in wording.rows for part in row)))
    truth = {
        key: wording.fixed.get(key, values.get(key, ""))
        for key in fields_of(wording.kind)
        if key in wording.fixed or any(f"{{{place}}}" in text for place in PLACES[key])
    }
    data = {
        "style": wording.style,
        "font": wording.font,
        "size": wording.size,
        "title": [line.format(**facts) for line in wording.title],
        "body": [line.format(**facts) for line in wording.body],
        "rows": [[label, value.format(**facts)] for label, value in wording.rows],
        "foot": [line.format(**facts) for line in wording.foot],
    }
    return Drawn(name, wording.kind, _typeset(json.dumps(data)), truth)


PLACES = {
    "holder_name": ("name", "NAME", "last_first", "LAST_FIRST", "party", "GIVEN"),
    "number": ("number",),
    "npi": ("npi",),
    "issuer": (),
    "address": (),
    "state": (),
    "issued_on": ("issued",),
    "effective_on": ("effective",),
    "expires_on": ("expires", "expires_month"),
    "signed_on": ("signed",),
    "attested_on": ("attested",),
    "limits_each_cents": ("each", "each_m"),
    "limits_total_cents": ("total", "total_m"),
}


def _facts(wording: Wording, chance: random.Random) -> tuple[dict[str, str], dict[str, str]]:
    first, middle, last = chance.choice(FIRST), chance.choice(MIDDLE), chance.choice(LAST)
    start = date(2025, 1, 1) + timedelta(days=chance.randrange(600))
    end = start.replace(year=start.year + wording.years, day=min(start.day, 28)) - timedelta(days=1)
    if wording.kind == "caqh_profile":
        end = start + timedelta(days=120)
    if "{expires_month}" in str(wording):
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    first_nine = f"1{chance.randrange(10**8):08}"
    npi = first_nine + npi_check_digit(first_nine)
    number = "".join(
        str(chance.randrange(1 if at == 0 else 0, 10)) if c == "#" else c for at, c in enumerate(wording.number)
    )
    if wording.kind == "dea":
        number = dea_number(chance, last)
    shape = DATE_SHAPES[wording.dates]
    whole = f"{first} {middle} {last}"
    business = f"{last} Counseling LLC"
    each, total = wording.limits
    day = {key: shape(start) for key in ("issued", "effective", "signed", "attested")}
    facts = {
        **day,
        "expires": shape(end),
        "expires_month": f"{end:%m/%Y}",
        "born": f"{date(1960, 1, 1) + timedelta(days=chance.randrange(12000)):%m/%d/%Y}",
        "name": whole,
        "NAME": whole.upper(),
        "last_first": f"{last}, {first} {middle.strip('.')}",
        "LAST_FIRST": f"{last}, {first} {middle.strip('.')}".upper(),
        "FAMILY": last.upper(),
        "GIVEN": f"{first} {middle.strip('.')}".upper(),
        "last": last,
        "party": business,
        "number": number,
        "npi": npi,
        "each": f"{each:,}",
        "total": f"{total:,}",
        "each_m": f"{each // 1_000_000}M",
        "total_m": f"{total // 1_000_000}M",
        "phone": f"(614) 555-{chance.randrange(100, 200):04}",
        "zip": f"432{chance.randrange(10, 99)}",
        "supervisor": f"{chance.choice(FIRST)} {chance.choice(MIDDLE)} Pemberton",
    }
    values = {
        "holder_name": business if "{party}" in str(wording) else whole,
        "number": number,
        "npi": npi,
        "expires_on": end.isoformat(),
        **dict.fromkeys(("issued_on", "effective_on", "signed_on", "attested_on"), start.isoformat()),
        "limits_each_cents": str(each * 100),
        "limits_total_cents": str(total * 100),
    }
    return facts, values


def dea_number(chance: random.Random, last: str) -> str:
    """A DEA number with a right check digit."""
    digits = [chance.randrange(10) for _ in range(6)]
    check = (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10
    return f"{chance.choice('BFM')}{last[0].upper()}" + "".join(map(str, digits)) + str(check)


@lru_cache(maxsize=1)
def _font_folder() -> str:
    """A folder with Pillow's own sans-serif font, so that no font of the system is needed."""
    folder = Path(tempfile.mkdtemp(prefix="onpanel-fonts-"))
    opened = ImageFont.load_default(12)
    (folder / "sans.ttf").write_bytes(opened.font_bytes)
    return str(folder)


def _typeset(data: str) -> bytes:
    source = (Path(__file__).parent / "page.typ").read_bytes()
    return typst.compile(source, sys_inputs={"data": data}, font_paths=[_font_folder()], ignore_system_fonts=True)
