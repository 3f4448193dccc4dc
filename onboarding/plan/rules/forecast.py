"""When each task and each gate will really be done, as things stand today.

A forward pass from the present (done tasks keep their real dates, open ones cannot begin before today, before their
planned start or before what they depend on), then a backward pass from go-live for the slack. Two clocks are kept
apart: what belongs to a gate after go-live never moves go-live, even where the template lets a task of the go-live part
follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil, sqrt

from infra.calendar import BusinessCalendar
from infra.words import counted
from onboarding.plan.rules.planning import GO_LIVE_TASK, GateTarget
from onboarding.plan.states import DONE, TaskStatus
from onboarding.plan.template import GO_LIVE_GATE

# Any business day long ago: positions are business days after it.
ORIGIN = date(2000, 1, 3)


@dataclass(frozen=True, slots=True)
class TaskState:
    """What the forecast must know of a task. `started_on` and `finished_on` are real dates."""

    code: str
    gate: str
    status: TaskStatus
    duration_bd: int
    planned_start: date
    planned_end: date
    depends_on: Sequence[str] = ()
    started_on: date | None = None
    finished_on: date | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """How far a duration may stray from its likely value: triangular between `low` and `high` times it.

    `z` is the quantile of the normal distribution at 80 %. The defaults are estimates until the vendor's own history
    replaces them (confidence C): tasks rarely take less than three quarters of the time and often up to twice.
    """

    low: float = 0.75
    high: float = 2.0
    z: float = 0.8416

    def variance(self, likely_bd: int) -> float:
        """Return the variance of a duration, in squared business days."""
        low, high = self.low * likely_bd, self.high * likely_bd
        square = low * low + likely_bd * likely_bd + high * high
        return (square - low * likely_bd - low * high - likely_bd * high) / 18

    def buffer_bd(self, variance: float) -> int:
        """Return how many business days past the likely end 80 % of outcomes lie."""
        return ceil(self.z * sqrt(variance)) if variance > 0 else 0


@dataclass(frozen=True, slots=True)
class TaskForecast:
    """When a task will start and end. `slack_days` (business days it may slip) is None when it is done."""

    forecast_start: date
    forecast_end: date
    slack_days: int | None
    on_critical_path: bool


@dataclass(frozen=True, slots=True)
class GateForecast:
    """When a gate will be reached. `status` is open, reached, late (p50 after the target) or at_risk: something has
    strayed from the plan and p80 lies after the target.
    """

    code: str
    label: str
    target_on: date
    p50: date
    p80: date
    status: str
    days_late: int
    open_codes: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """The forecast of a whole plan; `days_late` counts business days that go-live is forecast after its target."""

    tasks: Mapping[str, TaskForecast]
    gates: tuple[GateForecast, ...]
    go_live: GateForecast
    days_late: int
    critical_path: tuple[str, ...]


@dataclass(slots=True)
class _Pass:
    """Positions (business days after ORIGIN) of one calculation."""

    start: dict[str, int] = field(default_factory=dict)
    end: dict[str, int] = field(default_factory=dict)
    variance: dict[str, float] = field(default_factory=dict)
    length: dict[str, int] = field(default_factory=dict)


def _edges(tasks: Mapping[str, TaskState], rank: Mapping[str, int], live: int) -> dict[str, list[str]]:
    """Return what each task really waits for: without long-tail dependencies of the go-live part, with the go-live
    barrier.
    """
    edges: dict[str, list[str]] = {}
    for code, task in tasks.items():
        short = rank[task.gate] <= live
        edges[code] = [d for d in task.depends_on if d in tasks and not (short and rank[tasks[d].gate] > live)]
    if GO_LIVE_TASK in tasks:
        before = (code for code, task in tasks.items() if rank[task.gate] < live)
        edges[GO_LIVE_TASK] = list(dict.fromkeys([*edges[GO_LIVE_TASK], *before]))
    return edges


def _in_order(edges: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the tasks so that each comes after what it waits for.

    Raises:
        ValueError: They wait for each other in a circle.
    """
    waiting = {code: len(deps) for code, deps in edges.items()}
    followers: dict[str, list[str]] = {code: [] for code in edges}
    for code, deps in edges.items():
        for dep in deps:
            followers[dep].append(code)
    order = [code for code, count in waiting.items() if count == 0]
    for code in order:
        for follower in followers[code]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                order.append(follower)
    if len(order) != len(edges):
        raise ValueError(f"tasks wait for each other: {', '.join(sorted(set(edges) - set(order)))}")
    return order


