"""When the end of a license, an insurance or another right stops billing, for whom, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from infra.words import short_date


@dataclass(frozen=True, slots=True)
class Ending:
    """Something of a provider with an end. Empty `state`, `payer_id` and `payer_kinds` mean that its end concerns all of them.

    `holds` is whether billing stops after `ends_on`; `exceptions` are the payers for whom it is the other way. `restored_on` is
    the first day that counts again after a renewal that came late; None while there is none. `words` are said in place of the
    sentence about an expiry, and `release` in place of the one about a renewal, for what did not expire.
    """

    label: str
    ends_on: date
    state: str | None = None
    payer_id: str | None = None
    payer_kinds: tuple[str, ...] = ()
    holds: bool = True
    exceptions: tuple[tuple[str, bool], ...] = ()
    restored_on: date | None = None
    words: str = ""
    release: str = ""


def concerns(ending: Ending, *, payer_id: str, payer_kind: str, state: str) -> bool:
    """Say whether the end of it stops billing to this payer for services in this state.

    Source:
        42 CFR 424.516(a)(2) and 424.535(a)(1) (Medicare: state licensure is a condition of billing); 42 CFR 424.515
        (revalidation); a state's license authorizes practice in that state only; OAC 5160-1-17.2 (Ohio Medicaid).
    """
    if ending.payer_id is not None and ending.payer_id != payer_id:
        return False
    if ending.payer_kinds and payer_kind not in ending.payer_kinds:
        return False
    if ending.state is not None and ending.state != state:
        return False
    return dict(ending.exceptions).get(payer_id, ending.holds)


def lapsed(endings: Iterable[Ending], on: date) -> Ending | None:
    """Return what a service on this day lacks: the first of these that had ended before and was not restored by then.

    The last day itself still counts.

    Source:
        Product rule: the expiry date of a license, certificate or policy is its last valid day (confidence C).
    """
    over = [row for row in endings if row.ends_on < on and (row.restored_on is None or on < row.restored_on)]
    return min(over, key=lambda row: (row.ends_on, row.label), default=None)


def lapse_words(ending: Ending, on: date) -> str:
    """Return the reason of a hold for services of a day: `License expired on Nov 30 (OH).`, the state when it is for one.

    Source:
        Product rule: the hold list says why in one sentence (looks.md).
    """
    if ending.words:
        return ending.words
    where = f" ({ending.state})" if ending.state else ""
    return f"{ending.label} expired on {short_date(ending.ends_on, on)}{where}."
