"""Segments of X12 interchanges, streamed, with the delimiters that each ISA names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_BLOCK_BYTES = 256 * 1024
_MAX_ISA_BYTES = 512
_ISA_ELEMENTS = 16
_WHITE = b" \t\r\n\0\x1a"
_START = re.compile(rb"ISA([^A-Za-z0-9\s])")


class ByteStream(Protocol):
    """Anything that bytes can be read from, front to back."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; nothing at the end."""


class NotX12(ValueError):
    """No ISA segment stands where one must. `byte_offset` says where."""

    def __init__(self, message: str, byte_offset: int) -> None:
        super().__init__(message)
        self.byte_offset = byte_offset


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that an interchange separates with. `repetition` is empty before version 00402."""

    element: str
    component: str
    segment: str
    repetition: str


class Segment(NamedTuple):
    """One segment. `elements[0]` is its name, so `elements[4]` is what the standard calls the fourth element.

    `is_terminated` is False only for the last segment of a file that breaks off.
    """

    number: int
    offset: int
    elements: list[str]
    delimiters: Delimiters
    is_terminated: bool = True

    @property
    def id(self) -> str:
        """The segment's name, such as `CLP`."""
        return self.elements[0]

    def get(self, position: int) -> str:
        """Return an element without surrounding blanks, empty when the segment ends before it."""
        try:
            return self.elements[position].strip()
        except IndexError:
            return ""

    def components(self, position: int) -> list[str]:
        """Return the components of a composite element; an absent one gives `[""]`."""
        return self.get(position).split(self.delimiters.component)


def read_segments(stream: ByteStream) -> Iterator[Segment]:
    """Yield every segment of every interchange of a stream, reading forward only.

    Line breaks and blanks around segments are dropped. Text is UTF-8; what is not valid UTF-8 is read as Latin-1.

    Raises:
        NotX12: at the start when the file has no ISA, later when a segment does not end within 256 KiB.
    """
    buffer, start, base, number = b"", 0, 0, 0
    delimiters: Delimiters | None = None
    is_last = False
    while True:
        if not is_last and len(buffer) - start < _BLOCK_BYTES:
            more = stream.read(_BLOCK_BYTES)
            is_last = not more
            buffer, base, start = buffer[start:] + more, base + start, 0
            continue
        if delimiters is None:
            start, delimiters = _find_start(buffer, start, base, number)
        terminator = delimiters.segment.encode("latin-1")
        end, is_followed = _usable_end(buffer, start, terminator, is_last)
        for position, text in _pieces(buffer[start:end], terminator):
            number += 1
            yield Segment(number, base + start + position, text.split(delimiters.element), delimiters)
        if is_followed:
            delimiters = None
        elif is_last:
            if rest := buffer[end:].strip(_WHITE):
                position = base + buffer.index(rest, end)
                yield Segment(number + 1, position, _decode(rest).split(delimiters.element), delimiters, False)
            return
        elif end == start:
            raise NotX12(f"segment {number + 1} does not end within {_BLOCK_BYTES // 1024} KiB", base + start)
        start = end


def _find_start(buffer: bytes, position: int, base: int, number: int) -> tuple[int, Delimiters]:
    """Return where in the buffer the ISA begins, and the delimiters that it names."""
    if base + position == 0 and buffer.startswith(b"\xef\xbb\xbf"):
        position = 3
    while buffer[position : position + 1] and buffer[position] in _WHITE:
        position += 1
    found = _START.match(buffer, position)
    if found is None:
        raise NotX12(f"segment {number + 1} should be an ISA", base + position)
    isa = buffer[position : position + _MAX_ISA_BYTES]
    parts = isa.split(found[1], _ISA_ELEMENTS)
    # Some senders do not pad ISA's elements to their fixed widths, so its end is found by counting elements.
    if len(parts) <= _ISA_ELEMENTS or len(parts[_ISA_ELEMENTS]) < 2:
        raise NotX12("the ISA segment is too short to name its delimiters", base + position)
    component, segment = parts[_ISA_ELEMENTS][:1], parts[_ISA_ELEMENTS][1:2]
    if segment.isalnum() or segment in (found[1], component):
        raise NotX12("the ISA segment does not end in a segment terminator", base + position)
    repetition = parts[11].strip().decode("latin-1")
    return position, Delimiters(
        element=found[1].decode("latin-1"),
        component=component.decode("latin-1"),
        segment=segment.decode("latin-1"),
        repetition="" if repetition.isalnum() else repetition,
    )


def _usable_end(buffer: bytes, start: int, terminator: bytes, is_last: bool) -> tuple[int, bool]:
    """Return up to where the buffer can be split now, and whether another interchange begins there.

    Another ISA may come with other delimiters, so the buffer is cut before it, and only when all of that ISA is
    at hand.
    """
    limit = len(buffer) if is_last else len(buffer) - _MAX_ISA_BYTES
    pattern = re.compile(re.escape(terminator) + rb"[\s\0\x1a]*(?=ISA[^A-Za-z0-9\s])")
    following = pattern.search(buffer, start)
    if following is not None and following.end() <= limit:
        return following.end(), True
    return max(buffer.rfind(terminator, start, following.start() if following else limit) + 1, start), False


def _pieces(block: bytes, terminator: bytes) -> Iterator[tuple[int, str]]:
    """Split a block that ends in a terminator; yield each segment's position in it and its text."""
    position = 0
    if block.isascii() and terminator.isascii():
        for text in block.decode("ascii").split(terminator.decode("ascii")):
            trimmed = text.lstrip(" \t\r\n\0\x1a")
            if trimmed:
                yield position + len(text) - len(trimmed), trimmed.rstrip("\r\n")
            position += len(text) + 1
        return
    for piece in block.split(terminator):
        trimmed_bytes = piece.lstrip(_WHITE)
        if trimmed_bytes:
            yield position + len(piece) - len(trimmed_bytes), _decode(trimmed_bytes).rstrip("\r\n")
        position += len(piece) + 1


def _decode(piece: bytes) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("latin-1")
