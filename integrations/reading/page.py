"""A page that has been read: words with their places, put together to segments (words that stand together) and lines."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# How wide a gap, in heights of letters, parts columns. Recognized boxes hug the ink, a file's own are as high as its font.
_GAP_IN_HEIGHTS = {"text": 1.0, "ocr": 1.35}
_SAME_LINE = 0.55


class Box(NamedTuple):
    """A place on a page, in fractions of its picture from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of these."""
    every = list(boxes)
    return Box(
        min(box.left for box in every),
        min(box.top for box in every),
        max(box.right for box in every),
        max(box.bottom for box in every),
    )


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its place, and how sure its letters are, from 0 to 1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True)
class Segment:
    """Words of one line that stand together, without a gap as between columns."""

    words: tuple[Word, ...]
    line: int

    @cached_property
    def text(self) -> str:
        """The words with single blanks."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        """Around all its words."""
        return around(word.box for word in self.words)

    def part(self, start: int, end: int) -> tuple[Box, float]:
        """The place of the letters from `start` to `end` of `text`, and how sure they are."""
        at, chosen = 0, []
        for word in self.words:
            if at < end and at + len(word.text) > start:
                chosen.append(word)
            at += len(word.text) + 1
        chosen = chosen or list(self.words)
        return around(word.box for word in chosen), min(word.confidence for word in chosen)


@dataclass(frozen=True)
class Page:
    """A page as it was read. `number` from 1; `turned` and `skew` in degrees say how the picture was straightened.

    `engine` is "text" for the file's own text, "ocr" for what was recognized in a picture, "none" when nothing was found.
    """

    number: int
    width: int
    height: int
    words: tuple[Word, ...]
    engine: str = "text"
    turned: int = 0
    skew: float = 0.0

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """All segments from top to bottom, in each line from left to right."""
        return tuple(_segments(self.words, self.width, self.height, _GAP_IN_HEIGHTS.get(self.engine, 1.0)))

    @cached_property
    def text(self) -> str:
        """Lines with line breaks, segments of a line with three blanks between them."""
        lines: dict[int, list[str]] = {}
        for segment in self.segments:
            lines.setdefault(segment.line, []).append(segment.text)
        return "\n".join("   ".join(parts) for parts in lines.values())

    @property
    def confidence(self) -> float:
        """How sure the letters are on average, weighted by the words' length."""
        total = sum(len(word.text) for word in self.words)
        return sum(len(word.text) * word.confidence for word in self.words) / total if total else 0.0

    @property
    def is_blank(self) -> bool:
        """True when there is nothing to read: fewer than eight letters or digits."""
        return sum(len(re.findall(r"\w", word.text)) for word in self.words) < 8


def _segments(words: Sequence[Word], width: int, height: int, widest: float) -> Iterable[Segment]:
    if not words:
        return
    for number, line in enumerate(_lines(words)):
        tall = statistics.median((word.box.bottom - word.box.top) * height for word in line) or 1.0
        run: list[Word] = []
        for word in line:
            gap = (word.box.left - run[-1].box.right) * width if run else 0.0
            if run and gap > widest * max(tall, 0.5 * (word.box.bottom - word.box.top) * height):
                yield Segment(tuple(run), number)
                run = []
            run.append(word)
        yield Segment(tuple(run), number)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words by the line that they stand in: those whose middles are as high as the line's."""
    lines: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda item: (item.box.top + item.box.bottom) / 2):
        middle, tall = (word.box.top + word.box.bottom) / 2, word.box.bottom - word.box.top
        for index in range(len(lines) - 1, max(len(lines) - 5, -1), -1):
            top, bottom = spans[index]
            reach = _SAME_LINE * min(bottom - top, tall)
            if abs((top + bottom) / 2 - middle) <= reach and 0.4 < tall / max(bottom - top, 1e-6) < 2.5:
                lines[index].append(word)
                break
        else:
            lines.append([word])
            spans.append((word.box.top, word.box.bottom))
    for line in lines:
        line.sort(key=lambda item: item.box.left)
    lines.sort(key=lambda line: min(word.box.top for word in line))
    return lines
