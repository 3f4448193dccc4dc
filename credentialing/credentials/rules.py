"""Which records are one and the same credential, which one stands for the provider, and when a CAQH profile is due again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CAQH_DAYS = 120
CAQH_DAYS_BY_STATE = {"IL": 180}
# A provider has one of these at a time, so a new number replaces the old one instead of standing beside it.
ONE_AT_A_TIME = frozenset({"caqh_profile", "medicare_ptan", "photo_id", "background_check", "cpr"})
# Where in the file a kind is kept; every other kind stands under "other".
SECTION_OF_KIND = {
    "state_license": "licenses",
    "dea": "dea",
    "cds": "dea",
    "board_cert": "boards",
    "malpractice_face": "malpractice",
    "caqh_profile": "numbers",
    "medicare_ptan": "numbers",
    "medicaid_id": "numbers",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A credential as it is compared. `order` counts up in the order in which they were entered."""

    id: str
    kind: str
    number: str
    state: str
    issuer: str
    is_primary: bool
    order: int


def comparable_number(number: str | None) -> str:
    """Return a number as it is compared: capitals and digits only, no leading zeros; `i.1200456` and `I1200456` are one.

    Source:
        License boards print prefixes with and without points and dashes (Ohio: `I.1200456`).
    """
    return re.sub(r"[^A-Z0-9]", "", (number or "").upper()).lstrip("0")


def same_credential(known: Iterable[Held], kind: str, *, number: str, state: str, issuer: str) -> str | None:
    """Return the id of the credential that a new statement speaks of; None when it is one that nobody has told us of.

    The number decides, within a state where both name one. A statement without a number speaks of the only one of its
    kind, state and issuer. Of what a provider has one at a time, it is always that one.

    Source:
        Product rule: a roster, a registry and a document that name the same license must not make three of it.
    """
    rows = [row for row in known if row.kind == kind]
    if kind in ONE_AT_A_TIME:
        return rows[0].id if rows else None
    wanted = comparable_number(number)
    in_state = [row for row in rows if not state or not row.state or row.state == state]
    if wanted:
        exact = [row for row in in_state if comparable_number(row.number) == wanted]
        if exact:
            return exact[0].id
        in_state = [row for row in in_state if not comparable_number(row.number)]
    named = [row for row in in_state if not issuer or not row.issuer or row.issuer.casefold() == issuer.casefold()]
    return named[0].id if len(named) == 1 else None


def primary_of(held: Sequence[Held], kind: str) -> str | None:
    """Return the id of the credential that stands for the provider: the one marked so, else the one entered first.

    Source:
        Product rule: lists and applications name one license; a person chooses another by marking it.
    """
    rows = sorted((row for row in held if row.kind == kind), key=lambda row: (not row.is_primary, row.order))
    return rows[0].id if rows else None


def section_of(kind: str) -> str:
    """Return the section of the file that a kind of credential stands in.

    Source:
        Product rule: the file's sections (issue 3, part 1).
    """
    return SECTION_OF_KIND.get(kind, "other")


def caqh_due_on(attested_on: date | None, state: str | None) -> date | None:
    """Return the day until which a CAQH attestation holds: 120 days, 180 in Illinois. None without an attestation.

    Source:
        caqh.org/solutions/caqh-proview-resources (re-attestation every 120 days; Illinois 180).
    """
    if attested_on is None:
        return None
    return attested_on + timedelta(days=CAQH_DAYS_BY_STATE.get((state or "").upper(), CAQH_DAYS))
