"""Tagged PDFs from a template and plain data. The data never becomes template source.

The library sets pages on threads of its own. A process that is forked after the first document has none of them and would wait
forever: whoever set something and needs another process starts it fresh (`spawn`).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

_PACKAGE = re.compile(r'"@[\w-]+/')
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.(png|jpg|svg)")

PRELUDE = """\
#let data = json(bytes(sys.inputs.data))
#let muted = rgb("#5B6573")
#let line-color = rgb("#C9CED6")
// The sheet of every document: `title` for its properties, `foot` at the left of each page's foot.
#let sheet(title: "", foot: "", margin: (x: 2.2cm, y: 2.2cm), body) = {
  set document(title: title)
  set page(paper: "us-letter", margin: margin, footer: context {
    set text(8.5pt, fill: muted)
    grid(columns: (1fr, auto), align: (left, right), foot,
      "Page " + str(here().page()) + " of " + str(counter(page).final().first()))
  })
  set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 10.5pt, lang: "en", region: "US")
  set par(leading: 0.62em, spacing: 1em)
  show heading.where(level: 1): set text(18pt, weight: 600)
  show heading.where(level: 2): set text(13pt, weight: 600)
  show heading: set block(above: 1.4em, below: 0.8em)
  set table(stroke: (x, y) => (bottom: 0.5pt + line-color), inset: (x: 4pt, y: 5pt), align: left)
  show table.cell.where(y: 0): set text(weight: 600)
  body
}
// Terms and values, one to a line: `facts((("Name", "Ana Ruiz"), ("NPI", "1234567893")))`.
#let facts(pairs) = grid(columns: (4.6cm, 1fr), row-gutter: 7pt, column-gutter: 10pt,
  ..pairs.map(pair => (text(fill: muted, pair.at(0)), [#pair.at(1)])).flatten())
// A table with a repeated header: `listing(("Code", "Words"), rows, columns: (auto, 1fr))`.
#let listing(header, rows, columns: auto) = table(
  columns: if columns == auto { header.len() } else { columns },
  table.header(..header.map(cell => [#cell])), ..rows.map(row => row.map(cell => [#cell])).flatten())
"""
"""What every template may use: `data`, the colors, `sheet`, `facts` and `listing`."""


class TypesetError(ValueError):
    """The template cannot be set: it is wrong, or the data lacks something that it uses."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # The fonts that come with the library, so that a document looks the same on every machine.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    pictures: Mapping[str, bytes] | None = None,
    made_at: datetime | None = None,
) -> bytes:
    """Set `template` (Typst source of ours) with `data` and return a tagged PDF.

    The template finds the data as `data` (JSON: text stays text, whatever it holds) and the helpers of `PRELUDE`; begin it
    with `#show: sheet.with(title: data.title)`. `pictures` are files by plain name ("page1.png"), used as
    `image("page1.png", alt: …)`. `made_at` is the moment in the PDF's properties, now when left out; the same input with
    the same moment gives the same bytes. Nothing is read from the network or from outside of `pictures`.

    Raises:
        TypesetError: the template is wrong, asks for a package, or uses what the data lacks.
    """
    if _PACKAGE.search(template):
        raise TypesetError("Templates may not import packages: documents are made without the network.")
    moment = (made_at or datetime.now(UTC)).astimezone(UTC)
    with tempfile.TemporaryDirectory(prefix="typeset-") as folder:
        for name, content in (pictures or {}).items():
            if not _NAME.fullmatch(name):
                raise TypesetError(f"{name} is not a plain name of a picture.")
            Path(folder, name).write_bytes(content)
        try:
            compiler = typst.Compiler(
                (PRELUDE + template).encode(),
                root=folder,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                package_path=folder,
                package_cache_path=folder,
            )
            made = compiler.compile(format="pdf", timestamp=int(moment.timestamp()), pdf_tags=True)
        except (typst.TypstError, RuntimeError) as error:
            raise TypesetError(str(error)) from error
    if not isinstance(made, bytes):
        raise TypesetError("The template makes no pages.")
    return made
