"""What is in somebody else's PDF: its pages, words with their boxes, pictures of pages, and parts of it as files of their own.

Nothing in the file is run: scripts and attachments are only named. Boxes are fractions of the page as it is shown, from its upper
left corner, so they fit any picture of the page.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

# It tells at every form with XFA that it fills the plain fields only, which is what is wanted here.
logging.getLogger("pypdfium2").setLevel(logging.ERROR)

POINTS_PER_INCH = 72
LONGEST_SIDE_POINTS = 14_400
"""A page of 200 inches: what ISO 32000-1 Annex C gives as the largest that readers need to support."""
_PASSWORD_NEEDED = 4
_MOST_CHARACTERS = 60_000
# soft and broken hyphens, and the kinds of dashes that stand inside numbers
_DASHES = dict.fromkeys((0x02, 0xAD, 0x2010, 0x2011, 0x2012), "-")

Defect = Literal["password", "damaged", "cut_off", "no_pages", "huge_page", "pages"]


class UnreadablePdf(Exception):
    """The file cannot be read as a PDF; `defect` says which way, the text says it to a person, after the file's name."""

    def __init__(self, defect: Defect, words: str) -> None:
        super().__init__(words)
        self.defect = defect


@dataclass(frozen=True, slots=True)
class TextBox:
    """A word and where it stands, in fractions of the shown page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class PdfFile:
    """An open PDF. Pages count from 0. Close it, or use `open_pdf`."""

    def __init__(self, content: bytes) -> None:
        self._file = _opened(content)
        self.page_count = len(self._file)
        if self.page_count < 1:
            self._file.close()
            raise UnreadablePdf("no_pages", "has no pages")
        self._fields = _field_values(content)
        if self._file.get_formtype():
            self._file.init_forms()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of the page as shown, in points. Raises `UnreadablePdf` for one that no reader need support."""
        width, height = self._file.get_page_size(number)
        if max(width, height) > LONGEST_SIDE_POINTS or min(width, height) < 1:
            inches = f"{width / POINTS_PER_INCH:.0f} × {height / POINTS_PER_INCH:.0f} inches"
            raise UnreadablePdf("huge_page", f"has a page {number + 1} of {inches}")
        return float(width), float(height)

    def words(self, number: int) -> list[TextBox]:
        """The words of the page's own text and of its filled form fields, in the order of the file; none for a scan."""
        page = self._page(number)
        try:
            return [*_page_words(page), *(_shown(box, page) for box in self._fields.get(number, []))]
        finally:
            page.close()

    def picture(self, number: int, *, dots_per_inch: int, most_pixels: int) -> Image.Image:
        """The page as a picture, its filled fields included; fewer dots when it would have more than `most_pixels`."""
        width, height = self.size(number)
        scale = dots_per_inch / POINTS_PER_INCH
        pixels = width * height * scale * scale
        if pixels > most_pixels:
            scale *= (most_pixels / pixels) ** 0.5
        page = self._page(number)
        try:
            bitmap = page.render(scale=scale, rev_byteorder=True)
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            return picture
        finally:
            page.close()

    def _page(self, number: int) -> Any:
        try:
            return self._file[number]
        except pypdfium2.PdfiumError as error:
            raise UnreadablePdf("damaged", f"has a page {number + 1} that is damaged") from error


@contextmanager
def open_pdf(content: bytes) -> Iterator[PdfFile]:
    """Open a PDF for reading. Raises `UnreadablePdf` for one with a password, cut off, damaged, or without pages."""
    opened = PdfFile(content)
    try:
        yield opened
    finally:
        opened.close()


