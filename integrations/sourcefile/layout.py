"""The layout that a published CSV file must have, and the reading that holds it to it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from integrations.sourcefile.problems import BrokenFile, HeaderChanged

_BOM = b"\xef\xbb\xbf"
_LONGEST_HEADER = 16 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """A publisher's CSV file: its name for people, its columns to the letter and in order, and its encoding."""

    name: str
    columns: tuple[str, ...]
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a whole file came to: data rows, and SHA-256 of its bytes in hexadecimal."""

    rows: int
    sha256: str


def check_header(path: Path, layout: Layout) -> int:
    """Return at which byte the data rows begin.

    Raises:
        HeaderChanged: the first line is not exactly the layout's columns.
        BrokenFile: there is no first line, or it is a web page.
    """
    with path.open("rb") as stream:
        line = stream.readline(_LONGEST_HEADER)
    if not line.endswith(b"\n"):
        raise BrokenFile(f"{layout.name} has no header line.", 1)
    text = line.removeprefix(_BOM)
    if text.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise BrokenFile(f"A web page came instead of {layout.name}.", 1)
    try:
        found = next(csv.reader([text.decode(layout.encoding).rstrip("\r\n")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise BrokenFile(f"The header of {layout.name} cannot be read.", 1) from error
    if tuple(found) != layout.columns:
        raise HeaderChanged(layout.name, layout.columns, found)
    return len(line)


def read_rows(path: Path, layout: Layout) -> Iterator[Sequence[str]]:
    """Yield the data rows, each exactly as wide as the header.

    Raises:
        HeaderChanged, BrokenFile: naming the line.
    """
    check_header(path, layout)
    width = len(layout.columns)
    with path.open(encoding=layout.encoding, errors="strict", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            next(reader)
            for row in reader:
                if len(row) != width:
                    raise BrokenFile(
                        f"Line {reader.line_num} of {layout.name} has {len(row)} fields instead of {width}.",
                        reader.line_num,
                    )
                yield row
        except UnicodeDecodeError as error:
            raise BrokenFile(
                f"Near line {reader.line_num + 1}, {layout.name} is not {layout.encoding} text.", reader.line_num + 1
            ) from error
        except csv.Error as error:
            raise BrokenFile(
                f"Near line {reader.line_num}, {layout.name} breaks off or has a stray quotation mark ({error}).",
                reader.line_num,
            ) from error


def check(path: Path, layout: Layout) -> FileFacts:
    """Read the whole file and return what it came to.

    Raises:
        HeaderChanged, BrokenFile: also when the last line is cut off, or when there is no row at all.
    """
    rows = sum(1 for _ in read_rows(path, layout))
    if rows == 0:
        raise BrokenFile(f"{layout.name} has a header and no rows.", 1)
    digest, last = hashlib.sha256(), b""
    with path.open("rb") as stream:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
            last = chunk[-1:]
    if last not in {b"\n", b"\r"}:
        raise BrokenFile(f"The last line of {layout.name} has no end: the file was cut off.", rows + 1)
    return FileFacts(rows, digest.hexdigest())
