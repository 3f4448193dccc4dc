"""The values that a document states, each with its place and how sure it is.

A value is looked for where people put it: behind its label, to the right of it, under it, at the beginning of the next line, and
last above it. Its confidence is the product of how well the label fits, how well the shape fits and how sure the letters are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from integrations.reading.addresses import find_address
from integrations.reading.issuers import find_issuer, find_state
from integrations.reading.labels import AMOUNTS, DATES, Labels, date_labels, fields_of, name_labels, number_labels
from integrations.reading.limits import find_limits
from integrations.reading.page import Box, Page, Segment
from integrations.reading.patterns import Found, dates_in, dea_numbers_in, months_in, names_in, npis_in, numbers_in
from integrations.reading.taxpayer import find_tin

_BIRTH = re.compile(r"\b(?:dob|birth\w*|born)\b\W*(?:date)?\W*$", re.I)
_BEHIND, _RIGHT, _UNDER, _NEXT_LINE, _ABOVE = 1.0, 0.98, 0.93, 0.86, 0.6
_FAR = 34
_HEADING = 45
# Letters: their date stands in the head.
_DATED_AT_THE_TOP = frozenset({"irs_letter", "claims_history"})
# What follows the first page of these forms are instructions, with dates and names of their own.
_ONE_PAGE = frozenset({"w9"})


@dataclass(frozen=True, slots=True)
class Field:
    """A value that was read: `page` from 1, `box` on the straightened page, `label` the words that it stood by."""

    name: str
    value: str
    confidence: float
    page: int
    box: Box
    label: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for storing."""
        return {
            "name": self.name,
            "value": self.value,
            "confidence": round(self.confidence, 3),
            "page": self.page,
            "box": [round(side, 5) for side in self.box],
            "label": self.label,
        }


Finder = Callable[[str], Iterable[Found]]


def extract(pages: Sequence[Page], kind: str) -> list[Field]:
    """The fields of this kind that the pages state, in the order of the kind's list; what was not found is left out."""
    found: dict[str, Field] = {}
    pages = pages[:1] if kind in _ONE_PAGE else pages
    for name in fields_of(kind):
        best = _best(_candidates(pages, kind, name, found))
        if best is not None:
            found[name] = best
    _make_sense_of_dates(found, pages, kind)
    return [found[name] for name in fields_of(kind) if name in found]


def _candidates(pages: Sequence[Page], kind: str, name: str, found: Mapping[str, Field]) -> Iterator[Field]:
    if name in DATES:
        yield from _dates(pages, kind, name)
    elif name in AMOUNTS:
        yield from (_field(name, *hit) for hit in find_limits(pages, name))
    elif name == "holder_name":
        yield from _holder_names(pages, kind)
    elif name == "address":
        holder = str(getattr(found.get("holder_name"), "value", ""))
        yield from (_field(name, *hit) for hit in find_address(pages, kind, holder))
    elif name == "number":
        yield from (_field(name, *hit) for hit in find_tin(pages)) if kind == "w9" else _numbers(pages, kind)
    elif name == "npi":
        yield from _npis(pages)
    elif name == "issuer":
        yield from (_field(name, *hit) for hit in find_issuer(pages, kind))
    elif name == "state":
        yield from (_field(name, *hit) for hit in find_state(pages, kind))


def _field(name: str, value: str, sure: float, page: int, box: Box, label: str = "") -> Field:
    return Field(name, value, min(sure, 0.99), page, box, label)


def _best(candidates: Iterable[Field]) -> Field | None:
    """The surest value; less sure when another value is nearly as good, surer when it is stated twice."""
    every = sorted(candidates, key=lambda item: -item.confidence)
    if not every:
        return None
    best = every[0]
    rivals = [item.confidence for item in every if item.value.lower() != best.value.lower()]
    again = sum(item.value.lower() == best.value.lower() and item.box != best.box for item in every)
    sure = best.confidence
    if rivals and rivals[0] > 0.93 * sure:
        sure *= 0.72
    elif again:
        sure = min(0.99, sure + 0.04)
    return Field(best.name, best.value, calibrated(sure), best.page, best.box, best.label)


# Scores of values on the tuning layouts, and what share of the values with such a score was right.
_RIGHT_AT = ((0.0, 0.0), (0.3, 0.3), (0.5, 0.7), (0.6, 0.88), (0.7, 0.94), (0.85, 0.97), (1.0, 0.99))


