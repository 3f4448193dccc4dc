"""What runs out as the calendar page draws it: columns of weeks, groups of the list, and the days of a month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credentialing.monitoring.rules import BANDS, band_of
from credentialing.monitoring.services import WatchedLine
from credentialing.requirements.catalog import load_catalog
from infra.words import MONTHS, short_date

DAYS_AHEAD = 120
# Recredentialing begins 180 days ahead, a revalidation may be filed seven months ahead.
FAR_AHEAD = 400
KIND_GROUPS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("license", "Licenses", frozenset({"state_license", "board_cert"})),
    ("dea", "DEA", frozenset({"dea", "cds"})),
    ("insurance", "Malpractice", frozenset({"malpractice_face"})),
    ("caqh", "CAQH", frozenset({"caqh_profile", "attestation_release"})),
    ("agreements", "Agreements", frozenset({"collab_agreement", "supervision_agreement"})),
    (
        "payers",
        "Recredentialing",
        frozenset({"recredentialing", "medicare_revalidation", "medicare_ptan", "medicaid_id"}),
    ),
)
_NAMED = frozenset(kind for _, _, kinds in KIND_GROUPS for kind in kinds)
TONES = {"lapsed": "blocked", "week": "attention", "month": "attention", "quarter": "waiting", "later": "waiting"}


def kinds_of(group: str) -> frozenset[str]:
    """The kinds behind a filter of the page; none for all of them. `other` is what no other filter names."""
    if group == "other":
        return frozenset(load_catalog().documents) - _NAMED
    return next((kinds for name, _, kinds in KIND_GROUPS if name == group), frozenset())


@dataclass(frozen=True, slots=True)
class Week:
    """One column of the chart: what ends in these days, and how much of it holds billing. `x` and `width` are per cent."""

    first: date
    last: date
    total: int
    holding: int
    x: float
    width: float
    label: str
    month: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The next 120 days, week by week, after one column of what has ended already. `most` is the highest column."""

    weeks: Sequence[Week]
    most: int
    total: int
    holding: int


def chart_of(lines: Sequence[WatchedLine], today: date) -> Chart:
    """The columns of the next 120 days: what has ended first, then each week from today on."""
    ends = [today + timedelta(days=DAYS_AHEAD)]
    starts = [today + timedelta(days=offset) for offset in range(0, DAYS_AHEAD + 1, 7)]
    spans = [(date.min, today - timedelta(days=1))] + [
        (first, min(first + timedelta(days=6), ends[0])) for first in starts
    ]
    width = 100 / len(spans)
    weeks, shown = [], ""
    for at, (first, last) in enumerate(spans):
        inside = [line for line in lines if first <= line.item.ends_on <= last]
        # Each month is named under its first column; one that the next follows at once has no room for its name.
        month = "Past" if at == 0 else MONTHS[(first if at > 1 else first + timedelta(days=7)).month - 1]
        weeks.append(
            Week(
                first=first,
                last=last,
                total=len(inside),
                holding=sum(_may_hold(line) for line in inside),
                x=round(at * width, 3),
                width=round(width, 3),
                label="Expired" if at == 0 else f"{short_date(first, today)} to {short_date(last, today)}",
                month=month if month != shown and at != 1 else "",
            )
        )
        shown = month if at != 1 else shown
    return Chart(weeks, max([week.total for week in weeks], default=0), len(lines), sum(map(_may_hold, lines)))


def _may_hold(line: WatchedLine) -> bool:
    return line.item.holds or any(line.item.payer_exceptions.values())


@dataclass(frozen=True, slots=True)
class Band:
    """One group of the list: how near the ends are."""

    name: str
    title: str
    lines: Sequence[WatchedLine]


def bands_of(lines: Sequence[WatchedLine], today: date) -> list[Band]:
    """The list in groups, the expired ones first; empty groups are left out."""
    groups = [
        Band(name, title, [line for line in lines if band_of(line.item.ends_on, today) == name])
        for name, title in BANDS
    ]
    return [group for group in groups if group.lines]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month: what ends on it."""

    on: date
    is_inside: bool
    is_today: bool
    lines: Sequence[WatchedLine]


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, Sunday first, with the months before and after as `YYYY-MM`."""

    title: str
    weeks: Sequence[Sequence[Day]]
    before: str
    after: str


def month_days(year: int, month: int) -> tuple[date, date]:
    """The first and last day that a month's page shows: whole weeks from Sunday to Saturday."""
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    start = first - timedelta(days=(first.weekday() + 1) % 7)
    return start, last + timedelta(days=(5 - last.weekday()) % 7)


def month_of(year: int, month: int, lines: Collection[WatchedLine], today: date) -> Month:
    """The days of a month with what ends on each."""
    start, end = month_days(year, month)
    by_day: dict[date, list[WatchedLine]] = {}
    for line in lines:
        by_day.setdefault(line.item.ends_on, []).append(line)
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    cells = [Day(day, day.month == month, day == today, by_day.get(day, ())) for day in days]
    previous, following = date(year, month, 1) - timedelta(days=1), date(year, month, 28) + timedelta(days=5)
    return Month(
        title=f"{MONTHS[month - 1]} {year}",
        weeks=[cells[at : at + 7] for at in range(0, len(cells), 7)],
        before=f"{previous:%Y-%m}",
        after=f"{following:%Y-%m}",
    )
