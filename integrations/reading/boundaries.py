"""Where one document ends and the next begins in a file that somebody scanned as a stack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.reading.kinds import classify
from integrations.reading.page import Page

_PAGE_OF = re.compile(r"\bpage\s+(\d{1,2})\s*(?:of|/)\s*(\d{1,2})\b|(?<![\d/])(\d{1,2}) of (\d{1,2})(?![\d/])", re.I)
_SURE_START = 0.55


@dataclass(frozen=True, slots=True)
class Part:
    """Pages `first` to `last`, counted from 1, that seem to be one document, of which kind, and how sure that is."""

    first: int
    last: int
    kind: str | None
    confidence: float
    because: str


def propose_parts(pages: Sequence[Page]) -> list[Part]:
    """The parts of a file, at least one. A person confirms them; nothing is cut by itself.

    A page begins a document when it says that it is page 1, or when by itself it is surely of another kind than the part before;
    it belongs to the part before when it says that it is page 2 or later, or when it says little.
    """
    starts: list[tuple[int, str]] = []
    current: str | None = None
    for page in pages:
        guess = next(iter(classify([page], most=1)), None)
        sure_kind = guess.kind if guess and guess.confidence >= _SURE_START else None
        numbered = _page_number(page)
        if not starts:
            starts.append((page.number, ""))
            current = sure_kind
        elif numbered == 1:
            starts.append((page.number, "it says that it is page 1"))
            current = sure_kind
        elif numbered is not None or page.is_blank or sure_kind is None:
            continue
        elif sure_kind != current or _same_title(pages, starts[-1][0], page):
            words = " and ".join(guess.because[:2]) if guess else ""
            starts.append((page.number, f"it says {words}"))
            current = sure_kind
    return [_part(pages, first, _last(starts, index, pages), because) for index, (first, because) in enumerate(starts)]


def _last(starts: Sequence[tuple[int, str]], index: int, pages: Sequence[Page]) -> int:
    return starts[index + 1][0] - 1 if index + 1 < len(starts) else pages[-1].number


def _part(pages: Sequence[Page], first: int, last: int, because: str) -> Part:
    guess = next(iter(classify([page for page in pages if first <= page.number <= last], most=1)), None)
    return Part(first, last, guess.kind if guess else None, guess.confidence if guess else 0.0, because)


def _page_number(page: Page) -> int | None:
    for match in _PAGE_OF.finditer(page.text):
        number, total = (int(part) for part in match.groups() if part)
        if 1 <= number <= total and total > 1:
            return number
    return None


def _same_title(pages: Sequence[Page], first: int, page: Page) -> bool:
    """True when the page begins with the very title of the part before: the next card of the same kind."""
    before = next(other for other in pages if other.number == first)
    return bool(_title(page)) and _title(page) == _title(before)


def _title(page: Page) -> str:
    return re.sub(r"\W+", "", page.segments[0].text.lower()) if page.segments else ""