def calibrated(score: float) -> float:
    """From a score to the share of values with that score that are right; straight lines between the measured points."""
    for (low, right_low), (high, right_high) in pairwise(_RIGHT_AT):
        if score <= high:
            return right_low + (right_high - right_low) * (score - low) / (high - low)
    return _RIGHT_AT[-1][1]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def labelled(
    pages: Sequence[Page], labels: Labels, finder: Finder, *, far: int = _FAR
) -> Iterator[tuple[Found, float, Segment, Page, str]]:
    """Values that stand by one of the labels: the value, how well label and place fit, where it stands, and the label's words."""
    for page in pages:
        for index, segment in enumerate(page.segments):
            for pattern, weight in labels:
                for match in _compiled(pattern).finditer(segment.text):
                    for found, place, at in _near(page, index, match, finder, far):
                        yield found, weight * place, at, page, match.group().strip()


def _near(
    page: Page, index: int, match: re.Match[str], finder: Finder, far: int
) -> Iterator[tuple[Found, float, Segment]]:
    segment = page.segments[index]
    rest = segment.text[match.end() :]
    behind = next(iter(finder(rest)), None)
    if behind is not None and behind.start <= far and not _other_label(rest[: behind.start]):
        moved = Found(behind.start + match.end(), behind.end + match.end(), behind.value, behind.sure)
        yield moved, _BEHIND - behind.start * 0.004, segment
        return
    if len(rest.strip(" .:#-_")) > far:
        return
    label_box = segment.box if len(segment.text) <= _HEADING else segment.part(match.start(), match.end())[0]
    right = page.segments[index + 1] if index + 1 < len(page.segments) else None
    if right is not None and right.line == segment.line:
        hit = next(iter(finder(right.text)), None)
        if hit is not None and hit.start <= 12 and not _other_label(right.text[: hit.start]):
            yield hit, _RIGHT, right
            return
    for other, place in _around(page, index, label_box):
        hits = list(finder(other.text))
        below = [hit for hit in hits if place == _UNDER and _overlaps(other.part(hit.start, hit.end)[0], label_box)]
        hit = next(iter(below or hits), None)
        if hit is not None and (below or (hit.start <= 14 and not _other_label(other.text[: hit.start]))):
            yield hit, place, other
            return


def _overlaps(one: Box, other: Box) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) > 0


_OTHER = re.compile(
    r"\b(?:issue[ds]?|expir\w+|effective|birth|dob|renew\w*|retroactive|through|until|enumerat\w+|update[ds]?|attest\w*)\b",
    re.I,
)


def _other_label(between: str) -> bool:
    return bool(_OTHER.search(between))


def _around(page: Page, index: int, label: Box) -> Iterator[tuple[Segment, float]]:
    """What stands under the label, begins the next line, or stands above it."""
    segment = page.segments[index]
    tall = max(label.bottom - label.top, 0.006)
    under = [
        other
        for other in page.segments[index + 1 :]
        if 0 <= other.box.top - label.bottom + 0.4 * tall <= max(4.0 * tall, 0.022)
        and min(other.box.right, label.right) - max(other.box.left, label.left) > -0.004
    ]
    yield from ((other, _UNDER) for other in sorted(under, key=lambda item: item.box.top)[:2])
    following = [other for other in page.segments[index + 1 :] if other.line == segment.line + 1][:1]
    yield from ((other, _NEXT_LINE) for other in following if other not in under)
    above = [
        other
        for other in page.segments[:index]
        if 0 <= label.top - other.box.bottom + 0.4 * tall <= 2.0 * tall
        and min(other.box.right, label.right) - max(other.box.left, label.left) > 0
    ]
    yield from ((other, _ABOVE) for other in above[-1:])


def _as_field(name: str, hit: tuple[Found, float, Segment, Page, str]) -> Field:
    found, fit, segment, page, label = hit
    box, letters = segment.part(found.start, found.end)
    return _field(name, found.value, fit * found.sure * min(1.0, letters + 0.06), page.number, box, label)


