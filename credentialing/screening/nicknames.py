"""Given names that are forms of one another, read once from `nicknames.yaml`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("nicknames.yaml")


@lru_cache(maxsize=1)
def load_nicknames() -> Mapping[str, tuple[str, ...]]:
    """Each given name (capitals, letters only) with all names that may be the same person's: formal, short, and other short forms.

    Source:
        nicknames.yaml, facts of common usage in American English.
    """
    formal: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["names"]
    related: defaultdict[str, set[str]] = defaultdict(set)
    for name, short_forms in formal.items():
        family = {name, *short_forms}
        related[name] |= family
        for short in short_forms:
            related[short] |= family
    return {name: tuple(sorted(others - {name})) for name, others in related.items()}
