"""From the bytes of a file to its pages: a PDF's own text, or what is recognized in its pictures; Word documents by their text.

Bounded in pages, pixels and seconds. A page at a time, so that whoever calls can store what was read and go on later.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from PIL import Image

from integrations.pdf.reading import PdfFile, UnreadablePdf, hidden_content
from integrations.reading.imaging import UnreadablePicture, evenly_lit, frame_count, frames, preview_png
from integrations.reading.ocr import NoTesseract, has_tesseract, recognize
from integrations.reading.page import Box, Page, Word
from integrations.reading.taxpayer import LOOKS_UNSIGNED, looks_unsigned

MOST_PAGES = 60
RECOGNIZED_DPI = 210
_SHOWN_DPI = 120
_MOST_RENDERED_PIXELS = 12_000_000
_ENOUGH_LETTERS = 25
_DOCX_MOST_BYTES = 20 * 1024 * 1024
_DOCX_MOST_RATIO = 200

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = frozenset({"image/png", "image/jpeg", "image/tiff"})
READ_TYPES = frozenset({PDF, DOCX}) | PICTURES

Trouble = Literal["password", "damaged", "no_pages", "huge_page", "too_big", "macros", "no_ocr", "type", "blank"]


class Unreadable(Exception):
    """Nothing of the file can be read. `words` tell a person what is wrong, to be put behind the file's name."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble
        self.words = words


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page that was read, with a PNG of it as its boxes see it, none for a Word document; `notes` are what only the picture shows."""

    page: Page
    picture_png: bytes | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a file before its pages are read: how many there are, how many will be read, and what else it carries."""

    pages: int
    read: int
    notes: tuple[str, ...]


def outline(content: bytes, media_type: str) -> Outline:
    """Look at a file as a whole. Raises `Unreadable`."""
    if media_type == PDF:
        try:
            opened = PdfFile(content)
        except UnreadablePdf as error:
            raise _unreadable(error) from error
        count = opened.page_count
        opened.close()
        hidden = hidden_content(content)
        notes = (f"It carries {' and '.join(hidden)}; nothing of that was run.",) if hidden else ()
        return Outline(count, min(count, MOST_PAGES), notes + _too_many(count))
    if media_type == DOCX:
        _docx_parts(content)
        return Outline(1, 1, ())
    if media_type in PICTURES:
        try:
            count = frame_count(content)
        except UnreadablePicture as error:
            raise Unreadable("damaged", str(error)) from error
        return Outline(count, min(count, MOST_PAGES), _too_many(count))
    raise Unreadable(
        "type", "is of a type that cannot be read here; say what it is yourself, or send it as a PDF or JPEG"
    )


def _too_many(count: int) -> tuple[str, ...]:
    return (f"It has {count} pages; the first {MOST_PAGES} were read.",) if count > MOST_PAGES else ()


def read_pages(content: bytes, media_type: str, *, first: int = 1) -> Iterator[ReadPage]:
    """The pages from number `first` on, one by one, at most `MOST_PAGES` of the file. Raises `Unreadable`.

    A page of a scan on a machine without Tesseract raises `Unreadable` with "no_ocr"; one that takes too long comes out empty.
    """
    if media_type == PDF:
        yield from _pdf_pages(content, first)
    elif media_type == DOCX:
        yield ReadPage(_docx_page(content), None)
    elif media_type in PICTURES:
        try:
            for number, picture in enumerate(frames(content, most=MOST_PAGES), 1):
                if number >= first:
                    yield _recognized(picture, number)
        except UnreadablePicture as error:
            raise Unreadable("damaged", str(error)) from error
    else:
        raise Unreadable("type", "is of a type that cannot be read here")


def _pdf_pages(content: bytes, first: int) -> Iterator[ReadPage]:
    try:
        opened = PdfFile(content)
    except UnreadablePdf as error:
        raise _unreadable(error) from error
    try:
        for number in range(first, min(opened.page_count, MOST_PAGES) + 1):
            yield _pdf_page(opened, number)
    finally:
        opened.close()


