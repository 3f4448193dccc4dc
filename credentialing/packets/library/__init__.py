"""Forms that ship with the product, each with the map that a person checked; where they come from stands in PROVENANCE.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_W9 = "topmostSubform[0].Page1[0]."


@dataclass(frozen=True, slots=True)
class LibraryForm:
    """A form of ours: its file, which requirement it answers, its map, and how many of its pages go into a packet."""

    code: str
    name: str
    filename: str
    kind: str
    field_map: Mapping[str, Mapping[str, str]]
    kept_pages: int | None

    @property
    def content(self) -> bytes:
        """The file."""
        return files("credentialing.packets.library").joinpath(self.filename).read_bytes()


LIBRARY: dict[str, LibraryForm] = {
    "w9": LibraryForm(
        code="w9",
        name="IRS Form W-9 (Rev. 10-2018)",
        filename="fw9.pdf",
        kind="w9",
        field_map={
            f"{_W9}f1_1[0]": {"fact": "clinic.name"},
            f"{_W9}Address[0].f1_7[0]": {"fact": "location.street"},
            f"{_W9}Address[0].f1_8[0]": {"fact": "location.city_state_zip"},
            f"{_W9}f1_9[0]": {"fact": "payer.name"},
            f"{_W9}EmployerID[0].f1_14[0]": {"fact": "clinic.tin_first_2"},
            f"{_W9}EmployerID[0].f1_15[0]": {"fact": "clinic.tin_last_7"},
        },
        kept_pages=1,
    )
}


def map_for(field_names: frozenset[str]) -> LibraryForm | None:
    """The form of ours with exactly these fields, so that the same form uploaded by a clinic needs no mapping; None without."""
    for form in LIBRARY.values():
        known = set(form.field_map)
        if known <= field_names and len(field_names) < len(known) * 4:
            return form
    return None
