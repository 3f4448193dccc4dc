"""The only clock: every module asks here what time it is, so a test can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, timezone-aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def wall() -> datetime:
    """The real instant, also while the clock is held: for leases and due times, which other processes compare with their own clock."""
    return datetime.now(UTC)


def today(timezone: str = "America/New_York") -> date:
    """The calendar day in `timezone` (an IANA name; a clinic's day is what its people call today)."""
    return now().astimezone(ZoneInfo(timezone)).date()


@contextmanager
def freeze(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` (aware) inside the block. For tests and for the demo's history."""
    if instant.tzinfo is None:
        raise ValueError("a frozen instant must be timezone-aware")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
