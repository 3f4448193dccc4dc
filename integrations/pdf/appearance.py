"""How a filled field looks: the small drawings (appearance streams) that viewers show instead of drawing by themselves."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Pdf, Stream

_PAD = 2.0
_SMALLEST, _LARGEST = 4.0, 12.0
# Widths of the printable ASCII characters of Helvetica in thousandths. Source: Adobe Core 14 AFM, Helvetica.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
).split()
_WIDTH = {32 + number: int(width) for number, width in enumerate(_WIDTHS)}
_LETTERS_WITHOUT_PARTS = {
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "Ħ": "H",
    "ħ": "h",
    "ı": "i",
    "’": "'",
    "‘": "'",
    "−": "-",
}


@dataclass(frozen=True, slots=True)
class TextBox:
    """The space for a text: size in points, font size (0: as fits), alignment (0 left, 1 center, 2 right), comb cells (0: none)."""

    width: float
    height: float
    size: float = 0.0
    align: int = 0
    cells: int = 0
    is_multiline: bool = False


def as_winansi(text: str) -> bytes:
    """The text in the encoding of the standard fonts. Letters that they lack lose their marks, others become `?`."""
    out = bytearray()
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        for form in (char, _LETTERS_WITHOUT_PARTS.get(char, ""), unicodedata.normalize("NFKD", char)[:1]):
            try:
                if form:
                    out += form.encode("cp1252")
                    break
            except UnicodeEncodeError:
                continue
        else:
            out += b"?"
    return bytes(out)


def width_of(text: bytes, size: float) -> float:
    """The width in points of a text in Helvetica."""
    return sum(_WIDTH.get(char, 556) for char in text) * size / 1000


def _escaped(text: bytes) -> bytes:
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _wrapped(text: bytes, size: float, width: float) -> list[bytes]:
    lines: list[bytes] = []
    for paragraph in text.split(b"\n"):
        line = b""
        for word in paragraph.split(b" "):
            longer = line + b" " + word if line else word
            if line and width_of(longer, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _fitting(box: TextBox, text: bytes) -> tuple[float, list[bytes]]:
    size = box.size or min(_LARGEST, max(_SMALLEST, (box.height - 2) * 0.75))
    if box.is_multiline and not box.size:
        size = min(size, 10.0)
    width = box.width - 2 * _PAD
    while True:
        lines = _wrapped(text, size, width) if box.is_multiline else [text.replace(b"\n", b" ")]
        fits = all(width_of(line, size) <= width for line in lines)
        if (fits and len(lines) * size * 1.15 <= max(box.height, size * 1.15)) or size <= _SMALLEST:
            return size, lines
        size = max(_SMALLEST, size - 0.5)


def _start(box: TextBox, text: bytes, size: float) -> float:
    room = box.width - 2 * _PAD - width_of(text, size)
    return _PAD + (max(room, 0) / 2 if box.align == 1 else max(room, 0) if box.align == 2 else 0)


def _drawn(box: TextBox, text: bytes) -> bytes:
    if box.cells:
        cell = box.width / box.cells
        size = box.size or min(_LARGEST, cell * 1.2, box.height * 0.8)
        down = (box.height - size * 0.72) / 2
        return b"".join(
            b"1 0 0 1 %.2f %.2f Tm (%s) Tj\n"
            % (number * cell + (cell - width_of(char, size)) / 2, down, _escaped(char))
            for number, char in enumerate(bytes([code]) for code in text)
        ).join((b"/Helv %.2f Tf 0 g\n" % size, b""))
    size, lines = _fitting(box, text)
    first = box.height - size - 1 if box.is_multiline else (box.height - size * 0.72) / 2
    rows = (
        b"1 0 0 1 %.2f %.2f Tm (%s) Tj\n" % (_start(box, line, size), first - number * size * 1.15, _escaped(line))
        for number, line in enumerate(lines)
    )
    return b"/Helv %.2f Tf 0 g\n" % size + b"".join(rows)


def text_appearance(pdf: Pdf, box: TextBox, text: bytes) -> Stream:
    """The drawing of `text` (WinAnsi) inside its box: shrunk when it is too long, wrapped in a field of several lines, one
    character to a cell in a comb."""
    body = b"/Tx BMC q 0 0 %.2f %.2f re W n BT\n%sET Q EMC" % (
        box.width,
        box.height,
        _drawn(box, text) if text else b"",
    )
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    return _form(pdf, body, box.width, box.height, Dictionary(Font=Dictionary(Helv=font)))


def check_appearance(pdf: Pdf, width: float, height: float) -> Stream:
    """A check mark, for boxes whose form has no drawing of its own."""
    side = min(width, height)
    body = b"q %.2f w 1 J 1 j %.2f %.2f m %.2f %.2f l %.2f %.2f l S Q" % (
        max(side * 0.1, 0.8),
        *(width * 0.2, height * 0.5),
        *(width * 0.42, height * 0.22),
        *(width * 0.82, height * 0.8),
    )
    return _form(pdf, body, width, height, Dictionary())


def _form(pdf: Pdf, body: bytes, width: float, height: float, resources: Dictionary) -> Stream:
    return pdf.make_stream(
        body,
        Type=Name.XObject,
        Subtype=Name.Form,
        FormType=1,
        BBox=Array([0, 0, round(width, 2), round(height, 2)]),
        Resources=resources,
    )
