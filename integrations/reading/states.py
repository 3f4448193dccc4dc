"""States of the US by name and by their two letters, found in text. Pure."""

from __future__ import annotations

import re

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "District of Columbia": "DC", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI",
    "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ",
    "New Mexico": "NM", "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK",
    "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD",
    "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
CODES = frozenset(STATES.values())
_BY_LOWER = {name.lower(): code for name, code in STATES.items()}
_NAMES = "|".join(sorted((re.escape(name) for name in STATES), key=len, reverse=True))
_NAMED = re.compile(rf"\b({_NAMES})\b", re.I)
_IN_ADDRESS = re.compile(r"[,\s]\s?([A-Z]{2})[.,]?\s+\d{5}(?:-\d{4})?\b")


def states_in(text: str) -> list[tuple[int, int, str]]:
    """Every state that is named in full or stands before a ZIP code: from, to, and its two letters. Left to right."""
    found = [(match.start(1), match.end(1), _BY_LOWER[match.group(1).lower()]) for match in _NAMED.finditer(text)]
    found += [(m.start(1), m.end(1), m.group(1)) for m in _IN_ADDRESS.finditer(text) if m.group(1) in CODES]
    return sorted(found)


def state_code(text: str) -> str | None:
    """The two letters of one state that is written by itself, either way; None for anything else."""
    word = text.strip(" .,")
    if word.upper() in CODES:
        return word.upper()
    return _BY_LOWER.get(word.lower())
