"""Who issued a document, and for which state: boards, insurers, universities, agencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from integrations.reading.labels import issuer_patterns, issuer_words
from integrations.reading.page import Box, Page, Segment
from integrations.reading.states import state_code, states_in

Hit = tuple[str, float, int, Box, str]


def find_issuer(pages: Sequence[Page], kind: str) -> Iterator[Hit]:
    """Candidates of who issued it: what follows a label, or what is called as issuers of this kind are, higher on the page first."""
    patterns = issuer_patterns(kind)
    never = re.compile(issuer_words()[1], re.I)
    for page in pages[:2]:
        for index, segment in enumerate([*page.segments, *_wrapped_titles(page)]):
            for pattern, weight in patterns:
                for match in re.finditer(pattern, segment.text):
                    words = _trimmed(match.group())
                    if len(words) < 6 or never.search(words):
                        continue
                    box, letters = segment.part(match.start(), match.end())
                    high = 1.0 - 0.25 * segment.box.top
                    told = 1.1 if _told(page, index, segment, match.start()) else 1.0
                    yield _in_capitals(words), weight * high * told * letters, page.number, box, "issuer"


def _wrapped_titles(page: Page) -> Iterator[Segment]:
    """Two lines of a title as one: names of boards are long and break."""
    for first, second in pairwise(page.segments):
        if first.box.top > 0.45:
            return
        tall, taller = first.box.bottom - first.box.top, second.box.bottom - second.box.top
        alone = second.line == first.line + 1 and abs(sum(first.box[::2]) - sum(second.box[::2])) < 0.08
        if alone and 0.6 < taller / max(tall, 1e-6) < 1.7 and second.box.top - first.box.bottom < 0.8 * tall:
            yield Segment((*first.words, *second.words), first.line)


def _told(page: Page, index: int, segment: Segment, start: int) -> bool:
    before = segment.text[:start] or (page.segments[index - 1].text if 0 < index < len(page.segments) else "")
    return bool(re.search(issuer_words()[0], before, re.I))


def _trimmed(words: str) -> str:
    words = (
        re.sub(
            r"\s+(?:certifies|hereby|has|this|that|is|in|on|to|of|and|for|the|License|Verification|NOTICE)\b.*$",
            "",
            words,
        )
        if len(words) > 60
        else words
    )
    words = re.sub(r"^(?:the|by|from|to|of|and|issued by|insurer|carrier|company)\s+", "", words, flags=re.I)
    return words.strip(" ,.-")


_SMALL = frozenset({"of", "and", "the", "for", "at"})


def _in_capitals(words: str) -> str:
    if not words.isupper():
        return words
    parts = [word.lower() if word.lower() in _SMALL else _word(word) for word in words.split()]
    return " ".join(parts)[:1].upper() + " ".join(parts)[1:]


def _word(word: str) -> str:
    return word if len(word) <= 3 and word in ("GBA", "CGS", "LLC", "WPS") else word.capitalize()


def find_state(pages: Sequence[Page], kind: str) -> Iterator[Hit]:
    """Candidates of the state that a document speaks for: in a label, in who issued it, else where it was sent to."""
    for page in pages[:2]:
        for index, segment in enumerate(page.segments):
            for start, end, code in states_in(segment.text):
                box, letters = segment.part(start, end)
                high = 1.0 - 0.3 * segment.box.top
                before, behind = segment.text[:start], segment.text[end : end + 60]
                yield code, _state_weight(before, behind, kind) * high * letters, page.number, box, "state"
            match = re.search(
                r"\bstate(?: of (?:licensure|issue|registration|license))?\s*:?\s*([A-Z]{2})\b", segment.text
            )
            told = state_code(match.group(1)) if match else None
            if match and told:
                box, letters = segment.part(match.start(1), match.end(1))
                yield told, 0.95 * letters, page.number, box, "state"
            elif re.fullmatch(r"(?i)\W*(?:license )?state(?: of \w+)?\W*", segment.text):
                yield from _under_label(page, index)


def _under_label(page: Page, index: int) -> Iterator[Hit]:
    label = page.segments[index]
    for other in page.segments[index + 1 : index + 9]:
        code = state_code(other.text)
        near = other.line == label.line or (
            abs(other.box.left - label.box.left) < 0.06 and other.box.top - label.box.bottom < 0.04
        )
        if code and near:
            yield code, 0.95 * other.words[0].confidence, page.number, other.box, "state"


def _state_weight(before: str, behind: str, kind: str) -> float:
    if re.search(r"(?:state|commonwealth) of\s*$", before, re.I):
        return 0.96
    if re.match(
        r"(?i)\s+(?:state )?(?:\w+,? (?:and )?){0,5}"
        r"(?:board|department|bureau|division|medicaid|driver|professional|license|bmv|controlled)",
        behind,
    ):
        return 0.95
    if re.match(r"[.,]?\s+\d{5}", behind):
        return 0.78 if kind in ("dea", "photo_id") else 0.5
    return 0.8 if kind == "photo_id" else 0.55