def _forward(
    tasks: Mapping[str, TaskState],
    edges: Mapping[str, Sequence[str]],
    order: Sequence[str],
    today: date,
    calendar: BusinessCalendar,
    estimate: Estimate,
) -> _Pass:
    result = _Pass()
    cache: dict[date, int] = {}

    def at(day: date) -> int:
        if day not in cache:
            cache[day] = calendar.business_days_between(ORIGIN, day)
        return cache[day]

    now = at(today)
    for code in order:
        task, deps = tasks[code], edges[code]
        ready = max((result.end[dep] for dep in deps), default=0)
        start, end, left = _span(task, ready, now, at)
        result.start[code], result.end[code] = start, end
        # The chain that decides: the dependency that this task had to wait for, if it is still open.
        decisive = start if task.status in (TaskStatus.NOT_STARTED, TaskStatus.BLOCKED) else end
        driven = [d for d in deps if result.length[d] and result.end[d] == decisive] if left is not None else []
        before = max(driven, key=lambda d: result.variance[d], default=None)
        own = estimate.variance(left) if left else 0.0
        result.variance[code] = own + (result.variance[before] if before else 0.0)
        result.length[code] = 0 if left is None else 1 + (result.length[before] if before else 0)
    return result


def _span(task: TaskState, ready: int, now: int, at: Callable[[date], int]) -> tuple[int, int, int | None]:
    """Return start, end and the business days of work left (None when done) of one task."""
    planned_start = at(task.planned_start)
    if task.status in DONE:
        end = at(task.finished_on) if task.finished_on else min(at(task.planned_end), now)
        return min(at(task.started_on) if task.started_on else planned_start, end), end, None
    if task.status is TaskStatus.CLAIMED:
        end = max(now, ready)
        return min(at(task.started_on) if task.started_on else planned_start, end), end, 0
    if task.status is TaskStatus.IN_PROGRESS:
        start = min(at(task.started_on), now) if task.started_on else now
        likely = start + task.duration_bd
        # Overdue work is never expected earlier than the next business day.
        own_end = likely if likely >= now else now + 1
        return start, max(own_end, ready), own_end - now
    if task.status is TaskStatus.BLOCKED:
        start, left = max(now, ready), max(1, task.duration_bd)
        return start, start + left, left
    start = max(now, ready, planned_start)
    return start, start + task.duration_bd, task.duration_bd


def _slack(
    tasks: Mapping[str, TaskState],
    edges: Mapping[str, Sequence[str]],
    order: Sequence[str],
    short: Mapping[str, bool],
    result: _Pass,
) -> dict[str, int]:
    """Return how many business days each open task may slip before go-live slips (after go-live: before the plan's end
    does).
    """
    end = {side: max((result.end[code] for code in order if short[code] is side), default=0) for side in (True, False)}
    latest = {code: end[short[code]] for code in order}
    for code in reversed(order):
        if tasks[code].status in DONE:
            continue
        follows = tasks[code].status in (TaskStatus.NOT_STARTED, TaskStatus.BLOCKED)
        ready_by = latest[code] - (result.end[code] - result.start[code] if follows else 0)
        for dep in edges[code]:
            # The go-live part answers to go-live alone: what comes after it does not tighten its slack.
            if short[dep] == short[code]:
                latest[dep] = min(latest[dep], ready_by)
    return {code: latest[code] - result.end[code] for code in order if tasks[code].status not in DONE}


def _has_strayed(task: TaskState, end: int, calendar: BusinessCalendar) -> bool:
    return task.status is TaskStatus.BLOCKED or end > calendar.business_days_between(ORIGIN, task.planned_end)


