"""Finds, in the bytes of a published list on their way to the database, the names that are more than plain capitals."""

from __future__ import annotations

import csv

from credentialing.screening.names import alias_keys
from credentialing.sources.catalog import Source, column_name

_BETWEEN = b'","'


class OddNames:
    """Fed with the file's bytes, it keeps every (last, first) that has further keys; nearly all rows pass with a glance at their bytes.

    A row that does not look like the publisher's usual quoted line is read as CSV. Rows of another width are the database's to refuse.
    """

    def __init__(self, source: Source) -> None:
        columns = [column_name(heading) for heading in source.layout.columns]
        last, first = source.names or (columns[0], columns[0])
        self._last, self._first = columns.index(last), columns.index(first)
        self._cuts = max(self._last, self._first) + 1
        self._encoding = source.layout.encoding
        self._folds_case = source.code != "leie"
        self._rest = b""
        self.found: set[tuple[str, str]] = set()

    def feed(self, chunk: bytes) -> None:
        """Look at the lines that this chunk completes."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        at, other, cuts = self._last, self._first, self._cuts
        for line in lines:
            parts = line.split(_BETWEEN, cuts)
            if len(parts) > cuts:
                last = parts[at][1:] if at == 0 else parts[at]
                if not last or (last.isalpha() and parts[other].isalpha()):
                    continue
            self._read(line)

    def close(self) -> None:
        """Look at what is left."""
        if self._rest.strip():
            self._read(self._rest)

    def _read(self, line: bytes) -> None:
        try:
            row = next(csv.reader([line.decode(self._encoding).rstrip("\r")]), [])
        except (UnicodeDecodeError, csv.Error):
            return
        if len(row) > max(self._last, self._first) and row[self._last]:
            self.found.add((row[self._last], row[self._first]))

    def raw(self, last: str, first: str) -> str:
        """The key under which the database finds the row itself."""
        return f"{last.upper()}|{first.upper()}" if self._folds_case else f"{last}|{first}"

    def aliases(self, known: frozenset[str]) -> list[tuple[str, str]]:
        """Pairs of a further key and the row's own, of names whose own key is not known yet."""
        pairs = []
        for last, first in sorted(self.found):
            raw = self.raw(last, first)
            if raw not in known:
                pairs += [(key, raw) for key in alias_keys(first, last) if key != raw]
        return pairs
