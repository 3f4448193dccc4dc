"""Decisions about calls on plain values: what may leave, what an answer means, when to try again, when to stop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

RETRY_AFTER_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Seconds from each failed try to the next; after the last one it is given up."""
MAX_ATTEMPTS = len(RETRY_AFTER_S) + 1
MAX_ENDPOINTS = 10
MAX_LISTED = 200
PERSISTENT = timedelta(days=3)
KEPT = timedelta(days=90)
"""How long the log of deliveries is kept."""
OVERLAP_HOURS = 24
MAX_OVERLAP_HOURS = 7 * 24

Outcome = Literal["delivered", "failed", "gone"]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}|[A-Z]{2,12}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a call's answer means, and why in a sentence for the log."""

    outcome: Outcome
    why: str


def judge(status: int | None, failure: str = "") -> Verdict:
    """Judge an answer by its HTTP status; None when there was none, and `failure` says why.

    Source:
        Standard Webhooks specification, "Delivering webhooks": 2xx is success, 3xx is a failure, 410 ends the endpoint.
    """
    if status is None:
        return Verdict("failed", failure or "Nothing was answered.")
    if 200 <= status < 300:
        return Verdict("delivered", f"Answered {status}.")
    if status == 410:
        return Verdict("gone", "Answered 410: the receiver wants no more calls.")
    if 300 <= status < 400:
        return Verdict("failed", f"Answered {status}, a redirect; redirects are not followed. Enter the final address.")
    return Verdict("failed", f"Answered {status}.")


def next_try_in_s(failed_tries: int, *, retry_after_s: int | None = None, jitter: float = 0.0) -> int | None:
    """Seconds until the next try after so many failed ones; None when it is given up.

    `retry_after_s` is what the receiver asked for: it can put the next try off, by a day at most, never bring it nearer. `jitter`
    (0 to 1) spreads tries of many deliveries over a further fifth.

    Source:
        Standard Webhooks specification, "Retry schedule": at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h;
        `Retry-After` is honored.
    """
    if failed_tries > len(RETRY_AFTER_S):
        return None
    usual = RETRY_AFTER_S[failed_tries - 1]
    return max(usual + int(usual * 0.2 * jitter), min(retry_after_s or 0, 24 * 3600))


def is_persistent(failing_since: datetime | None, now: datetime, *, gave_up: bool) -> bool:
    """Tell whether an endpoint fails for good: a delivery was given up, and nothing has arrived there for three days.

    Source:
        Standard Webhooks specification, "Disabling failing endpoints": after repeated failure over days, with a notice.
    """
    return gave_up and failing_since is not None and now - failing_since >= PERSISTENT


def public_facts(fields: Sequence[str], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of an event's facts what may leave: declared fields whose value is an id, a day, an instant, a count, yes, no or a code.

    A value of any other form is left out, whatever its field is called. Lists are cut at 200.

    Source:
        Product rule (security.md 3.4): thin payloads, so that nothing protected leaves with a call.
    """
    return {name: _shown(facts[name]) for name in fields if name in facts and _is_plain(facts[name])}


def _shown(value: Any) -> Any:
    return list(value)[:MAX_LISTED] if isinstance(value, list | tuple) else value


def _is_plain(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    if isinstance(value, str):
        return bool(_UUID.fullmatch(value) or _DAY.fullmatch(value) or _CODE.fullmatch(value))
    return isinstance(value, list | tuple) and all(isinstance(each, str) and _is_plain(each) for each in value)


def live_secrets(current: str, previous: str | None, previous_until: datetime | None, now: datetime) -> list[str]:
    """The secrets that sign a call now: the current one, and the one before while a rotation overlaps.

    Source:
        Standard Webhooks specification, "Secret rotation": sign with both for as long as both are valid.
    """
    if previous is None or previous_until is None or now.astimezone(UTC) >= previous_until:
        return [current]
    return [current, previous]