def _opened(content: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise UnreadablePdf("password", "is protected by a password") from error
        if b"%%EOF" not in content[-2048:]:
            raise UnreadablePdf("cut_off", "was cut off: its end is missing") from error
        if _has_no_pages(content):
            raise UnreadablePdf("no_pages", "has no pages") from error
        raise UnreadablePdf("damaged", "is damaged and does not open") from error


def _has_no_pages(content: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(content)) as file:
            return len(file.pages) == 0
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        return "unable to find any pages" in str(error)


def _page_words(page: Any) -> Iterator[TextBox]:
    text_page = page.get_textpage()
    try:
        boxes: list[TextBox] = []
        letters: list[str] = []
        for letter, box in _characters(page, text_page):
            gap = boxes and not box.text and (box.left - boxes[-1].right) > 0.6 * (box.bottom - box.top)
            if letter.isspace() or gap:
                if letters:
                    yield _joined(letters, boxes)
                letters, boxes = [], []
            if not letter.isspace():
                letters.append(letter)
                boxes.append(box)
        if letters:
            yield _joined(letters, boxes)
    finally:
        text_page.close()


def _characters(page: Any, text_page: Any) -> Iterator[tuple[str, TextBox]]:
    place = pdfium.FS_RECTF()
    nothing = TextBox("", 0, 0, 0, 0)
    for index in range(min(text_page.count_chars(), _MOST_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
        letter = _DASHES.get(code) or (chr(code) if 0 < code < 0x110000 else " ")
        if letter.isspace() or not letter.isprintable():
            yield " ", nothing
            continue
        pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, place)
        yield letter, _shown((place.left, place.bottom, place.right, place.top, ""), page)


def _joined(letters: Sequence[str], boxes: Sequence[TextBox]) -> TextBox:
    return TextBox(
        "".join(letters),
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


_Raw = tuple[float, float, float, float, str]


def _shown(raw: _Raw, page: Any) -> TextBox:
    """A box in the file's points as fractions of the page as it is shown: cropped and turned."""
    crop_left, crop_bottom, crop_right, crop_top = page.get_cropbox()
    wide, high = max(crop_right - crop_left, 1e-6), max(crop_top - crop_bottom, 1e-6)
    left, right = (raw[0] - crop_left) / wide, (raw[2] - crop_left) / wide
    top, bottom = 1 - (raw[3] - crop_bottom) / high, 1 - (raw[1] - crop_bottom) / high
    for _ in range(int(page.get_rotation()) // 90 % 4):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return TextBox(raw[4], left, top, right, bottom)


def _field_values(content: bytes) -> dict[int, list[_Raw]]:
    """What is typed into the form fields of each page, word by word; readers draw it, but it is no part of the page's text."""
    found: dict[int, list[_Raw]] = {}
    try:
        with pikepdf.open(io.BytesIO(content)) as file:
            if "/AcroForm" not in file.Root:
                return {}
            for number, page in enumerate(file.pages):
                values = [word for widget in page.get("/Annots", []) for word in _widget_words(widget)]
                if values:
                    found[number] = values
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, RuntimeError):
        return found
    return found


def _widget_words(widget: Any) -> Iterator[_Raw]:
    if widget.get("/Subtype") != "/Widget":
        return
    holder = widget if "/V" in widget else widget.get("/Parent", {})
    value = holder.get("/V") if hasattr(holder, "get") else None
    if not isinstance(value, pikepdf.String):
        return
    text = str(value).strip()
    left, bottom, right, top = (float(number) for number in widget["/Rect"])
    if not text:
        return
    middle, half = (bottom + top) / 2, min((top - bottom) / 2, 5.0)
    step = min((right - left) / max(len(text), 1), half * 1.1)
    at = left + 2
    for word in text.split():
        yield (at, middle - half, at + step * len(word), middle + half, word)
        at += step * (len(word) + 1)


def hidden_content(content: bytes) -> list[str]:
    """What a PDF carries beside its pages, in words: scripts, attached files, commands that start programs. Nothing of it is run."""
    try:
        with pikepdf.open(io.BytesIO(content)) as file:
            root = file.Root
            names: Any = root.get("/Names", {})
            found = []
            actions = [root.get("/OpenAction"), root.get("/AA")]
            kinds = {str(action.get("/S")) for action in actions if isinstance(action, pikepdf.Dictionary)}
            if "/JavaScript" in names or "/JavaScript" in kinds or b"/JavaScript" in content:
                found.append("scripts")
            if "/EmbeddedFiles" in names:
                found.append("attached files")
            if "/Launch" in kinds or b"/Launch" in content:
                found.append("commands that start programs")
            return found
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        return []


def take_pages(content: bytes, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Cut pages out into files of their own; each range is its first and last page, counted from 1.

    Raises `UnreadablePdf` for a file that does not open and for pages that it does not have.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as file:
            return [_taken(file, first, last) for first, last in ranges]
    except pikepdf.PasswordError as error:
        raise UnreadablePdf("password", "is protected by a password") from error
    except pikepdf.PdfError as error:
        raise UnreadablePdf("damaged", "is damaged and does not open") from error


def _taken(file: pikepdf.Pdf, first: int, last: int) -> bytes:
    if not 1 <= first <= last <= len(file.pages):
        raise UnreadablePdf("pages", f"has {len(file.pages)} pages, not pages {first} to {last}")
    part = pikepdf.new()
    for page in list(file.pages)[first - 1 : last]:
        part.pages.append(page)
    out = io.BytesIO()
    part.save(out, deterministic_id=True)
    part.close()
    return out.getvalue()
