"""The rows of a roster that were not taken, as a file that can be corrected and sent again: for the page and for the API."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from credentialing.providers import rosters
from credentialing.providers.services import get_import
from credentialing.providers.services.rosters import rejects_of
from infra.db import unit_of_work
from infra.spreadsheets import csv_lines
from infra.web.exports import csv_download
from tenants.access.gate import actor, member
from tenants.documents.services import get_document


def rejects_answer(import_id: UUID) -> Response:
    """The rejected rows of an import with what is wrong with each, every cell defused. No unit of work may be open: the original
    file is read from the object store. Raises `NotFound`, `Unavailable`.
    """
    with unit_of_work(actor().scope_in(member())):
        found = get_import(import_id)
        object_key = get_document(found.document_id).object_key
        reasons = rejects_of([found.id], limit=rosters.MOST_ROWS)[found.id]
    lines: dict[int, str] = {}
    for reason in reasons:
        line = int(str(reason["line"]))
        lines[line] = "; ".join(filter(None, (lines.get(line), f"{reason['field']}: {reason['reason']}")))
    name = found.filename.rsplit(".", 1)[0]
    return csv_download(
        f"to correct - {name}.csv", (csv_lines([row]) for row in rosters.original_rows(object_key, lines))
    )
