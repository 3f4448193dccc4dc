"""The one mail a day that says what runs out: plain text, no numbers of licenses or people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credentialing.monitoring.rules import band_of, when_words
from infra.words import counted, human_date

MOST_NAMED = 40
_GROUPS = (
    ("Expired", frozenset({"lapsed"})),
    ("Within 7 days", frozenset({"week"})),
    ("Within 30 days", frozenset({"month"})),
    ("Later", frozenset({"quarter", "later", "far"})),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the mail names."""

    label: str
    state: str | None
    whose: str
    ends_on: date
    holds: bool
    level: str


def compose(lines: Sequence[Line], *, name: str, clinic: str, link: str, today: date) -> tuple[str, str]:
    """Subject and body of a person's mail; the soonest end first, grouped by how near it is."""
    expired = sum(line.ends_on < today for line in lines)
    soon = len(lines) - expired
    parts = [f"{expired} expired" if expired else "", counted(soon, "item runs out", "items run out") if soon else ""]
    subject = f"{clinic}: {', '.join(part for part in parts if part)}"
    text = [f"Hello {name},", "", f"This is what needs somebody at {clinic} today.", ""]
    shown = sorted(lines, key=lambda line: (line.ends_on, line.whose, line.label))[:MOST_NAMED]
    for title, bands in _GROUPS:
        group = [line for line in shown if band_of(line.ends_on, today) in bands]
        if group:
            text += [title, *(f"- {_said(line, today)}" for line in group), ""]
    if len(lines) > len(shown):
        text += [f"And {len(lines) - len(shown)} more.", ""]
    text += [f"See all, send a renewal, or say that it is under way: {link}", ""]
    text += ["You get one mail a day at most, and none about what somebody has acted on.", ""]
    return subject, "\n".join(text)


def _said(line: Line, today: date) -> str:
    where = f" ({line.state})" if line.state else ""
    over = line.ends_on < today
    verb = "expired" if over else "ends"
    held = " Billing is held." if over and line.holds else ""
    copied = "" if line.level == "first" else " You are told because nobody has acted on it yet."
    day = human_date(line.ends_on, today)
    return f"{line.label}{where}, {line.whose}: {verb} {day}, {when_words(line.ends_on, today)}.{held}{copied}"
