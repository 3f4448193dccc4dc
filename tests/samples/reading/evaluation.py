"""Reads samples and compares what was read with the truth: precision and recall by kind and by field."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from integrations.reading.fields import extract
from integrations.reading.files import read_pages
from integrations.reading.kinds import classify
from integrations.reading.labels import AMOUNTS, DATES
from tests.samples.reading.drawing import Drawn, Wording, draw
from tests.samples.reading.quality import degrade


@dataclass
class Result:
    """One file that was read: what it is, what was read, how long that took."""

    name: str
    kind: str
    quality: str
    truth: dict[str, str]
    read_kind: str | None
    kind_confidence: float
    read: dict[str, tuple[str, float]]
    seconds: float
    text: str = ""


def samples(wordings: Sequence[Wording], label: str) -> list[Drawn]:
    """Every wording once, each for another person."""
    return [
        draw(wording, seed=index, name=f"{label}-{index:02}-{wording.kind}") for index, wording in enumerate(wordings)
    ]


def seed_of(name: str, quality: str) -> int:
    """A number that belongs to a sample in a quality."""
    return int.from_bytes(hashlib.sha256(f"{name}/{quality}".encode()).digest()[:4], "big")


def read_sample(job: tuple[Drawn, str]) -> Result:
    """Degrade, read, classify, extract. Fields are extracted for the kind that was read, as the product does."""
    drawn, quality = job
    content, media_type = degrade(drawn.pdf, quality, seed=seed_of(drawn.name, quality))
    began = time.perf_counter()
    pages = [read.page for read in read_pages(content, media_type)]
    guess = next(iter(classify(pages)), None)
    fields = extract(pages, guess.kind) if guess else []
    took = time.perf_counter() - began
    read = {item.name: (item.value, item.confidence) for item in fields}
    text = "\n".join(page.text for page in pages)
    kind, sure = (guess.kind, guess.confidence) if guess else (None, 0.0)
    return Result(drawn.name, drawn.kind, quality, drawn.truth, kind, sure, read, took, text)


@dataclass
class Score:
    """Right, wrong (read otherwise) and missed (not read)."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was read, the share that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Of what is there, the share that was read right."""
        total = self.right + self.wrong + self.missed
        return self.right / total if total else 0.0


def same(name: str, said: str, truth: str) -> bool:
    """Whether a value is right: dates, amounts and numbers exactly (punctuation aside), names and issuers by their letters."""
    if name in DATES or name in AMOUNTS:
        return said == truth
    plain = [re.sub(r"[^a-z0-9]", "", text.lower()) for text in (said, truth)]
    if name == "holder_name":
        words = [set(re.findall(r"[a-z]{2,}", text.lower())) for text in (said, truth)]
        return words[0] == words[1]
    if name == "issuer":
        return plain[0] == plain[1] or (min(map(len, plain)) >= 12 and (plain[0] in plain[1] or plain[1] in plain[0]))
    return plain[0] == plain[1]


def by_kind(results: Iterable[Result]) -> dict[str, dict[str, float]]:
    """Precision and recall of the kind, with how many files there are of it."""
    results = list(results)
    rights, said, there = Counter(), Counter(), Counter()
    for result in results:
        there[result.kind] += 1
        said[result.read_kind] += 1
        rights[result.kind] += result.read_kind == result.kind
    return {
        kind: {
            "files": there[kind],
            "precision": rights[kind] / said[kind] if said[kind] else 0.0,
            "recall": rights[kind] / there[kind],
        }
        for kind in sorted(there)
    }


def by_field(results: Iterable[Result], *, at_least: float = 0.0) -> dict[str, Score]:
    """Scores of each field over all files; values below `at_least` count as not read."""
    scores: dict[str, Score] = defaultdict(Score)
    for result in results:
        for name, truth in result.truth.items():
            said, sure = result.read.get(name, ("", 0.0))
            score = scores[name]
            if not said or sure < at_least:
                score.missed += 1
                score.examples.append(f"{result.name}/{result.quality}: missed {truth!r}")
            elif same(name, said, truth):
                score.right += 1
            else:
                score.wrong += 1
                score.examples.append(f"{result.name}/{result.quality}: {said!r} ({sure:.2f}), it is {truth!r}")
    return dict(scores)
