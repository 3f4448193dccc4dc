"""Limits of a professional liability policy: for each claim and in the aggregate, in whole cents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from integrations.reading.labels import limit_label
from integrations.reading.page import Box, Page, Segment
from integrations.reading.patterns import Found, amounts_in

Hit = tuple[str, float, int, Box, str]
_LIMITS = re.compile(r"limits?\b|coverage|liability", re.I)


def find_limits(pages: Sequence[Page], name: str) -> Iterator[Hit]:
    """Candidates of `limits_each_cents` or `limits_total_cents`: value, sureness, page, box, label.

    Documents write `$1,000,000 each claim / $3,000,000 aggregate`, the words before the amounts or over them, or only the pair.
    """
    label = re.compile(limit_label(name), re.I)
    for page in pages:
        for index, segment in enumerate(page.segments):
            amounts = amounts_in(segment.text)
            if len(amounts) >= 2:
                yield from _pair(segment, amounts, page, name)
            for match in label.finditer(segment.text):
                nearest = _beside(segment, match, amounts)
                if nearest is not None:
                    yield _hit(segment, nearest, page, 0.97, match.group())
                    continue
                for other, fit in _neighbours(
                    page, index, segment.box if len(segment.text) <= 45 else segment.part(match.start(), match.end())[0]
                ):
                    found = amounts_in(other.text)
                    if found:
                        yield _hit(other, found[0], page, fit, match.group())
                        break


def _pair(segment: Segment, amounts: Sequence[Found], page: Page, name: str) -> Iterator[Hit]:
    """`1,000,000/3,000,000`: the smaller is for each claim."""
    first, second = amounts[0], amounts[1]
    between = segment.text[first.end : second.start]
    if len(between) > 40 or int(first.value) > int(second.value):
        return
    named = bool(_LIMITS.search(segment.text) or re.search(limit_label(name), segment.text, re.I))
    chosen = first if name == "limits_each_cents" else second
    yield _hit(segment, chosen, page, 0.96 if named else 0.85, "limits")


def _beside(segment: Segment, match: re.Match[str], amounts: Sequence[Found]) -> Found | None:
    """The amount right before or right behind the words, whichever is nearer."""
    near = []
    for amount in amounts:
        gap = amount.start - match.end() if amount.start >= match.end() else match.start() - amount.end
        if 0 <= gap <= 25:
            near.append((gap, amount))
    return min(near)[1] if near else None


def _neighbours(page: Page, index: int, label: Box) -> Iterator[tuple[Segment, float]]:
    line = page.segments[index].line
    tall = max(label.bottom - label.top, 0.006)
    on_line = [other for other in page.segments if other.line == line and other.box.left > label.right - 0.01]
    yield from ((other, 0.96) for other in on_line[:1])
    for other in page.segments:
        over = min(other.box.right, label.right) - max(other.box.left, label.left)
        gap = other.box.top - label.bottom
        if over > 0 and -0.4 * tall <= gap <= 2.6 * tall:
            yield other, 0.9
    yield from ((other, 0.9) for other in page.segments[:index] if other.line == line)


def _hit(segment: Segment, found: Found, page: Page, fit: float, label: str) -> Hit:
    box, letters = segment.part(found.start, found.end)
    return found.value, fit * found.sure * min(1.0, letters + 0.06), page.number, box, label.strip()
