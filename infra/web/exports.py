"""Tables that leave the product as CSV, harmless when a spreadsheet opens them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from flask import Response

from infra.spreadsheets import csv_lines


def csv_answer(filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file to download, in UTF-8, every cell defused."""
    return csv_download(filename, [csv_lines(chain([header], rows))])


def csv_download(filename: str, pieces: Iterable[str]) -> Response:
    """A CSV file to download whose pieces are made as they are sent."""
    response = Response(pieces, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
