"""The postal address that a document gives for whom it is about, in one line, with the place of street and city together.

Letterheads have addresses too, of boards and insurers: an address counts only where a label says whose it is, or where it stands
in the block under a name of the holder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from integrations.reading.page import Box, Page, Segment, around

Hit = tuple[str, float, int, Box, str]
"""Value, how sure, page, place, and the words that it stood by."""

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|"
    "RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR"
)
_CITY = re.compile(
    rf"(?P<city>[A-Z][A-Za-z.'’\-]*(?: [A-Z][A-Za-z.'’\-]*){{0,3}})\s?,?\s(?P<state>{_STATES}|Ohio|OHIO)\.?,?\s+"
    r"(?P<zip>\d{5}(?:\s?-\s?\d{4})?)(?!\d)"
)
_STREET = re.compile(
    r"(?:(?<![\w#])\d{1,6}[A-Z]?(?:\s1/2)?\s+(?:[NSEW]\.?\s+)?[A-Z0-9][\w.'’\-]*|P\.?\s?O\.?\s+Box\s+\d+)[\w .,#'’/\-]*",
    re.I,
)
_LABEL = re.compile(
    r"\b(?:(?:mailing|street|business|practice|office|home|work|insured'?s?|licensee'?s?|legal|physical) address|"
    r"address of record|address \(number|practice location|address)\b",
    re.I,
)
_SOMEBODY_ELSE = re.compile(
    r"requester|\b(?:board|agency|department|division|insurer|company|carrier|broker|agent|producer|underwriter|remit|return|e-?mail|"
    r"internet|web)\b",
    re.I,
)
_LINE = 0.034
_LABELLED, _IN_THE_BLOCK = 0.93, 0.8
# The left part of a W-9; to its right stands who asked for it.
_REQUESTER_FROM = 0.6


def find_address(pages: Sequence[Page], kind: str, holder: str = "") -> Iterator[Hit]:
    """Addresses of the holder on the first two pages: `1200 Euclid Ave, Suite 400, Cleveland, OH 44115`."""
    for page in pages[:2]:
        for index, segment in enumerate(page.segments):
            for match in _CITY.finditer(segment.text):
                if kind == "w9" and segment.box.left > _REQUESTER_FROM:
                    continue
                yield from _address(page, index, match, holder, letters=segment.part(*match.span())[1])


def _address(page: Page, index: int, match: re.Match[str], holder: str, *, letters: float) -> Iterator[Hit]:
    segment = page.segments[index]
    street, at, first = _street_before(segment, match), segment, segment.part(*match.span())[0]
    if street is None:
        found = _street_above(page, index)
        if found is None:
            return
        at, street = found
    start, end = street.span()
    place = around([first, at.part(start, end)[0]])
    why, sure = _whose(page, at, start, holder)
    if not sure:
        return
    city, postal = match.group("city"), re.sub(r"\s", "", match.group("zip"))
    state = "OH" if match.group("state").upper() == "OHIO" else match.group("state")
    value = f"{street.group().strip(' ,')}, {city}, {state} {postal}"
    yield value, sure * min(1.0, letters + 0.06), page.number, place, why


def _street_before(segment: Segment, match: re.Match[str]) -> re.Match[str] | None:
    """The street that stands in front of the city, in one line with it."""
    before = segment.text[: match.start()]
    found = list(_STREET.finditer(before))
    return found[-1] if found and before[found[-1].end() :].strip(" ,") == "" else None


def _street_above(page: Page, index: int) -> tuple[Segment, re.Match[str]] | None:
    """The street in the lines above the city, where a label may part them: the nearest one above that begins where the city does."""
    city = page.segments[index].box
    for other in reversed(page.segments[:index]):
        if city.top - other.box.bottom > _LINE:
            return None
        overlaps = min(city.right, other.box.right) - max(city.left, other.box.left) > 0
        found = next((each for each in _STREET.finditer(other.text) if not _LABEL.search(each.group())), None)
        # `5 Address (number, street)` and `6 City, state, and ZIP code` are labels of the form.
        if overlaps and found and not re.match(r"\d\s+(?:address|city)", found.group(), re.I):
            return other, found
    return None


def _whose(page: Page, at: Segment, start: int, holder: str) -> tuple[str, float]:
    """By which words the address is the holder's: a label before, beside or above it, or the holder's name above it."""
    before = at.text[:start]
    above = [
        other
        for other in page.segments
        if other is not at
        and -0.4 * (at.box.bottom - at.box.top) <= at.box.top - other.box.bottom <= _LINE
        and min(at.box.right, other.box.right) - max(at.box.left, other.box.left) > -0.01
    ]
    beside = [other for other in page.segments if other.line == at.line and other.box.right <= at.box.left + 0.005][-1:]
    for text in (before, *(other.text for other in (*beside, *reversed(above)))):
        label = _LABEL.search(text)
        if label:
            return ("", 0.0) if _SOMEBODY_ELSE.search(text) else (label.group(), _LABELLED)
    names = set(re.findall(r"[a-z]{2,}", holder.lower()))
    for other in reversed(above):
        if names and names & set(re.findall(r"[a-z]{2,}", other.text.lower())):
            return other.text[:60], _IN_THE_BLOCK
    return "", 0.0
