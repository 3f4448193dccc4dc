"""How pages speak of matches."""

from __future__ import annotations

from collections.abc import Mapping

LIST_NAMES: Mapping[str, str] = {"leie": "OIG LEIE", "sam": "SAM"}
STATE_WORDS: Mapping[str, tuple[str, str]] = {
    "new": ("To look at", "attention"),
    "escalated": ("Escalated", "waiting"),
    "cleared": ("False positive", "good"),
    "confirmed": ("Confirmed", "blocked"),
}
"""The word and tone of a state."""
BASIS_WORDS: Mapping[str, tuple[str, str]] = {
    "npi": ("Same NPI", "blocked"),
    "name_and_birth": ("Name and date of birth", "attention"),
    "name_and_near_birth": ("Name, birth differs in one place", "attention"),
    "name_only": ("Name only, no proof", "neutral"),
}
"""The word and tone of what a match rests on."""
