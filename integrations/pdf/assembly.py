"""Joining files into one PDF with an index, page numbers and bookmarks, and into a ZIP with a manifest.

What cannot become pages (a password, damage, a kind that is no picture and no PDF) is named in the index and lies in the ZIP as it
came: nothing is left out in silence.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Name, OutlineItem, Page, Pdf, Rectangle
from PIL import Image, ImageOps, UnidentifiedImageError

from integrations.pdf.appearance import TextBox, as_winansi, text_appearance
from integrations.pdf.typeset import typeset

MAX_PAGES = 1500
_MOST_PIXELS = 80_000_000
_LONGEST_SIDE = 2600
_JPEG_QUALITY = 85
_STAMP_WIDTH, _STAMP_HEIGHT = 420.0, 12.0
_PICTURE_PAGE = """
#show: sheet.with(title: data.title, margin: 1.2cm)
#set page(footer: none)
#for (number, file) in data.files.enumerate() {
  if number > 0 { pagebreak() }
  align(center + horizon, image(file, alt: data.title, fit: "contain", width: 100%, height: 100%))
}
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that goes into a packet. `group` is the heading under which index and bookmarks list it."""

    title: str
    filename: str
    content: bytes
    content_type: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """Where a part begins (pages count from 1) and how many pages it has; without pages `note` says why."""

    part: Part
    first_page: int | None
    pages: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The joined PDF, where each part is in it, and how many pages there are in all."""

    pdf: bytes
    placed: tuple[PlacedPart, ...]
    pages: int


Front = Callable[[Sequence[PlacedPart], int], bytes]
"""Makes the pages before the first part (cover, index) from where the parts are and the total number of pages."""


def first_pages(pdf: bytes, count: int) -> bytes:
    """The first `count` pages of a PDF that opens without a password, its form fields on them included."""
    with Pdf.open(BytesIO(pdf)) as opened:
        if len(opened.pages) <= count:
            return pdf
        del opened.pages[count:]
        out = BytesIO()
        opened.save(out, deterministic_id=True)
        return out.getvalue()


def as_pages(part: Part) -> tuple[Pdf | None, str]:
    """A part as a PDF of plain pages (forms drawn in, scripts and attachments gone); None and why when it cannot be one."""
    if part.content_type == "application/pdf":
        return _plain_pdf(part.content)
    if part.content_type.startswith("image/"):
        return _pictures(part)
    return None, "This kind of file has no pages; it is in the ZIP."


def _plain_pdf(content: bytes) -> tuple[Pdf | None, str]:
    try:
        opened = Pdf.open(BytesIO(content))
        if len(opened.pages) == 0:
            return None, "The PDF has no pages; it is in the ZIP."
        if len(opened.pages) > MAX_PAGES:
            return None, f"The PDF has more than {MAX_PAGES} pages; it is in the ZIP."
        if "/AcroForm" in opened.Root:
            opened.generate_appearance_streams()
        opened.flatten_annotations("print")
        for page in opened.pages:
            _still(page.obj)
        return opened, ""
    except pikepdf.PasswordError:
        return None, "Protected by a password, so it could not be joined; it is in the ZIP. Ask for a copy without one."
    except (pikepdf.PdfError, ValueError, KeyError, TypeError):
        return None, "The PDF is damaged, so it could not be joined; it is in the ZIP. Ask for it again."


def _still(page: Any) -> None:
    """Take everything that acts out of a page; links to addresses stay."""
    for key in ("/AA", "/B"):
        if key in page:
            del page[key]
    if "/Annots" in page:
        kept = [
            note
            for note in page["/Annots"]
            if note.get("/Subtype") == Name.Link and note.get("/A", {}).get("/S") == Name.URI
        ]
        del page["/Annots"]
        if kept:
            page["/Annots"] = pikepdf.Array(kept)


def _pictures(part: Part) -> tuple[Pdf | None, str]:
    files: dict[str, bytes] = {}
    try:
        with Image.open(BytesIO(part.content)) as picture:
            for number in range(min(getattr(picture, "n_frames", 1), 50)):
                picture.seek(number)
                if picture.width * picture.height > _MOST_PIXELS:
                    return None, "The picture is too large to be joined; it is in the ZIP."
                shown = ImageOps.exif_transpose(picture).convert("RGB")
                shown.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
                out = BytesIO()
                shown.save(out, "JPEG", quality=_JPEG_QUALITY)
                files[f"p{number}.jpg"] = out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None, "The picture cannot be shown here (HEIC or damaged); it is in the ZIP. Ask for a JPEG or PDF."
    pages = typeset(_PICTURE_PAGE, {"title": part.title, "files": list(files)}, pictures=files)
    return Pdf.open(BytesIO(pages)), ""


