"""The one way from a list's name in an address to its file."""

from __future__ import annotations

from flask import Response, request

from infra.problems import Forbidden, NotFound
from infra.web.exports import FORMS, Table, export_table
from tenants.access.gate import may
from tenants.exports.registry import Export, all_exports, find_export


def offered() -> list[Export]:
    """The lists that the person of this request may export in this clinic."""
    return [export for export in all_exports() if may(export.permission) and export.is_offered()]


def exported(name: str, form: str) -> Response:
    """The list `name` as a file of that form, narrowed by the filters in the query.

    Raises `NotFound` for a list or form that does not exist here, `Forbidden` for a list that the role may not see.
    """
    export = find_export(name)
    wanted = next((known for known in FORMS if known == form), None)
    if export is None or wanted is None or not export.is_offered():
        raise NotFound
    if not may(export.permission):
        raise Forbidden
    filters = {key: value for key, value in request.args.items() if key in export.filters and value}
    return export_table(Table(export.name, export.columns, export.rows(filters)), wanted)
