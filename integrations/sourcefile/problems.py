"""What can be wrong with a published file, each in a sentence that says what to look at."""

from __future__ import annotations

from collections.abc import Sequence


class SourceFileError(Exception):
    """A published file could not be fetched or is not what it was. The message is meant for people."""


class SourceDown(SourceFileError):
    """The publisher does not answer, or breaks off. Trying later may help."""


class SourceRefused(SourceFileError):
    """The publisher says that there is no such file, or that we may not have it. Trying again will not help."""


class FileTooLarge(SourceFileError):
    """The file is larger than any version of it could be."""


class BrokenFile(SourceFileError):
    """A row, an encoding or the archive is damaged. `line` counts from 1, the header included; 0 when no line is at fault."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class HeaderChanged(SourceFileError):
    """The publisher changed the columns. `missing`, `added` and `moved` name them."""

    def __init__(self, name: str, expected: Sequence[str], found: Sequence[str]) -> None:
        self.missing = tuple(column for column in expected if column not in found)
        self.added = tuple(column for column in found if column not in expected)
        both = [column for column in expected if column in found]
        order = [column for column in found if column in expected]
        self.moved = tuple(one for one, other in zip(both, order, strict=False) if one != other)
        parts = [
            f"{word} {', '.join(repr(column) for column in columns)}"
            for word, columns in (
                ("missing:", self.missing),
                ("new:", self.added),
                ("in another order:", self.moved if not (self.missing or self.added) else ()),
            )
            if columns
        ]
        if not parts:
            parts = [f"{len(found)} columns instead of {len(expected)}"]
        super().__init__(f"The header of {name} has changed; {'; '.join(parts)}.")
