"""How buckets and payers are written, made comparable: what a file, a person and the payer book call the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from credentialing.payers.book import normalized
from onboarding.ar.rules.totals import SCHEMES, bucket_labels

_NUMBERS = re.compile(r"\d{1,3}")


def bucket_label(text: str) -> str:
    """Return a bucket's name as the schemes write it: `31 to 60 days` is `31-60`, `Over 120` is `120+`.

    What is no bucket comes back as it is, without surrounding blanks.

    Source:
        Bucket schemes of EHR exports (reference.yaml, ar_import.bucket_schemes_seen).
    """
    words = text.strip().lower()
    numbers = _NUMBERS.findall(words)
    if words.startswith("current"):
        return "current"
    if len(numbers) == 2:
        return f"{int(numbers[0])}-{int(numbers[1])}"
    if len(numbers) == 1:
        if "<" in words or "under" in words:
            return f"0-{int(numbers[0])}"
        if "+" in words or ">" in words or "over" in words or "older" in words or "up" in words:
            return f"{int(numbers[0])}+"
    return text.strip()


def scheme_of(labels: Iterable[str]) -> str | None:
    """Return the scheme whose buckets these are, or None when they are no scheme's that we know.

    Source:
        Bucket schemes of EHR exports (reference.yaml, ar_import.bucket_schemes_seen).
    """
    wanted = {bucket_label(label) for label in labels if label.strip()}
    if not wanted:
        return None
    fitting = [name for name in SCHEMES if wanted <= set(bucket_labels(name))]
    return min(fitting, key=lambda name: len(bucket_labels(name))) if fitting else None


def payer_key(name: str) -> str:
    """Return what makes two spellings of a payer the same: its name in lower case, without punctuation and fillers.

    Two names that the source keeps apart stay apart, also when one company is behind both: only so can its totals be
    compared by payer. Which payer of the book is meant is another question.

    Source:
        Product rule: tie-out by payer, as the source lists them (domain.md 4.2).
    """
    return normalized(name)