def _dates(pages: Sequence[Page], kind: str, name: str) -> Iterator[Field]:
    for hit in labelled(pages, date_labels(name), _whole_dates if name != "expires_on" else _ends):
        before = hit[2].text[: hit[0].start]
        if not _BIRTH.search(before) and not _BIRTH.search(hit[4]):
            yield _as_field(name, hit)
    if name == "issued_on" and kind in _DATED_AT_THE_TOP:
        yield from _date_at_the_top(pages[0])
    if name == "expires_on":
        period = (
            (
                r"(?:policy|coverage|insurance) (?:period|term|dates?)|period of (?:insurance|coverage)|\bfrom\b|effective|valid|in force",
                0.97,
            ),
        )
        for hit in labelled(pages, period, _range_ends):
            yield _as_field(name, hit)


def _date_at_the_top(page: Page) -> Iterator[Field]:
    """The date of a letter, which stands in its head without a label."""
    for segment in page.segments:
        for found in dates_in(segment.text)[:1] if segment.box.top < 0.35 else ():
            box, letters = segment.part(found.start, found.end)
            yield _field("issued_on", found.value, 0.6 * found.sure * letters, page.number, box)


def _whole_dates(text: str) -> list[Found]:
    return dates_in(text)


def _ends(text: str) -> list[Found]:
    return dates_in(text) or months_in(text)


_BETWEEN = re.compile(
    r"^[\s,.;@()]*(?:at )?(?:\d{1,2}:\d\d ?[ap]\.?m\.?(?: \w+ time)?)?[\s,;()]*(?:to|through|thru|until|[-–—])|^\W{1,4}$",
    re.I,
)


def _range_ends(text: str) -> list[Found]:
    """The second date of `01/01/2026 to 01/01/2027`, found where the first one stands."""
    dates = dates_in(text)
    if len(dates) < 2 or not _BETWEEN.search(text[dates[0].end : dates[1].start]) or dates[0].start > _FAR:
        return []
    return [Found(dates[0].start, dates[1].end, dates[1].value, dates[1].sure)] if dates[1].start <= 3 * _FAR else []


def _numbers(pages: Sequence[Page], kind: str) -> Iterator[Field]:
    if kind == "dea":
        for page in pages:
            for segment in page.segments:
                for found in dea_numbers_in(segment.text):
                    box, letters = segment.part(found.start, found.end)
                    yield _field("number", found.value, found.sure * min(1.0, letters + 0.15), page.number, box)
        return
    finder: Finder = _eins if kind == "irs_letter" else numbers_in
    for hit in labelled(pages, number_labels(kind), finder, far=14):
        if not npis_in(hit[0].value):
            yield _as_field("number", hit)


def _eins(text: str) -> list[Found]:
    every = re.finditer(r"\b\d{2}\s?-\s?\d{7}\b", text)
    return [Found(m.start(), m.end(), re.sub(r"\s", "", m.group()), 0.95) for m in every]


def _npis(pages: Sequence[Page]) -> Iterator[Field]:
    for hit in labelled(pages, ((r"\bnpi\b(?: \(?type 1\)?)?|national provider identifier", 1.0),), npis_in):
        yield _as_field("npi", hit)
    for page in pages:
        for segment in page.segments:
            for found in npis_in(segment.text):
                box, letters = segment.part(found.start, found.end)
                yield _field("npi", found.value, 0.7 * letters, page.number, box)


def _holder_names(pages: Sequence[Page], kind: str) -> Iterator[Field]:
    if kind in ("w9", "irs_letter"):
        yield from _party_names(pages)
    if kind == "photo_id":
        yield from _card_names(pages)
    for hit in labelled(pages, name_labels(), names_in, far=16):
        yield _as_field("holder_name", hit)
    for page in pages[:2]:
        for before, segment in pairwise(page.segments):
            done = _HAS_DONE.search(segment.text)
            for found in names_in(before.text) if done and done.start() < 4 else ():
                box, letters = before.part(found.start, found.end)
                yield _field(
                    "holder_name",
                    found.value,
                    0.92 * found.sure * letters,
                    page.number,
                    box,
                    done.group() if done else "",
                )
    for page in pages[:1]:
        named = [
            (segment, found)
            for segment in page.segments
            for found in names_in(segment.text)
            if not _SOMEBODY_ELSE.search(segment.text[: found.start])
        ]
        tallest = max((segment.box.bottom - segment.box.top for segment, _ in named), default=0)
        for segment, found in named[:12]:
            big = (segment.box.bottom - segment.box.top) > 0.85 * tallest
            box, letters = segment.part(found.start, found.end)
            sure = (0.62 if kind == "cv" and segment.box.top < 0.25 else 0.42) if big else 0.3
            yield _field("holder_name", found.value, sure * found.sure * letters, page.number, box)


