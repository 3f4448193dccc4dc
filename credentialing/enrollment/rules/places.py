"""In which state a provider practices for a payer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from credentialing.payers.book import EVERYWHERE

_STATE_AND_ZIP = re.compile(r"\b([A-Z]{2})[ ,]+\d{5}(?:-\d{4})?\b")


def state_in(address: str | None) -> str | None:
    """Return the state before the ZIP code of an address, or None when there is none to be read.

    Source:
        USPS Publication 28, section 211: the last line is city, two-letter state and ZIP code.
    """
    found = _STATE_AND_ZIP.findall((address or "").upper())
    return found[-1] if found else None


def state_of_case(address: str | None, payer_states: Sequence[str], clinic_state: str) -> str:
    """Return the state whose license a case rests on: the location's; else the only one that the payer serves; else the clinic's.

    Source:
        Product rule: a payer enrolls a provider for a location; the license of that state counts there.
    """
    known = state_in(address)
    if known is not None:
        return known
    only = [state for state in payer_states if state != EVERYWHERE]
    return only[0] if len(only) == 1 and len(payer_states) == 1 else clinic_state
