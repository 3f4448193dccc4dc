"""What kind of credential document a text is: weighted words that speak for each kind, so that every answer can be explained.

The codes are those of the catalog of requirements. A word counts once, more in the upper part of the first page, where
documents say what they are. To teach a kind, add its words to `kinds.yaml` and look at `python -m tests.bench reading`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from integrations.reading.page import Page

_TOP = 0.4
_TOP_BONUS = 1.35
_LATER_PAGE = 0.4
_LEAST = 1.8


@cache
def _words(side: str) -> Mapping[str, tuple[tuple[re.Pattern[str], float], ...]]:
    """Patterns and weights by kind: those that speak `for` it, or those `against` it."""
    table = yaml.safe_load(files("integrations.reading").joinpath("kinds.yaml").read_text(encoding="utf-8"))
    return {
        kind: tuple((re.compile(pattern, re.I | re.M), float(weight)) for weight, pattern in sides.get(side, ()))
        for kind, sides in table.items()
    }


def known_kinds() -> tuple[str, ...]:
    """Codes of the kinds that can be recognized."""
    return tuple(_words("for"))


@dataclass(frozen=True, slots=True)
class KindGuess:
    """A kind, how sure we are from 0 to 1, and the words in the document that say so."""

    kind: str
    confidence: float
    because: tuple[str, ...]


def classify(pages: Sequence[Page], *, most: int = 3) -> list[KindGuess]:
    """The likeliest kinds, best first; empty when nothing speaks for any.

    The confidence grows with what speaks for the kind and with its lead over the next one; it is calibrated by the bench, not a
    probability by itself.
    """
    texts = _weighted_texts(pages)
    scored = sorted(((*_score(kind, texts), kind) for kind in known_kinds()), key=lambda item: -item[0])
    best = [(score, reasons, kind) for score, reasons, kind in scored if score > _LEAST]
    guesses = []
    for rank, (score, reasons, kind) in enumerate(best[:most]):
        rival = best[1][0] if rank == 0 and len(best) > 1 else (best[0][0] if rank else 0.0)
        guesses.append(KindGuess(kind, _sure(score, rival), reasons))
    return guesses


def _sure(score: float, rival: float) -> float:
    strength = 1 - math.exp(-score / 3.2)
    lead = 1 / (1 + math.exp(-(score - rival - 0.6) / 1.3))
    return round(min(0.99, strength * lead), 3)


def _weighted_texts(pages: Sequence[Page]) -> list[tuple[str, float]]:
    texts = []
    for index, page in enumerate(pages[:6]):
        top = "\n".join(part.text for part in page.segments if part.box.top < _TOP)
        rest = "\n".join(part.text for part in page.segments if part.box.top >= _TOP)
        flowing = " ".join(part.text for part in page.segments)
        share = 1.0 if index == 0 else _LATER_PAGE
        texts += [(top, _TOP_BONUS * share), (rest, share), (flowing, share)]
    return texts


def _score(kind: str, texts: Sequence[tuple[str, float]]) -> tuple[float, tuple[str, ...]]:
    score, reasons = 0.0, []
    for pattern, weight in _words("for")[kind]:
        best, words = 0.0, ""
        for text, share in texts:
            match = pattern.search(text)
            if match and share > best:
                best, words = share, " ".join(match.group().split())
        if best:
            score += weight * best
            reasons.append((weight * best, words))
    for pattern, weight in _words("against")[kind]:
        if any(pattern.search(text) for text, _ in texts):
            score -= weight
    reasons.sort(reverse=True)
    return score, tuple(dict.fromkeys(words for _, words in reasons[:4]))
