"""When an answer may be expected: the payer book's days, blended with the vendor's own outcomes, given what was already
waited.

A duration is a curve of three points (shortest, typical, longest) from the payer book. Own outcomes pull the curve
towards their quantiles with weight n / (n + 5). What was already waited cuts off the part of the curve that can no
longer happen. Days in which the clinic was asked to act do not count as waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt

from credentialing.enrollment.states import DECIDED, FINAL, EnrollmentState
from credentialing.payers.book import PanelDays
from infra.words import counted

# Own history counts as much as the book's default once there are this many outcomes.
PRIOR_WEIGHT = 5
STEPS = 100
# "Insurers may take up to 8 weeks to update their systems" (Headway help center; confidence B).
LONGEST_LOAD_DAYS = 56
# What follows a wait longer than any known: at least these days until an answer (product rule, confidence C).
OVERDUE_P50_DAYS, OVERDUE_P80_DAYS = 7, 21


@dataclass(frozen=True, slots=True)
class PredictionFacts:
    """What a prediction is made from. Outcomes are calendar days of finished enrollments like this one.

    `submitted_on` starts the panel clock, `decided_on` (approval or effective notice) the loading clock. `paused_days`
    were spent waiting on the clinic. `effective_on` is known once the payer said it. `prepare_days` is what is still
    needed before an unsent application goes out.
    """

    state: EnrollmentState
    panel_days: PanelDays
    load_lag_days: int
    submitted_on: date | None = None
    decided_on: date | None = None
    effective_on: date | None = None
    paused_days: int = 0
    prepare_days: int = 10
    panel_outcomes: Sequence[int] = ()
    load_outcomes: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """When the enrollment will be effective and when loaded (billable): the middle of the outcomes and the end of 80 %
    of them.
    """

    effective_p50: date
    effective_p80: date
    loaded_p50: date
    loaded_p80: date
    basis: str
    sample_size: int


def _default_curve(days: PanelDays) -> list[float]:
    low, middle, high = days.min_days, days.typical_days, days.max_days
    half = STEPS // 2
    rise = [low + (middle - low) * step / half for step in range(half)]
    return rise + [middle + (high - middle) * step / half for step in range(half + 1)]


def _own_curve(outcomes: Sequence[int]) -> list[float]:
    ordered = sorted(outcomes)
    curve: list[float] = []
    for step in range(STEPS + 1):
        place = step / STEPS * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        curve.append(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
    return curve


def blended_curve(days: PanelDays, outcomes: Sequence[int]) -> list[float]:
    """Return the quantiles 0 %, 1 % … 100 % of a duration: the book's, pulled towards own outcomes with weight n / (n +
    5).

    Source:
        domain.md 6.3 (blend of payer defaults and own history).
    """
    default = _default_curve(days)
    if not outcomes:
        return default
    weight = len(outcomes) / (len(outcomes) + PRIOR_WEIGHT)
    return [(1 - weight) * book + weight * own for book, own in zip(default, _own_curve(outcomes), strict=True)]


def _at(curve: Sequence[float], share: float) -> float:
    place = min(max(share, 0.0), 1.0) * STEPS
    below = min(int(place), STEPS - 1)
    return curve[below] + (curve[below + 1] - curve[below]) * (place - below)


def _share_below(curve: Sequence[float], days: float) -> float:
    if days < curve[0]:
        return 0.0
    for step in range(STEPS):
        if curve[step + 1] > days:
            return (step + (days - curve[step]) / (curve[step + 1] - curve[step])) / STEPS
    return 1.0


def remaining_days(curve: Sequence[float], waited: int) -> tuple[int, int]:
    """Return how many more days it takes, middle and 80 %, given that `waited` days have passed without an answer.

    Never less than one day; past the longest known case at least a week and three weeks.

    Source:
        Conditional quantiles of the blended curve; the part past the longest case is a product rule (confidence C).
    """
    gone = _share_below(curve, waited)
    if gone >= 1.0:
        return OVERDUE_P50_DAYS, OVERDUE_P80_DAYS
    middle = max(1, ceil(_at(curve, gone + 0.5 * (1 - gone)) - waited))
    return middle, max(middle, ceil(_at(curve, gone + 0.8 * (1 - gone)) - waited))


def _basis(facts: PredictionFacts, waited: int, overdue: bool) -> str:
    days = facts.panel_days
    parts = [
        f"Payer book: {days.min_days} to {days.max_days} days, typically {days.typical_days}; "
        f"loading about {counted(facts.load_lag_days, 'day')}."
    ]
    if facts.panel_outcomes:
        parts.append(f"Blended with {counted(len(facts.panel_outcomes), 'own outcome')}.")
    else:
        parts.append("No own outcomes yet.")
    if waited:
        parts.append(f"{counted(waited, 'day')} waited so far.")
    if facts.paused_days:
        parts.append(f"{counted(facts.paused_days, 'day')} on the clinic not counted.")
    if overdue:
        parts.append("Longer than any known case: ask the payer.")
    return " ".join(parts)


def predict(facts: PredictionFacts, today: date) -> Prediction | None:
    """Predict when an enrollment will be effective and loaded; None when nothing is to be expected.

    Nothing is expected of a final, refused or closed enrollment, of one that is loaded, and of one under revalidation.

    Source:
        domain.md 6.3; payer book for the defaults; clock without client-caused pauses as there.
    """
    silent = FINAL | {
        EnrollmentState.LOADED_VERIFIED,
        EnrollmentState.DENIED,
        EnrollmentState.CLOSED_PANEL,
        EnrollmentState.REVALIDATION_DUE,
    }
    if facts.state in silent:
        return None
    lag = facts.load_lag_days
    loading = PanelDays(min(1, lag), lag, max(LONGEST_LOAD_DAYS, lag))
    load_curve = blended_curve(loading, facts.load_outcomes)
    if facts.state in DECIDED:
        decided = facts.decided_on or today
        waited = max(0, (today - decided).days)
        load50, load80 = remaining_days(load_curve, waited)
        effective = facts.effective_on or max(decided, today)
        return Prediction(
            effective_p50=effective,
            effective_p80=effective,
            loaded_p50=max(effective, today + timedelta(days=load50)),
            loaded_p80=max(effective, today + timedelta(days=load80)),
            basis=_basis(facts, waited, _share_below(load_curve, waited) >= 1.0),
            sample_size=len(facts.load_outcomes),
        )
    curve = blended_curve(facts.panel_days, facts.panel_outcomes)
    start = today if facts.submitted_on else today + timedelta(days=facts.prepare_days)
    waited = max(0, (today - facts.submitted_on).days - facts.paused_days) if facts.submitted_on else 0
    panel50, panel80 = remaining_days(curve, waited)
    load50, load80 = remaining_days(load_curve, 0)
    spread = sqrt((panel80 - panel50) ** 2 + (load80 - load50) ** 2)
    middle = panel50 + load50
    return Prediction(
        effective_p50=start + timedelta(days=panel50),
        effective_p80=start + timedelta(days=panel80),
        loaded_p50=start + timedelta(days=middle),
        loaded_p80=start + timedelta(days=middle + ceil(spread)),
        basis=_basis(facts, waited, _share_below(curve, waited) >= 1.0),
        sample_size=len(facts.panel_outcomes),
    )
