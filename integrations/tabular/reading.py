"""Records of a text table, streamed, each with the line it began on and its original text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from integrations.tabular.sniffing import Dialect
from integrations.tabular.workbook import MAX_FILE_BYTES, UnreadableFile, read_workbook

_CHUNK_BYTES = 64 * 1024
_HEAD_BYTES = 64 * 1024
_MAX_LINE_CHARACTERS = 256 * 1024
_MAX_LINES_IN_RECORD = 20
# str.splitlines would also break at characters such as U+0085, which inside a name are no line ends.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class ByteStream(Protocol):
    """Anything that bytes can be read from, front to back: a file, a response body, a pipe."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left when negative, nothing at the end."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the number of its first line (or sheet row), its text as it came, and its cells.

    `is_damaged` tells that a quotation mark was opened and never closed: only the one line was taken.
    """

    line_number: int
    original_text: str
    values: tuple[str, ...]
    is_damaged: bool = False


def read_records(stream: ByteStream, dialect: Dialect) -> Iterator[Record]:
    """Yield every record that has a filled cell. Reads forward only; the stream need not be seekable.

    Raises:
        UnreadableFile: a line is longer than 256 Ki characters, or a workbook is broken, locked or a bomb.
    """
    if dialect.kind == "workbook":
        for row_number, cells in read_workbook(_whole(stream)):
            yield Record(row_number, "\t".join(cells).rstrip("\t"), cells)
        return
    yield from _assemble(_lines(stream, dialect.encoding), dialect.delimiter)


def _whole(stream: ByteStream) -> bytes:
    content = bytearray()
    while len(content) <= MAX_FILE_BYTES and (chunk := stream.read(1024 * 1024)):
        content += chunk
    return bytes(content)


def _assemble(numbered: Iterable[tuple[int, str]], delimiter: str) -> Iterator[Record]:
    source = iter(numbered)
    waiting: deque[tuple[int, str]] = deque()
    while True:
        first = waiting.popleft() if waiting else next(source, None)
        if first is None:
            return
        number, text = first
        taken: list[tuple[int, str]] = []
        is_damaged = False
        while '"' in text and _is_open(text, delimiter):
            following = waiting.popleft() if waiting else next(source, None)
            if following is None or len(taken) >= _MAX_LINES_IN_RECORD:
                # Never closed: give the later lines back, so one stray mark costs one row, not the file.
                waiting.extendleft(reversed([*taken, following] if following else taken))
                text, is_damaged = first[1], True
                break
            taken.append(following)
            text += following[1]
        original = text.rstrip("\r\n")
        quoting = csv.QUOTE_NONE if is_damaged else csv.QUOTE_MINIMAL
        values = tuple(_cells(text.rstrip("\r\n"), delimiter, quoting))
        if any(values):
            yield Record(number, original, values, is_damaged)


def _cells(text: str, delimiter: str, quoting: int) -> list[str]:
    if quoting == csv.QUOTE_NONE or '"' not in text:
        return [cell.strip() for cell in text.split(delimiter)]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return [cell.strip() for cell in text.split(delimiter)]
    return [" ".join(cell.split()) for row in rows for cell in row]


def _is_open(text: str, delimiter: str) -> bool:
    """Tell whether a quoted cell is still open at the end of the text."""
    is_quoted, at_cell_start = False, True
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        if is_quoted:
            if character == '"':
                if text[position + 1 : position + 2] == '"':
                    position += 1
                else:
                    is_quoted = False
        elif character == '"' and at_cell_start:
            is_quoted, at_cell_start = True, False
        elif character in (delimiter, "\n", "\r"):
            at_cell_start = True
        else:
            at_cell_start = False
        position += 1
    return is_quoted


def _lines(stream: ByteStream, encoding: str) -> Iterator[tuple[int, str]]:
    wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding if wide else "latin-1")(errors="replace")
    tail, number = "", 0
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        tail += decoder.decode(chunk, final=not chunk)
        pieces = _LINE.findall(tail)
        # A lone CR at the very end may be half of CR LF, so it stays until more is read.
        tail = pieces.pop() if chunk and pieces else ""
        if len(tail) > _MAX_LINE_CHARACTERS:
            raise UnreadableFile(f"line {number + 1} is longer than {_MAX_LINE_CHARACTERS} characters")
        for piece in pieces:
            number += 1
            yield number, _clean(piece if wide else _text(piece.encode("latin-1"), encoding), number)
        if not chunk:
            return


def _text(line: bytes, encoding: str) -> str:
    for candidate in (encoding, "utf-8", "cp1252"):
        try:
            return line.decode(candidate)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _clean(line: str, number: int) -> str:
    # PostgreSQL stores no NUL character, and nobody means one.
    return (line.lstrip("\ufeff") if number == 1 else line).replace("\x00", "")


def read_head(stream: ByteStream) -> tuple[bytes, ByteStream]:
    """Read the first 64 KiB for `sniff`; return them and a stream that begins with them again."""
    head = b""
    while len(head) < _HEAD_BYTES and (chunk := stream.read(_HEAD_BYTES - len(head))):
        head += chunk
    return head, _Rejoined(head, stream)


class _Rejoined:
    """The bytes already read, then the rest of the stream."""

    def __init__(self, head: bytes, rest: ByteStream) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            everything, self._head = self._head + self._rest.read(), b""
            return everything
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        return self._rest.read(size)
