"""The text that is printed beside a form field, for fields whose own name says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.pdf.forms import Box, FormField, FormLayout
from integrations.pdf.reading import TextBox

_ABOVE, _BESIDE, _CLOSE, _WIDE, _TALL = 16.0, 220.0, 16.0, 12.0, 18.0
_MOST_WORDS = 12


def with_nearby_text(layout: FormLayout, words: Mapping[int, Sequence[TextBox]]) -> FormLayout:
    """The layout whose fields without a label have the words beside or above them as one; `words` are those of each page.

    Beside a tick box the text stands at the right, beside a text field at the left or on the line above.
    """
    fields = tuple(
        field if field.label or not field.boxes else replace(field, label=_nearby(field, layout, words))
        for field in layout.fields
    )
    return FormLayout(layout.pages, fields)


def _nearby(field: FormField, layout: FormLayout, words: Mapping[int, Sequence[TextBox]]) -> str:
    box = field.boxes[0]
    width, height = layout.pages[box.page]
    printed = [
        Box(
            box.page,
            word.left * width,
            word.top * height,
            (word.right - word.left) * width,
            (word.bottom - word.top) * height,
            word.text,
        )
        for word in words.get(box.page, ())
        if any(char.isalnum() for char in word.text)
    ]
    line = sorted((word for word in printed if _same_line(word, box)), key=lambda word: word.x)
    if field.kind in ("checkbox", "radio"):
        after = [word for word in line if 0 <= word.x - box.x - box.width < _BESIDE]
        return _text(next(iter(_chunks(after)), []))
    before = [word for word in line if 0 <= box.x - word.x - word.width < _BESIDE]
    left = next(reversed(_chunks(before)), [])
    close = bool(left) and box.x - left[-1].x - left[-1].width < _CLOSE
    if close and box.height < _TALL and len(_text(left)) > 3:
        return _text(left)
    return _text(_above(box, printed)) or _text(left)


def _above(box: Box, printed: Sequence[Box]) -> list[Box]:
    """The part of the nearest line above that stands over the field."""
    over = [word for word in printed if -2 <= box.y - word.y - word.height < _ABOVE]
    for low in sorted({round(word.y + word.height) for word in over}, reverse=True):
        line = sorted((word for word in over if abs(word.y + word.height - low) < 4), key=lambda word: word.x)
        for part in _chunks(line):
            if part[0].x < box.x + box.width and part[-1].x + part[-1].width > box.x:
                return part
    return []


def _chunks(line: Sequence[Box]) -> list[list[Box]]:
    """The words of a line, parted where a wide space is."""
    parts: list[list[Box]] = []
    for word in line:
        if parts and word.x - parts[-1][-1].x - parts[-1][-1].width < _WIDE:
            parts[-1].append(word)
        else:
            parts.append([word])
    return parts


def _same_line(word: Box, box: Box) -> bool:
    middle = word.y + word.height / 2
    return box.y - 2 <= middle <= box.y + box.height + 2


def _text(words: Sequence[Box]) -> str:
    return " ".join(word.state for word in words[:_MOST_WORDS])[:120]
