"""Five years of work without a hole: which months nobody has told us about, and whether their reason is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LOOKBACK_MONTHS = 60
EXPLAINED_OVER_MONTHS = 6
WRITTEN_OVER_MONTHS = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, counted so that months can be subtracted."""

    index: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month with this number (1 to 12) of a year."""
        return cls(year * 12 + month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written as `2024-03`. Raises `ValueError`."""
        year, month = text[:7].split("-")
        return cls.of(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.index // 12:04}-{self.index % 12 + 1:02}"

    @property
    def words(self) -> str:
        """The month as people read it: `Mar 2024`."""
        return f"{date(self.index // 12, self.index % 12 + 1, 1):%b %Y}"


@dataclass(frozen=True, slots=True)
class Span:
    """Months in which somebody worked or trained, both ends included. `ended` None: still there."""

    started: Month
    ended: Month | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody did not work in these months, both ends included, and whether it was given in writing."""

    started: Month
    ended: Month
    in_writing: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Months that no work covers. `needs` is `explained` or `written`; `is_settled` when the reason on file is enough."""

    started: Month
    ended: Month
    needs: str
    is_settled: bool

    @property
    def months(self) -> int:
        """How many months the gap has."""
        return self.ended.index - self.started.index + 1


def window(today: date, since: Month | None = None) -> tuple[Month, Month]:
    """Return the first and the last month that the history must cover: five years back, later when practice began later.

    Source:
        NCQA CR 3 (work history: five years, or since the initial license when that is less).
    """
    last = Month.of(today.year, today.month)
    first = Month(last.index - LOOKBACK_MONTHS)
    return (max(first, since) if since is not None else first), last


def uncovered(spans: Iterable[Span], first: Month, last: Month) -> list[tuple[Month, Month]]:
    """Return the runs of months from `first` to `last` that no span touches, in order.

    Source:
        NCQA CR 3 asks for month and year, so a job that ends in March and one that begins in April leave no gap.
    """
    runs: list[tuple[Month, Month]] = []
    at = first.index
    for span in sorted(spans, key=lambda span: span.started):
        if span.started.index > at:
            runs.append((Month(at), Month(min(span.started.index - 1, last.index))))
        at = max(at, (last if span.ended is None else span.ended).index + 1)
        if at > last.index:
            break
    if at <= last.index:
        runs.append((Month(at), last))
    return [(begin, end) for begin, end in runs if begin <= end]


def work_gaps(
    spans: Sequence[Span], reasons: Sequence[Reason], today: date, *, since: Month | None = None
) -> list[Gap]:
    """Return the gaps that need a reason: over 6 months explained, over 12 months in writing. Shorter ones need none.

    A reason counts for the months that it names; it settles a gap when it leaves no more than 6 of its months over. Months for
    which a reason was given do not make the gap shorter: what needs writing is decided by the whole gap.

    Args:
        spans: Work and training; overlapping and unordered ones are fine.
        reasons: Times without work that were explained.
        today: The last month that must be covered is this day's.
        since: The month in which practice began (first license); nothing is asked before.
    Source:
        NCQA CR 3 as in credential_requirements.yaml, psv_rules work_history: five years, gap_explain_months 6,
        gap_written_months 12 (confidence C for the limits); CV acceptable.
    """
    first, last = window(today, since)
    found = []
    for begin, end in uncovered(spans, first, last):
        months = end.index - begin.index + 1
        if months <= EXPLAINED_OVER_MONTHS:
            continue
        needs = "written" if months > WRITTEN_OVER_MONTHS else "explained"
        good = [reason for reason in reasons if reason.in_writing or needs == "explained"]
        told = [Span(reason.started, reason.ended) for reason in good]
        left = uncovered(told, begin, end)
        settled = all(stop.index - start.index + 1 <= EXPLAINED_OVER_MONTHS for start, stop in left) and bool(told)
        found.append(Gap(begin, end, needs, settled))
    return found
