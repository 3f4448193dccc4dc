"""Rows on their way into the database: written to a temporary file in PostgreSQL's COPY format, whatever their number."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

_MEMORY_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


class Spool:
    """Rows for one table. Filled once, then read in chunks; deleted when it is closed."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - closed by __exit__
        self.rows = 0

    def add(self, values: Sequence[Any]) -> None:
        """Add one row; None is NULL, bytes become bytea, everything else its text."""
        self._file.write(("\t".join(map(_field, values)) + "\n").encode())
        self.rows += 1

    def chunks(self) -> Iterator[bytes]:
        """The rows from the first one on, a quarter of a MiB at a time."""
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            yield chunk

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
