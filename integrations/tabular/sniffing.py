"""How a file is written: workbook or text, its encoding and its delimiter, told from its first bytes."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import Literal

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read one file. `encoding` and `delimiter` are empty for a workbook."""

    kind: Literal["text", "workbook"]
    encoding: str
    delimiter: str


def sniff(head: bytes) -> Dialect:
    """Tell from the first bytes (64 KiB are plenty) how a table is written.

    A file that is not valid UTF-8 is taken for Windows-1252, which every byte string is with few exceptions.
    """
    if head.startswith(b"PK\x03\x04"):
        return Dialect("workbook", "", "")
    encoding = _encoding(head)
    text = head.decode(encoding, errors="replace")
    return Dialect("text", encoding, _delimiter(text))


def _encoding(head: bytes) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if len(head) >= 4:
        even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
        half = len(head[:2000]) // 2
        if odd > half * 0.6 and even < half * 0.2:
            return "utf-16-le"
        if even > half * 0.6 and odd < half * 0.2:
            return "utf-16-be"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as wrong:
        # A character cut in two by the end of the head is no proof against UTF-8.
        if wrong.start < len(head) - 3:
            return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best
