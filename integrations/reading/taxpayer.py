"""What a Form W-9 says of the taxpayer: the number in its boxes, one digit each, and whether its signature line is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from PIL import Image

from integrations.reading.addresses import Hit
from integrations.reading.page import Box, Page, Segment, Word, around

_EIN = re.compile(r"(?<![\d\-])\d{2}\s?[-–]\s?\d{7}(?![\d\-])")
_SSN = re.compile(r"(?<![\d\-])\d{3}\s?[-–]\s?\d{2}\s?[-–]\s?\d{4}(?![\d\-])")
_NUMBERS = (
    ("ein", re.compile(r"employer (?:identification|id) (?:number|no\.?)|\b(?:f?ein|federal tax id)\b", re.I), _EIN),
    ("ssn", re.compile(r"social security (?:number|no\.?)|\bssn\b", re.I), _SSN),
)
# The boxes begin under the label and are 24 points high: 0.04 of a page reaches them and not the next label's.
_BOXES_HIGH, _BOXES_WIDE = 0.042, 0.31
_DIGITS = re.compile(r"[\d|\[\](){}_\-–—.\s]+")
_IN_BOXES, _LABELLED, _ALONE = 0.95, 0.95, 0.8
_PEN = 160
_LEAST_INK = 0.002

LOOKS_UNSIGNED = "Nothing stands on the signature line: it looks unsigned."
"""What a person is told of such a page; the check of packets knows it by these words."""


def find_tin(pages: Sequence[Page]) -> Iterator[Hit]:
    """Taxpayer numbers of a W-9: `34-1234567` for an employer's, `123-45-6789` for a person's."""
    for page in pages[:1]:
        for segment in page.segments:
            for form, label, shape in _NUMBERS:
                found = label.search(segment.text)
                if found and found.start() <= 4:
                    yield from _boxed(page, segment, form, found.group())
                for match in shape.finditer(segment.text):
                    place, letters = segment.part(*match.span())
                    near = label.search(segment.text[: match.start()])
                    sure = _LABELLED if near else _ALONE
                    yield _shaped(match.group(), form), sure * letters, page.number, place, near.group() if near else ""


def _boxed(page: Page, label: Segment, form: str, words: str) -> Iterator[Hit]:
    """The digits in the row of boxes under the label, from left to right."""
    left, top = label.box.left - 0.02, label.box.bottom - 0.004
    inside: list[Word] = [
        word
        for word in page.words
        if left <= word.box.left <= left + _BOXES_WIDE
        and top <= (word.box.top + word.box.bottom) / 2 <= top + _BOXES_HIGH
        and _DIGITS.fullmatch(word.text)
        and any(letter.isdigit() for letter in word.text)
    ]
    inside.sort(key=lambda word: word.box.left)
    digits = "".join(re.sub(r"\D", "", word.text) for word in inside)
    if len(digits) == 9:
        letters = min(word.confidence for word in inside)
        yield _shaped(digits, form), _IN_BOXES * letters, page.number, around(word.box for word in inside), words


def _shaped(text: str, form: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"{digits[:2]}-{digits[2:]}" if form == "ein" else f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def signature_line(page: Page) -> Box | None:
    """Where the signature of a W-9 stands: right of its label, left of the date. None without such a line."""
    for segment in page.segments:
        if not re.search(r"U\.?S\.? person\W*$", segment.text) or segment.box.right > 0.4:
            continue
        dates = [
            other.box.left
            for other in page.segments
            if abs(other.box.top - segment.box.top) < 0.01 and re.match(r"date\b", other.text, re.I)
        ]
        if dates:
            return Box(
                segment.box.right + 0.01, segment.box.bottom - 0.02, min(dates) - 0.01, segment.box.bottom - 0.001
            )
    return None


def looks_unsigned(page: Page, picture: Image.Image) -> bool:
    """True when nothing is drawn, stamped or typed on the signature line of a W-9 that came as a file with text.

    Scans are left to people: there a line, a fold or dirt looks like ink, and a light pen like nothing.
    """
    if page.engine != "text" or not re.search(r"Form\s+W-9|Request for\s+Taxpayer", page.text):
        return False
    line = signature_line(page)
    if line is None:
        return False
    wide, high = picture.size
    part = picture.convert("L").crop(
        (round(line.left * wide), round(line.top * high), round(line.right * wide), round(line.bottom * high))
    )
    dark = sum(part.histogram()[:_PEN])
    return dark < _LEAST_INK * max(part.width * part.height, 1)