def _pdf_page(opened: PdfFile, number: int) -> ReadPage:
    try:
        wide, high = opened.size(number - 1)
        own = [
            Word(box.text, Box(box.left, box.top, box.right, box.bottom), 0.99)
            for box in opened.words(number - 1)
            if 0 <= box.left < 1 and 0 <= box.top < 1 and box.right > box.left
        ]
        if _is_text(own):
            shown = opened.picture(number - 1, dots_per_inch=_SHOWN_DPI, most_pixels=_MOST_RENDERED_PIXELS)
            page = Page(number, round(wide * 2), round(high * 2), tuple(own), "text")
            notes = (LOOKS_UNSIGNED,) if looks_unsigned(page, shown) else ()
            return ReadPage(page, preview_png(shown), notes)
        picture = opened.picture(number - 1, dots_per_inch=RECOGNIZED_DPI, most_pixels=_MOST_RENDERED_PIXELS)
    except UnreadablePdf as error:
        if error.defect in ("huge_page", "damaged"):
            return ReadPage(Page(number, 100, 100, (), "none"), None)
        raise _unreadable(error) from error
    return _recognized(picture, number)


def _is_text(words: list[Word]) -> bool:
    """True when the page's own text is enough and lies upright; a stamp on a scan is not."""
    letters = sum(len(word.text) for word in words)
    long_words = [word for word in words if len(word.text) >= 5]
    upright = sum((word.box.right - word.box.left) > (word.box.bottom - word.box.top) * 0.7 for word in long_words)
    return letters >= _ENOUGH_LETTERS and upright * 2 >= len(long_words)


def _recognized(picture: Image.Image, number: int) -> ReadPage:
    if not has_tesseract():
        raise Unreadable(
            "no_ocr", "is a scan, and text in scans cannot be recognized on this server: tesseract-ocr is missing"
        )
    try:
        found = recognize(picture, number=number)
    except TimeoutError:
        return ReadPage(Page(number, picture.width, picture.height, (), "none"), preview_png(evenly_lit(picture)))
    except NoTesseract as error:
        raise Unreadable("no_ocr", "is a scan, and text in scans cannot be recognized on this server") from error
    return ReadPage(found.page, preview_png(found.picture))


def _unreadable(error: UnreadablePdf) -> Unreadable:
    advice = {
        "password": "is protected by a password. Take the password off and send it again",
        "cut_off": "was cut off on its way: its end is missing. Send it again",
        "damaged": "is damaged and does not open. Send it again, or print it to a new PDF",
        "no_pages": "has no pages. Send the file that has content",
    }
    trouble: Trouble = "damaged"
    if error.defect in ("password", "no_pages", "huge_page"):
        trouble = error.defect
    return Unreadable(trouble, advice.get(error.defect, str(error)))


def _docx_parts(content: bytes) -> bytes:
    """The text part of a Word document, after looking whether it is harmless. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Unreadable("macros", "carries macros. Save it as a PDF and send that")
            part = archive.getinfo("word/document.xml")
            if part.file_size > _DOCX_MOST_BYTES or part.file_size > _DOCX_MOST_RATIO * max(part.compress_size, 1):
                raise Unreadable("too_big", "unpacks to far more than its size. Save it as a PDF and send that")
            with archive.open(part) as stream:
                unpacked = stream.read(_DOCX_MOST_BYTES + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise Unreadable("damaged", "is damaged and does not open. Send it again, or save it as a PDF") from error
    if len(unpacked) > _DOCX_MOST_BYTES or b"<!DOCTYPE" in unpacked[:2048]:
        raise Unreadable("too_big", "unpacks to far more than its size. Save it as a PDF and send that")
    return unpacked


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _docx_page(content: bytes) -> Page:
    """All paragraphs of a Word document as the lines of one page: there is no picture of it, but its fields can be read."""
    try:
        root = ElementTree.fromstring(_docx_parts(content))  # noqa: S314 - no DOCTYPE, so no entities
    except ElementTree.ParseError as error:
        raise Unreadable("damaged", "is damaged and does not open. Send it again, or save it as a PDF") from error
    lines = []
    for paragraph in root.iter(f"{_W}p"):
        text = "".join(
            (node.text or "") if node.tag == f"{_W}t" else "   "
            for node in paragraph.iter()
            if node.tag in (f"{_W}t", f"{_W}tab", f"{_W}br")
        )
        if text.strip():
            lines.append(text[:400])
    words = []
    tall = 1 / max(len(lines), 60)
    for row, line in enumerate(lines[:2000]):
        for match in re.finditer(r"\S+", line):
            box = Box(match.start() / 400, row * tall, match.end() / 400, (row + 0.7) * tall)
            words.append(Word(match.group(), box, 0.99))
    return Page(1, 4000, max(len(lines), 60) * 14, tuple(words), "text" if words else "none")
