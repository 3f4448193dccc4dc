"""How fast the whole plan is scheduled anew: the 85-task plan against sorting as many dates, in the same run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date

from infra.calendar import federal_calendar
from onboarding.plan.rules import TaskState, gate_targets, plan_tasks, schedule, traits_of
from onboarding.plan.states import TaskStatus
from onboarding.plan.template import load_template

SIGNED = date(2026, 11, 2)


def best_of(work: Callable[[], object], times: int = 50) -> float:
    """The shortest of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest


def main() -> None:
    """Print milliseconds and the ratio to the reference."""
    template, calendar = load_template(), federal_calendar()
    flags = dict.fromkeys(
        ("has_sud", "has_prior_vendor", "edi_change", "has_medicare", "has_auth_services", "facility"), True
    )
    planned = plan_tasks(template, "standard_3w", traits_of(flags, "OH"), SIGNED, calendar)
    gates = gate_targets(template, "standard_3w", SIGNED, calendar)
    states = [
        TaskState(
            code=task.code,
            gate=task.gate,
            status=TaskStatus.NOT_STARTED,
            duration_bd=task.duration_bd,
            planned_start=task.planned_start,
            planned_end=task.planned_end,
            depends_on=task.depends_on,
            started_on=None,
            finished_on=None,
        )
        for task in planned
    ]
    ours = best_of(lambda: schedule(states, date(2026, 11, 10), calendar, gates))
    dates = [task.planned_end for task in planned] * 100
    reference = best_of(lambda: sorted(dates))
    line = {
        "bench": "plan_schedule",
        "tasks": len(states),
        "ms": round(ours * 1000, 3),
        "ratio_to_sorting_8500_dates": round(ours / reference, 2),
    }
    print(
        f"plan_schedule: {len(states)} tasks in {ours * 1000:.2f} ms, {ours / reference:.1f}x sorting {len(dates)} dates"
    )
    print(json.dumps(line))


if __name__ == "__main__":
    main()
