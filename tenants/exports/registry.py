"""Which lists can be exported. Filled when the capabilities' `exports.py` are imported."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from infra.db.loaded import modules_named
from infra.web.exports import set_export_note
from tenants.access.roles import Permission
from tenants.audit import record

Rows = Iterable[Sequence[object]]


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Export:
    """A list that can be exported.

    `name` stands in the address (`enrollment-cases`), `label` on the page. `rows` gets the filters of the request, those that
    `filters` names, as texts; it runs in the unit of work of whoever asks, so row-level security holds. Secret fields have no
    business in it. `is_offered` False: this clinic does not have that list at all.
    """

    name: str
    label: str
    permission: Permission
    columns: Sequence[str]
    rows: Callable[[Mapping[str, str]], Rows]
    filters: Sequence[str] = ()
    is_offered: Callable[[], bool] = _always


_declared: dict[str, Export] = {}


def declare_export(export: Export) -> Export:
    """Declare a list; called once when a capability's `exports.py` is imported. Raises `ValueError` when the name is taken."""
    if export.name in _declared:
        raise ValueError(f"export {export.name} is declared twice")
    _declared[export.name] = export
    return export


@cache
def _load() -> bool:
    for name in modules_named("exports"):
        if not name.startswith("infra."):
            importlib.import_module(name)
    return True


def all_exports() -> list[Export]:
    """Every declared list, by its label."""
    _load()
    return sorted(_declared.values(), key=lambda export: export.label)


def find_export(name: str) -> Export | None:
    """The list of this name; None when nobody declared one."""
    _load()
    return _declared.get(name)


def _note(name: str, form: str, rows: int) -> None:
    record(
        "list.exported",
        f"exported {name} as {form.upper()}, {rows} rows",
        subject_kind="export",
        facts={"name": name, "form": form, "rows": rows},
    )


set_export_note(_note)