_HAS_DONE = re.compile(
    r"\b(?:has|having) (?:successfully |satisfactorily |duly )?(?:complet|met|satisf|fulfill|demonstrat|been|passed)\w*",
    re.I,
)
_SOMEBODY_ELSE = re.compile(
    r"instructor|supervis|director|agent|physician|witness|registrar|contact|secretary|president|dean|examiner|broker",
    re.I,
)
_BUSINESS = re.compile(
    r"[A-Z][\w&.,'’\- ]{2,50}\b(?:LLC|L\.L\.C\.|PLLC|INC\.?|Inc\.?|CORP\.?|Corp\.?|LLP|LTD\.?|Ltd\.?|PC|P\.C\.|"
    r"Counseling|COUNSELING|Center|CENTER|Clinic|CLINIC|Associates|ASSOCIATES|Services|SERVICES|Group|GROUP)"
)
_PARTY = (
    (
        r"name \(as shown on your income tax return\).{0,80}|name of entity/individual.{0,200}|^\W*(?:1 )?(?:legal )?name\b.{0,60}",
        0.9,
    ),
)


def _party_names(pages: Sequence[Page]) -> Iterator[Field]:
    """Names of people or businesses on forms of the IRS: whatever stands under or behind the label."""

    def anything(text: str) -> list[Found]:
        match = re.search(r"[A-Z][\w&.,'’\-]* [\w&.,'’\- ]{2,60}", text)
        instruction = re.search(r"business name|different from|leave this|required on|tax return|check", text, re.I)
        return (
            [] if match is None or instruction else [Found(match.start(), match.end(), match.group().strip(" ,"), 0.85)]
        )

    for hit in labelled(pages[:1], _PARTY, anything, far=6):
        yield _as_field("holder_name", hit)
    for page in pages[:1]:
        for segment in page.segments:
            business = _BUSINESS.fullmatch(segment.text.strip())
            if business and not re.search(r"internal revenue|treasury|liability company", segment.text, re.I):
                box, letters = segment.part(0, len(segment.text))
                yield _field("holder_name", segment.text.strip(" ,"), 0.72 * letters, page.number, box)


def _card_names(pages: Sequence[Page]) -> Iterator[Field]:
    """The two lines of a license card: family name after `1` or `LN`, given names after `2` or `FN`."""
    word = re.compile(r"[A-Z][A-Z'’\-]+(?: [A-Z][A-Z'’\-]*)*")

    def capitals(text: str) -> list[Found]:
        match = word.search(text)
        return [Found(match.start(), match.end(), match.group(), 0.9)] if match and match.start() <= 3 else []

    for page in pages[:1]:
        last = next(
            iter(labelled([page], ((r"^\W*(?:1|ln|last name|surname|family name)\b\.?", 1.0),), capitals, far=3)), None
        )
        first = next(
            iter(labelled([page], ((r"^\W*(?:2|fn|first name|given names?)\b\.?", 1.0),), capitals, far=3)), None
        )
        if last and first:
            from_last = _as_field("holder_name", last)
            given = _as_field("holder_name", first)
            joined = " ".join(part.capitalize() for part in first[0].value.split())
            family = "-".join(part.capitalize() for part in last[0].value.split("-"))
            sure = min(from_last.confidence, given.confidence)
            yield _field("holder_name", f"{joined} {family}", sure, page.number, from_last.box, "name on the card")


def _make_sense_of_dates(found: dict[str, Field], pages: Sequence[Page], kind: str) -> None:
    """An end lies behind its beginning; where both labels found one date, the less sure one is let go."""
    end = found.get("expires_on")
    for name in ("issued_on", "effective_on", "attested_on"):
        start = found.get(name)
        if start is None or end is None:
            continue
        if date.fromisoformat(start.value) >= date.fromisoformat(end.value):
            loser = name if start.confidence <= end.confidence else "expires_on"
            found.pop(loser, None)
            end = found.get("expires_on")