def _gate_status(p50: date, p80: date, target_on: date, strayed: bool) -> str:
    """A plan that runs as planned is not called at risk, though it may have no reserve: something must have strayed
    from it.
    """
    if p50 > target_on:
        return "late"
    return "at_risk" if strayed and p80 > target_on else "open"


def _gates(
    tasks: Mapping[str, TaskState],
    rank: Mapping[str, int],
    gates: Sequence[GateTarget],
    result: _Pass,
    calendar: BusinessCalendar,
    estimate: Estimate,
) -> tuple[GateForecast, ...]:
    """Forecast each gate: it is reached when all tasks of it and of the gates before it are done."""
    forecasts: list[GateForecast] = []
    spread = 0
    for position, gate in enumerate(gates):
        held = [code for code, task in tasks.items() if rank[task.gate] <= position]
        open_codes = tuple(code for code in held if tasks[code].status not in DONE)
        real = [day for code in held if (day := tasks[code].finished_on) is not None]
        if open_codes:
            last = max(result.end[code] for code in held)
            chain = max((code for code in held if result.end[code] == last), key=lambda c: result.variance[c])
            spread = max(spread, last + estimate.buffer_bd(result.variance[chain]))
            p50, p80 = calendar.add_business_days(ORIGIN, last), calendar.add_business_days(ORIGIN, spread)
            basis = (
                f"Longest chain: {counted(result.length[chain], 'open task')}, each taking {estimate.low:g} to "
                f"{estimate.high:g} times its planned days. An estimate until enough own history is there."
            )
            strayed = any(_has_strayed(tasks[code], result.end[code], calendar) for code in open_codes)
            status = _gate_status(p50, p80, gate.target_on, strayed)
        else:
            p50 = p80 = max(real, default=gate.target_on)
            basis = "Reached: all tasks up to this gate are verified or skipped."
            status = "reached"
        late = max(0, calendar.business_days_between(gate.target_on, p50))
        forecasts.append(GateForecast(gate.code, gate.label, gate.target_on, p50, p80, status, late, open_codes, basis))
    return tuple(forecasts)


def schedule(
    tasks: Iterable[TaskState],
    today: date,
    calendar: BusinessCalendar,
    gates: Sequence[GateTarget],
    estimate: Estimate | None = None,
) -> Schedule:
    """Forecast a plan from its present state.

    Args:
        gates: All gates in order, with their targets (`gate_targets`); G5_go_live is among them.
        estimate: How far durations may stray; decides how far p80 lies behind p50.
    Raises:
        ValueError: Tasks wait for each other in a circle, or the go-live gate is missing.
    Source:
        Critical path method; spread by the variance of triangular durations along the deciding chain (PERT). Product
        rule: "two clocks" (design.md 2).
    """
    by_code = {task.code: task for task in tasks}
    rank = {gate.code: position for position, gate in enumerate(gates)}
    if GO_LIVE_GATE not in rank:
        raise ValueError(f"the gate {GO_LIVE_GATE} is missing")
    estimate = estimate or Estimate()
    live = rank[GO_LIVE_GATE]
    edges = _edges(by_code, rank, live)
    order = _in_order(edges)
    result = _forward(by_code, edges, order, today, calendar, estimate)
    short = {code: rank[task.gate] <= live for code, task in by_code.items()}
    slack = _slack(by_code, edges, order, short, result)
    days: dict[int, date] = {}

    def day(position: int) -> date:
        if position not in days:
            days[position] = calendar.add_business_days(ORIGIN, position)
        return days[position]

    forecasts = {
        code: TaskForecast(
            forecast_start=(None if task.status is TaskStatus.NOT_STARTED else task.started_on)
            or day(result.start[code]),
            forecast_end=(task.finished_on if task.status in DONE else None) or day(result.end[code]),
            slack_days=slack.get(code),
            on_critical_path=short[code] and slack.get(code) == 0,
        )
        for code, task in by_code.items()
    }
    gate_forecasts = _gates(by_code, rank, gates, result, calendar, estimate)
    critical = tuple(code for code in order if forecasts[code].on_critical_path)
    return Schedule(forecasts, gate_forecasts, gate_forecasts[live], gate_forecasts[live].days_late, critical)
