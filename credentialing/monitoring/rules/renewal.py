"""What is watched, which of several statements about it counts, and what a new end means for an old one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

BANDS = (
    ("lapsed", "Expired"),
    ("week", "Within 7 days"),
    ("month", "Within 30 days"),
    ("quarter", "Within 90 days"),
    ("later", "Within 120 days"),
    ("far", "Later"),
)
ENDED_STATUSES = frozenset({"revoked", "suspended", "expired"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an end: by a credential, an accepted document or the provider's file. `begins_on` when it was issued;
    `ended` true when the issuer took it back whatever its date.
    """

    source_kind: str
    source_id: UUID
    ends_on: date
    begins_on: date | None = None
    ended: bool = False
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing with an end, as it stands. Its `key` stays the same over renewals."""

    key: str
    provider_id: UUID | None
    kind: str
    label: str
    ends_on: date
    owes: str
    holds: bool
    source_kind: str
    source_id: UUID
    state: str | None = None
    payer_id: str | None = None
    payer_kinds: tuple[str, ...] = ()
    payer_exceptions: tuple[tuple[str, bool], ...] = ()
    renewed_from: date | None = None


def item_key(kind: str, provider_id: UUID | None, *, state: str | None = None, case_id: UUID | None = None) -> str:
    """Return the name under which a thing is watched: the same for each of its renewals.

    Source:
        Product rule: one license by kind, provider and state; one recredentialing by case.
    """
    parts = [kind, str(provider_id or "clinic"), state or "", str(case_id or "")]
    return ":".join(part for part in parts if part)


def best_claim(claims: Iterable[Claim], today: date) -> Claim | None:
    """Return the statement that counts: of those that the issuer did not take back the one that ends last; else, when all were
    taken back, the one of them that ends last, as ended before today.

    Source:
        Product rule: a renewal beside the old document replaces it; a suspended license is no license.
    """
    rows = list(claims)
    standing = [row for row in rows if not row.ended]
    if standing:
        return max(standing, key=lambda row: (row.ends_on, row.source_kind == "credential", str(row.source_id)))
    if not rows:
        return None
    last = max(rows, key=lambda row: (row.ends_on, str(row.source_id)))
    over = min(last.ends_on, today - timedelta(days=1))
    return Claim(last.source_kind, last.source_id, over, last.begins_on, True, last.is_primary)


def others_beside(claims: Iterable[Claim], best: Claim, today: date) -> list[Claim]:
    """Return the credentials that stand beside the one that counts and are renewed apart from it (an RN license beside the APRN
    license): they are told, but hold nothing. What ended a month ago is an old one that nobody renews.

    Source:
        Ohio Revised Code 4723.43 (an APRN license stands on an RN license); product rule for the month (confidence C).
    """
    gone = today - timedelta(days=30)
    return [
        row
        for row in claims
        if row.source_kind == "credential" and row.source_id != best.source_id and not row.ended and row.ends_on > gone
    ]


def restored_on(ended_on: date, begins_on: date | None) -> date | None:
    """Return the first day that counts again after a renewal that left a gap; None when it joins the old end without one.

    A renewal that names no first day, or the first day of the original license, joins: the board renewed without a break.

    Source:
        Product rule: services in a gap between two licenses stay held (confidence C; boards print the day of issue on a
        reinstated license).
    """
    return begins_on if begins_on is not None and begins_on > ended_on + timedelta(days=1) else None


def band_of(ends_on: date, today: date) -> str:
    """Return how near an end is: lapsed, week, month, quarter, later (within 120 days) or far.

    Source:
        Product rule: the groups of the expiry list.
    """
    days = (ends_on - today).days
    if days < 0:
        return "lapsed"
    for limit, name in ((7, "week"), (30, "month"), (90, "quarter"), (120, "later")):
        if days <= limit:
            return name
    return "far"


def when_words(ends_on: date, today: date) -> str:
    """Return how far away an end is: `in 12 days`, `today`, `3 days ago`.

    Source:
        Product rule: words of the expiry list; calendar days, because expiry runs over weekends.
    """
    days = (ends_on - today).days
    if days == 0:
        return "today"
    size = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"in {size}" if days > 0 else f"{size} ago"
