"""Header names made comparable, and the search for the row that holds them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_NOT_WORD = re.compile(r"[^a-z0-9#+<>]+")
_HAS_LETTER = re.compile(r"[^\W\d_]")
_LOOKS_LIKE_VALUE = re.compile(r"[\s$()\d.,:/%+-]+")


def normalize(header: str) -> str:
    """Return a header in lower case, without punctuation, `#` read as "number".

    >>> normalize(" Lic. Exp ")
    'lic exp'
    """
    words = _NOT_WORD.sub(" ", header.replace("\ufeff", "").lower()).replace("#", " number ")
    return " ".join(words.split())


def find_header(rows: Sequence[Sequence[str]], known: Collection[str]) -> int | None:
    """Return the index of the header among the first rows of a file, or None.

    The first row with at least three known names wins; failing that the first row of three or more
    distinct texts without a value-like cell that is followed by a row with value-like cells.
    """
    for index, row in enumerate(rows):
        if len({normalize(cell) for cell in row} & set(known)) >= min(3, len(row)) > 1:
            return index
    for index, row in enumerate(rows[:-1]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) >= 3 and len(set(filled)) == len(filled) and all(map(_is_label, filled)):
            following = [cell for cell in rows[index + 1] if cell.strip()]
            if len(following) * 2 >= len(filled) and any(_LOOKS_LIKE_VALUE.fullmatch(c) for c in following):
                return index
    return None


def _is_label(cell: str) -> bool:
    return bool(_HAS_LETTER.search(cell)) or bool(re.fullmatch(r"\s*\d+\s*(-\s*\d+|\+)\s*", cell))
