"""A dated plan out of the template: which tasks this clinic has, and when each is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from infra.calendar import BusinessCalendar
from onboarding.plan.template import GO_LIVE_GATE, TRAITS, PlanTemplate, TaskTemplate

STANDARD_VARIANT = "standard_3w"
GO_LIVE_TASK = "T113"


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One task of a clinic's plan with its dates; `duration_bd` in business days."""

    code: str
    title: str
    workstream: str
    owner: str
    gate: str
    client_visible: bool
    planned_start: date
    planned_end: date
    depends_on: tuple[str, ...]
    proof: str
    hard_stop: str | None
    duration_bd: int


@dataclass(frozen=True, slots=True)
class GateTarget:
    """A gate and the day by which it should be reached. Gates come in order, each stands on those before it."""

    code: str
    label: str
    target_on: date


def traits_of(flags: Mapping[str, bool], state: str) -> frozenset[str]:
    """Return the traits that are true of a clinic; `state_oh` follows from its state.

    Raises:
        ValueError: A name in `flags` is not a trait.
    Source:
        Product rule: conditions of the template (domain.md 3.5, rule 1).
    """
    unknown = sorted(set(flags) - TRAITS)
    if unknown:
        raise ValueError(f"unknown traits: {', '.join(unknown)}")
    traits = {name for name, value in flags.items() if value and name != "state_oh"}
    return frozenset(traits | {"state_oh"} if state.upper() == "OH" else traits)


def suggest_variant(traits: Collection[str], provider_count: int) -> str:
    """Return the variant that fits a clinic: two weeks for a small one that keeps its EDI, four for a large or a
    facility.

    Source:
        Product rule: the labels of the variants in template.yaml.
    """
    if "facility" in traits or provider_count > 15:
        return "extended_4w"
    return "express_2w" if provider_count <= 5 and "edi_change" not in traits else STANDARD_VARIANT


def scaled_offset(offset_bd: int, go_live_bd: int, standard_bd: int) -> int:
    """Return a standard offset in a variant that goes live on `go_live_bd`.

    Up to go-live offsets are stretched or compressed in proportion: rounded down when compressed, up when stretched, so
    that a chain of tasks that fits the standard variant still fits. From go-live on they are only shifted: what comes
    after is paced by payers and by working days with the new biller, not by the speed of the project.

    Source:
        Product rule (estimate, confidence C).
    """
    if offset_bd >= standard_bd:
        return offset_bd - standard_bd + go_live_bd
    scaled = offset_bd * go_live_bd
    return scaled // standard_bd if go_live_bd <= standard_bd else -(-scaled // standard_bd)


def scaled_duration(task: TaskTemplate, go_live_bd: int, standard_bd: int) -> int:
    """Return a task's duration in a variant: in proportion, rounded down, at least one day if it took one; unscaled
    after go-live.

    Source:
        Product rule (estimate, confidence C).
    """
    if task.duration_bd == 0 or task.start_bd >= standard_bd:
        return task.duration_bd
    return max(1, task.duration_bd * go_live_bd // standard_bd)


def _standard_bd(template: PlanTemplate) -> int:
    return template.variants[STANDARD_VARIANT].go_live_bd


def _day_zero(contract_on: date, calendar: BusinessCalendar) -> date:
    return calendar.next_business_day(contract_on)


def gate_targets(
    template: PlanTemplate, variant: str, contract_on: date, calendar: BusinessCalendar
) -> tuple[GateTarget, ...]:
    """Return every gate with its target day.

    Raises:
        KeyError: The template has no such variant.
    Source:
        Product rule: gate targets of template.yaml, scaled as tasks are.
    """
    go_live, standard = template.variants[variant].go_live_bd, _standard_bd(template)
    zero = _day_zero(contract_on, calendar)
    return tuple(
        GateTarget(
            gate.code,
            gate.label,
            calendar.add_business_days(zero, scaled_offset(gate.target_bd, go_live, standard)),
        )
        for gate in template.gates
    )


def bridged(template: PlanTemplate, traits: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the tasks that apply, each with what it depends on; a dependency that does not apply is replaced by its
    own.

    Raises:
        ValueError: A name in `traits` is not a trait.
    Source:
        Product rule: conditions of the template (domain.md 3.5, rule 1).
    """
    unknown = sorted(set(traits) - TRAITS)
    if unknown:
        raise ValueError(f"unknown traits: {', '.join(unknown)}")
    by_code = {task.code: task for task in template.tasks}
    kept = {code for code, task in by_code.items() if task.when is None or task.when in traits}

    def resolve(code: str) -> list[str]:
        found: list[str] = []
        for dep in by_code[code].depends_on:
            found += [dep] if dep in kept else resolve(dep)
        return list(dict.fromkeys(found))

    return {code: tuple(resolve(code)) for code in by_code if code in kept}


def plan_tasks(
    template: PlanTemplate, variant: str, traits: Collection[str], contract_on: date, calendar: BusinessCalendar
) -> list[PlannedTask]:
    """Return the dated tasks of a clinic, in the order of the template.

    A task starts at its scaled offset or when everything that it depends on ends, whichever is later; the first live
    batch besides waits for every task of the gates before go-live.

    Raises:
        KeyError: The template has no such variant.
        ValueError: A name in `traits` is not a trait.
    Source:
        Product rule: template.yaml (offsets are the vendor's defaults, confidence C).
    """
    go_live, standard = template.variants[variant].go_live_bd, _standard_bd(template)
    zero = _day_zero(contract_on, calendar)
    depends = bridged(template, traits)
    tasks = {task.code: task for task in template.tasks if task.code in depends}
    ranks = {gate.code: rank for rank, gate in enumerate(template.gates)}
    before_live = [code for code, task in tasks.items() if ranks[task.gate] < ranks[GO_LIVE_GATE]]
    spans: dict[str, tuple[int, int]] = {}

    def span(code: str) -> tuple[int, int]:
        if code not in spans:
            task = tasks[code]
            waits_for = [*depends[code], *(before_live if code == GO_LIVE_TASK else ())]
            start = max([scaled_offset(task.start_bd, go_live, standard), *(span(dep)[1] for dep in waits_for)])
            spans[code] = (start, start + scaled_duration(task, go_live, standard))
        return spans[code]

    return [
        PlannedTask(
            code=code,
            title=task.title,
            workstream=task.workstream,
            owner=task.owner,
            gate=task.gate,
            client_visible=task.client_visible,
            planned_start=calendar.add_business_days(zero, span(code)[0]),
            planned_end=calendar.add_business_days(zero, span(code)[1]),
            depends_on=depends[code],
            proof=task.proof,
            hard_stop=task.hard_stop,
            duration_bd=span(code)[1] - span(code)[0],
        )
        for code, task in tasks.items()
    ]