def assemble(
    parts: Sequence[Part],
    front: Front,
    *,
    title: str,
    author: str,
    stamp: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Assembled:
    """Join the parts behind the pages that `front` makes. `stamp` is written with the page number at the foot of each part's pages.

    `progress` is told how many parts are done, of how many.
    """
    ready: list[tuple[Part, Pdf | None, str]] = []
    for number, part in enumerate(parts):
        ready.append((part, *as_pages(part)))
        if progress is not None:
            progress(number + 1, len(parts))
    first, placed, total = _layout(ready, front)
    out = Pdf.open(BytesIO(first))
    front_pages = len(out.pages)
    for _, pages, _ in ready:
        if pages is not None:
            out.pages.extend(pages.pages)
    if stamp:
        for number in range(front_pages, total):
            _stamp(out, out.pages[number], f"{stamp}   {number + 1} / {total}")
    _bookmarks(out, placed, front_pages)
    with out.open_metadata(set_pikepdf_as_editor=False) as about:
        about["dc:title"], about["dc:creator"], about["pdf:Producer"] = title, [author], "Onpanel"
    out.docinfo["/Title"], out.docinfo["/Author"] = title, author
    if "/StructTreeRoot" in out.Root:
        # The tags of the front would claim to describe all pages.
        for key in ("/StructTreeRoot", "/MarkInfo"):
            if key in out.Root:
                del out.Root[key]
    made = BytesIO()
    out.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return Assembled(made.getvalue(), placed, total)


def _layout(ready: Sequence[tuple[Part, Pdf | None, str]], front: Front) -> tuple[bytes, tuple[PlacedPart, ...], int]:
    """Set the front until the pages that it names are the pages that there are: its own length moves them."""
    length = 1
    for _ in range(5):
        placed, at = [], length + 1
        for part, pages, note in ready:
            count = len(pages.pages) if pages is not None else 0
            placed.append(PlacedPart(part, at if count else None, count, note))
            at += count
        made = front(placed, at - 1)
        with Pdf.open(BytesIO(made)) as opened:
            found = len(opened.pages)
        if found == length:
            return made, tuple(placed), at - 1
        length = found
    raise ValueError("the front does not come to rest at one length")


def _stamp(pdf: Pdf, page: Page, text: str) -> None:
    left, bottom, right, _ = (float(edge) for edge in page.cropbox)
    if int(page.obj.get("/Rotate", 0)) % 360 or right - left < _STAMP_WIDTH:
        return
    drawn = text_appearance(pdf, TextBox(_STAMP_WIDTH, _STAMP_HEIGHT, size=7, align=2), as_winansi(text))
    page.add_overlay(drawn, Rectangle(right - _STAMP_WIDTH - 16, bottom + 6, right - 16, bottom + 6 + _STAMP_HEIGHT))


def _bookmarks(pdf: Pdf, placed: Sequence[PlacedPart], front_pages: int) -> None:
    with pdf.open_outline() as outline:
        outline.root[:] = [OutlineItem("Cover and index", 0)]
        groups: dict[str, OutlineItem] = {}
        for row in placed:
            if row.first_page is None:
                continue
            item = OutlineItem(row.part.title, row.first_page - 1)
            if not row.part.group:
                outline.root.append(item)
                continue
            if row.part.group not in groups:
                groups[row.part.group] = OutlineItem(row.part.group, row.first_page - 1)
                outline.root.append(groups[row.part.group])
            groups[row.part.group].children.append(item)


def plain_file_name(text: str, ending: str = "") -> str:
    """A file name that every system takes: letters, digits, dots, dashes."""
    stem = re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:80] or "file"
    return stem + ending


def zipped(packet: tuple[str, bytes], parts: Sequence[Part], about: dict[str, Any]) -> bytes:
    """The packet, every part as it came, and `manifest.json` with the SHA-256 and size of each file.

    The same files give the same bytes.
    """
    files = [packet]
    taken: set[str] = {packet[0]}
    for number, part in enumerate(parts, 1):
        stem, dot, ending = part.filename.rpartition(".")
        clean = f".{plain_file_name(ending)}" if dot and len(ending) <= 5 else ""
        name = f"files/{number:02d}-{plain_file_name(stem if dot else part.filename)}{clean}"
        assert name not in taken  # noqa: S101 - the number makes it so
        taken.add(name)
        files.append((name, part.content))
    titles = [about.get("title", "Packet"), *(part.title for part in parts)]
    rows = [
        {"file": name, "title": title, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for (name, content), title in zip(files, titles, strict=True)
    ]
    manifest = json.dumps(about | {"files": rows}, indent=2, ensure_ascii=False).encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("manifest.json", manifest), *files]:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()
