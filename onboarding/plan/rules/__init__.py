"""Decisions about a plan, on plain values: no clock, no session.

`planning` dates the template, `forecast` says when each task and gate will really be done, `gates` says what holds a
gate up and whom the clinic has waited on, `evidence` says which proof and which event finishes a task.

Dates are moments: a task that starts on business day 14 and takes one day ends on day 15, and what depends on it may
start on day 15. So a planned end is the day by which the work is done.
"""

from onboarding.plan.rules.evidence import completes, completes_by_document, evidence_for, needs_document
from onboarding.plan.rules.forecast import Estimate, GateForecast, Schedule, TaskForecast, TaskState, schedule
from onboarding.plan.rules.gates import GateCheck, Wait, actionable, can_reach_gate, hard_stops, turn_of, waits
from onboarding.plan.rules.planning import (
    GateTarget,
    PlannedTask,
    gate_targets,
    plan_tasks,
    suggest_variant,
    traits_of,
)

__all__ = [
    "Estimate",
    "GateCheck",
    "GateForecast",
    "GateTarget",
    "PlannedTask",
    "Schedule",
    "TaskForecast",
    "TaskState",
    "Wait",
    "actionable",
    "can_reach_gate",
    "completes",
    "completes_by_document",
    "evidence_for",
    "gate_targets",
    "hard_stops",
    "needs_document",
    "plan_tasks",
    "schedule",
    "suggest_variant",
    "traits_of",
    "turn_of",
    "waits",
]
