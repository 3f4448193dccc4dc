"""A license, whoever published it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal

from integrations.sourcefile import Layout

LICENSES = Layout(
    "the license table",
    (
        "STATE",
        "BOARD",
        "LICENSE_NUMBER",
        "LICENSE_TYPE",
        "LAST_NAME",
        "FIRST_NAME",
        "MIDDLE_NAME",
        "STATUS",
        "ISSUED_ON",
        "EXPIRES_ON",
        "CITY",
        "COUNTY",
        "DISCIPLINE",
    ),
)
"""The one layout into which every board's rows are put."""

Standing = Literal["active", "expired", "inactive", "restricted", "unknown"]


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """One license as a board has it. Dates are ISO 8601, empty when the board does not say; `status` is the board's own word."""

    state: str
    board: str
    number: str
    license_type: str
    last_name: str
    first_name: str
    middle_name: str = ""
    status: str = ""
    issued_on: str = ""
    expires_on: str = ""
    city: str = ""
    county: str = ""
    discipline: str = ""

    def fields(self) -> Sequence[str]:
        """The row in the layout `LICENSES`."""
        return astuple(self)


_WORDS: tuple[tuple[Standing, tuple[str, ...]], ...] = (
    ("restricted", ("suspend", "revok", "surrender", "probation", "restrict", "disciplin", "denied", "cancel")),
    ("expired", ("expired", "lapsed", "delinquent", "null and void")),
    ("inactive", ("inactive", "retired", "deceased", "not current", "closed", "escrow", "withdrawn", "voluntar")),
    ("active", ("active", "current", "clear", "good standing", "temporary", "renewed", "valid")),
)


def standing(status: str) -> Standing:
    """Return what a board's word for the state of a license means. The worst that the word holds counts."""
    words = re.sub(r"\s+", " ", status.strip().lower())
    return next((meaning for meaning, found in _WORDS if any(word in words for word in found)), "unknown")
