"""Fillable PDF forms (AcroForm): what fields a form has and where they are, and filling them so that every viewer shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

import pikepdf
from pikepdf import Dictionary, Name, Pdf, String

from integrations.pdf.appearance import TextBox, as_winansi, check_appearance, text_appearance

Kind = Literal["text", "checkbox", "radio", "choice", "signature"]
Problem = Literal["encrypted", "broken", "xfa", "flat", "too_big"]
MAX_PAGES = 60
MAX_FIELDS = 3000
# Bits of /Ff. Source: ISO 32000-1, tables 221, 226, 228 and 230 (bit n is 1 << n - 1).
_READ_ONLY, _REQUIRED, _MULTILINE, _RADIO, _BUTTON, _COMB = 1, 1 << 1, 1 << 12, 1 << 15, 1 << 16, 1 << 24
PROBLEM_WORDS: Mapping[str, str] = {
    "encrypted": "The file is protected by a password. Save it without one and send it again.",
    "broken": "The file is damaged: it cannot be opened as a PDF. Download it again from the payer.",
    "xfa": "This is an XFA form of Adobe LiveCycle, which only Adobe Reader can fill. Print it to PDF and fill it by hand, or "
    "ask the payer for a fillable PDF.",
    "flat": "The file has no fields that can be filled: it is a picture of a form. It can go into a packet as it is.",
    "too_big": f"The file has more than {MAX_PAGES} pages or {MAX_FIELDS} fields.",
}


class FormProblem(ValueError):
    """The file is no form that can be filled; `code` says why, the message what to do."""

    def __init__(self, code: Problem) -> None:
        super().__init__(PROBLEM_WORDS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class Box:
    """Where a widget is, in points from the top left corner of page `page` (0 is the first) as it is shown; `state` is what
    a radio button or checkbox there stands for."""

    page: int
    x: float
    y: float
    width: float
    height: float
    state: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field by its full name. `options` are the values of a choice or the states of a radio group; `label` is what the form
    itself calls it, else the text printed beside it."""

    name: str
    kind: Kind
    boxes: tuple[Box, ...]
    label: str = ""
    options: tuple[str, ...] = ()
    max_length: int | None = None
    is_comb: bool = False
    is_multiline: bool = False
    is_required: bool = False
    is_read_only: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class FormLayout:
    """The pages of a form (width and height in points as shown) and its fields in reading order."""

    pages: tuple[tuple[float, float], ...]
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A filled form. `too_long` names fields whose value had to be cut, `unknown` names that the form does not have,
    `refused` values that a choice or radio group does not offer."""

    pdf: bytes
    too_long: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class _Field:
    """The widgets of one full name and what they inherit."""

    name: str
    kind: Kind
    owner: Any
    flags: int
    widgets: list[tuple[int, Any]] = field(default_factory=list)


def _open(pdf: bytes) -> Pdf:
    try:
        opened = Pdf.open(BytesIO(pdf))
    except pikepdf.PasswordError as error:
        raise FormProblem("encrypted") from error
    except (pikepdf.PdfError, ValueError) as error:
        raise FormProblem("broken") from error
    if len(opened.pages) > MAX_PAGES:
        raise FormProblem("too_big")
    return opened


def inherited(node: Any, key: str) -> Any:
    """The value of `key` in a field or the nearest of its parents (ISO 32000-1, 12.7.3.1); None when none has it."""
    for _ in range(32):
        if node is None:
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _full_name(widget: Any) -> str:
    parts: list[str] = []
    node = widget
    for _ in range(32):
        if node is None:
            break
        if "/T" in node:
            parts.append(str(node["/T"]))
        node = node.get("/Parent")
    return ".".join(reversed(parts))


def _kind(kind: Any, flags: int) -> Kind | None:
    if kind == Name.Tx:
        return "text"
    if kind == Name.Ch:
        return "choice"
    if kind == Name.Sig:
        return "signature"
    if kind == Name.Btn and not flags & _BUTTON:
        return "radio" if flags & _RADIO else "checkbox"
    return None


def _fields(pdf: Pdf) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    for number, page in enumerate(pdf.pages):
        for widget in page.obj.get("/Annots", []):
            if not isinstance(widget, Dictionary) or widget.get("/Subtype") != Name.Widget:
                continue
            flags = int(inherited(widget, "/Ff") or 0)
            kind, name = _kind(inherited(widget, "/FT"), flags), _full_name(widget)
            if kind is None or not name:
                continue
            owner = widget if "/T" in widget else widget.get("/Parent", widget)
            found.setdefault(name, _Field(name, kind, owner, flags)).widgets.append((number, widget))
    if len(found) > MAX_FIELDS:
        raise FormProblem("too_big")
    return found


def _checked(pdf: Pdf) -> dict[str, _Field]:
    form = pdf.Root.get("/AcroForm")
    found = _fields(pdf) if form is not None else {}
    fillable = any(each.kind != "signature" for each in found.values())
    if form is not None and "/XFA" in form and (not fillable or bool(pdf.Root.get("/NeedsRendering"))):
        raise FormProblem("xfa")
    if not fillable:
        raise FormProblem("flat")
    return found


def _states(widget: Any) -> list[str]:
    """What a button can be beside off. Some forms name their off state otherwise; being pressed then has only the true ones."""
    drawings = widget.get("/AP", {})
    names = [_named(drawings.get(key)) for key in ("/N", "/D")]
    pressed = [name for name in names[0] if name in names[1]]
    return pressed or names[0]


def _named(drawing: Any) -> list[str]:
    if not isinstance(drawing, Dictionary) or isinstance(drawing, pikepdf.Stream):
        return []
    return [key.lstrip("/") for key in drawing.keys() if key != "/Off"]  # noqa: SIM118 - not a dict


def _shown_size(page: pikepdf.Page) -> tuple[float, float, float, float, int]:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    turn = int(inherited(page.obj, "/Rotate") or 0) % 360
    return left, bottom, right - left, top - bottom, turn


def _box(pdf: Pdf, number: int, widget: Any, state: str = "") -> Box:
    left, bottom, width, height, turn = _shown_size(pdf.pages[number])
    x1, y1, x2, y2 = (float(edge) for edge in widget["/Rect"])
    x1, x2, y1, y2 = min(x1, x2) - left, max(x1, x2) - left, min(y1, y2) - bottom, max(y1, y2) - bottom
    if turn == 90:
        return Box(number, y1, x1, y2 - y1, x2 - x1, state)
    if turn == 180:
        return Box(number, width - x2, y1, x2 - x1, y2 - y1, state)
    if turn == 270:
        return Box(number, height - y2, width - x2, y2 - y1, x2 - x1, state)
    return Box(number, x1, height - y2, x2 - x1, y2 - y1, state)


def _options(known: _Field) -> tuple[str, ...]:
    if known.kind == "choice":
        rows = inherited(known.owner, "/Opt") or []
        return tuple(str(row[0]) if isinstance(row, pikepdf.Array) else str(row) for row in rows)
    if known.kind == "radio":
        return tuple(dict.fromkeys(state for _, widget in known.widgets for state in _states(widget)))
    return ()


def _described(pdf: Pdf, known: _Field) -> FormField:
    value = inherited(known.owner, "/V")
    longest = inherited(known.owner, "/MaxLen")
    length = int(longest) if longest is not None and int(longest) > 0 else None
    return FormField(
        name=known.name,
        kind=known.kind,
        boxes=tuple(
            _box(pdf, number, widget, next(iter(_states(widget)), "") if known.kind in ("checkbox", "radio") else "")
            for number, widget in known.widgets
        ),
        label=re.sub(r"\s+", " ", str(inherited(known.owner, "/TU") or "")).strip()[:200],
        options=_options(known),
        max_length=length,
        is_comb=bool(known.flags & _COMB) and length is not None,
        is_multiline=bool(known.flags & _MULTILINE),
        is_required=bool(known.flags & _REQUIRED),
        is_read_only=bool(known.flags & _READ_ONLY),
        value="" if value is None else str(value).lstrip("/"),
    )


def read_form(pdf: bytes) -> FormLayout:
    """Describe the fields of a fillable PDF.

    Raises:
        FormProblem: encrypted, damaged, XFA only, without fields, or too big; the message says what to do.
    """
    opened = _open(pdf)
    try:
        fields = [_described(opened, known) for known in _checked(opened).values()]
        sizes = [_shown_size(page) for page in opened.pages]
    except (pikepdf.PdfError, TypeError, ValueError, KeyError) as error:
        if isinstance(error, FormProblem):
            raise
        raise FormProblem("broken") from error
    fields.sort(key=lambda each: (each.boxes[0].page, round(each.boxes[0].y / 6), each.boxes[0].x))
    return FormLayout(tuple((h, w) if turn in (90, 270) else (w, h) for _, _, w, h, turn in sizes), tuple(fields))


def fill_form(pdf: bytes, values: Mapping[str, str | bool]) -> FilledForm:
    """Fill fields by their full names and draw each, so that viewers need not.

    Text goes into text and choice fields (cut to the field's length), True or False into checkboxes, the name of a state into
    radio groups. The XFA copy of a hybrid form and usage rights are dropped: they would show the old values or refuse the file.

    Raises:
        FormProblem: as `read_form`.
    """
    opened = _open(pdf)
    known = _checked(opened)
    too_long: list[str] = []
    refused: list[str] = []
    for name, value in values.items():
        each = known.get(name)
        if each is None:
            continue
        if each.kind in ("text", "choice"):
            problem = _write(opened, each, "" if isinstance(value, bool) else value)
        else:
            problem = _tick(opened, each, value)
        if problem:
            (too_long if problem == "too_long" else refused).append(name)
    form = opened.Root.AcroForm
    for key in ("/XFA", "/NeedAppearances"):
        if key in form:
            del form[key]
    if "/Perms" in opened.Root:
        del opened.Root["/Perms"]
    out = BytesIO()
    opened.save(out, deterministic_id=True)
    unknown = tuple(name for name in values if name not in known)
    return FilledForm(out.getvalue(), tuple(too_long), unknown, tuple(refused))


def _write(pdf: Pdf, known: _Field, value: str) -> str:
    shown, problem = value, ""
    longest = inherited(known.owner, "/MaxLen")
    if known.kind == "text" and longest is not None and 0 < int(longest) < len(value):
        value = shown = value[: int(longest)]
        problem = "too_long"
    if known.kind == "choice":
        rows = inherited(known.owner, "/Opt") or []
        pairs = {str(r[0]): str(r[1]) for r in rows if isinstance(r, pikepdf.Array)} | {
            str(r): str(r) for r in rows if not isinstance(r, pikepdf.Array)
        }
        if value not in pairs and value and not known.flags & (1 << 18):
            return "refused"
        shown = pairs.get(value, value)
    known.owner["/V"] = String(value)
    for _, widget in known.widgets:
        widget["/AP"] = Dictionary(N=text_appearance(pdf, _text_box(widget, known), as_winansi(shown)))
    return problem


def _text_box(widget: Any, known: _Field) -> TextBox:
    x1, y1, x2, y2 = (float(edge) for edge in widget["/Rect"])
    comb = int(inherited(widget, "/MaxLen") or 0) if known.flags & _COMB and known.kind == "text" else 0
    drawn = inherited(widget, "/DA")
    size = re.search(r"([\d.]+)\s+Tf", str(drawn or ""))
    return TextBox(
        width=abs(x2 - x1),
        height=abs(y2 - y1),
        size=float(size.group(1)) if size else 0.0,
        align=int(inherited(widget, "/Q") or 0),
        cells=comb,
        is_multiline=bool(known.flags & _MULTILINE),
    )


def _tick(pdf: Pdf, known: _Field, value: str | bool) -> str:
    if known.kind == "signature":
        return "refused"
    wanted = "" if value is False or value == "" else None if value is True else str(value)
    offered = list(_each_state(known))
    if wanted is None:
        wanted = offered[0] if offered else "Yes"
    if wanted and offered and wanted not in offered:
        return "refused"
    known.owner["/V"] = Name("/" + wanted) if wanted else Name.Off
    for _, widget in known.widgets:
        states = _states(widget)
        if not states and known.kind == "checkbox":
            widget["/AP"] = Dictionary(N=Dictionary({"/" + (wanted or "Yes"): check_appearance(pdf, *_size(widget))}))
            states = [wanted or "Yes"]
        widget["/AS"] = Name("/" + wanted) if wanted and wanted in states else Name.Off
    return ""


def _each_state(known: _Field) -> Iterator[str]:
    for _, widget in known.widgets:
        yield from _states(widget)


def _size(widget: Any) -> tuple[float, float]:
    x1, y1, x2, y2 = (float(edge) for edge in widget["/Rect"])
    return abs(x2 - x1), abs(y2 - y1)
