"""The plan that every clinic starts from, read from `template.yaml` and checked once per process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from infra.states import WaitingOn

TRAITS = frozenset(
    {
        "has_sud",
        "has_prior_vendor",
        "edi_change",
        "has_medicare",
        "has_auth_services",
        "facility",
        "delegated",
        "state_oh",
    }
)
GO_LIVE_GATE = "G5_go_live"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who does a task: `code` as in the template, on whose side they stand, and what to call them."""

    code: str
    side: WaitingOn
    label: str


OWNERS: Mapping[str, Owner] = {
    owner.code: owner
    for owner in (
        Owner("am", WaitingOn.VENDOR, "Account manager"),
        Owner("impl", WaitingOn.VENDOR, "Implementation"),
        Owner("cred", WaitingOn.VENDOR, "Credentialing"),
        Owner("ar", WaitingOn.VENDOR, "AR lead"),
        Owner("bill", WaitingOn.VENDOR, "Biller"),
        Owner("ca", WaitingOn.CLINIC, "Clinic administrator"),
        Owner("own", WaitingOn.CLINIC, "Clinic owner"),
        Owner("prov", WaitingOn.CLINIC, "Provider"),
        Owner("ehr", WaitingOn.THIRD_PARTY, "EHR vendor"),
        Owner("ch", WaitingOn.THIRD_PARTY, "Clearinghouse"),
        Owner("pay", WaitingOn.PAYER, "Payer"),
    )
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A length of onboarding: `go_live_bd` business days from contract to first live batch."""

    code: str
    label: str
    go_live_bd: int


@dataclass(frozen=True, slots=True)
class Gate:
    """A milestone; `target_bd` is its target in the standard variant, in business days from the contract."""

    code: str
    label: str
    target_bd: int


@dataclass(frozen=True, slots=True)
class Workstream:
    """A group of tasks."""

    code: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence that verifies a task, in words; `document` when it is a file."""

    code: str
    label: str
    document: bool


@dataclass(frozen=True, slots=True)
class LongTail:
    """How long a payer takes after the task is done, in calendar days; never part of the go-live forecast."""

    min_days: int
    typical_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """One task of the template. `start_bd` and `duration_bd` are those of the standard variant."""

    code: str
    workstream: str
    title: str
    owner: str
    gate: str
    start_bd: int
    duration_bd: int
    depends_on: tuple[str, ...]
    client_visible: bool
    proof: str
    hard_stop: str | None = None
    when: str | None = None
    long_tail: LongTail | None = None


class TemplateBroken(ValueError):
    """The template contradicts itself; `problems` lists how. A mistake of ours, found at start."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class PlanTemplate:
    """Everything that a plan is made from."""

    version: int
    variants: Mapping[str, Variant]
    gates: tuple[Gate, ...]
    workstreams: tuple[Workstream, ...]
    tasks: tuple[TaskTemplate, ...]
    proofs: Mapping[str, Proof]

    def task(self, code: str) -> TaskTemplate:
        """Return one task.

        Raises:
            KeyError: There is no such task.
        """
        for task in self.tasks:
            if task.code == code:
                return task
        raise KeyError(code)


def _cycle(tasks: Mapping[str, TaskTemplate]) -> list[str]:
    """Return the codes on a circle of dependencies, or nothing."""
    done: set[str] = set()
    for root in tasks:
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(root, iter(tasks[root].depends_on))]
        while stack:
            code, rest = stack[-1]
            if code not in path:
                path.append(code)
            following = next((dep for dep in rest if dep in tasks and dep not in done), None)
            if following is None:
                done.add(path.pop())
                stack.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            else:
                stack.append((following, iter(tasks[following].depends_on)))
    return []


def _unknown_names(template: PlanTemplate) -> Iterator[str]:
    codes = [task.code for task in template.tasks]
    gates = {gate.code for gate in template.gates}
    streams = {stream.code for stream in template.workstreams}
    yield from (f"{code} stands twice" for code in sorted({c for c in codes if codes.count(c) > 1}))
    for task in template.tasks:
        yield from (f"{task.code} depends on unknown {dep}" for dep in task.depends_on if dep not in codes)
        for kind, name, known in (
            ("gate", task.gate, gates),
            ("workstream", task.workstream, streams),
            ("owner", task.owner, OWNERS),
            ("proof", task.proof, template.proofs),
        ):
            if name not in known:
                yield f"{task.code} has unknown {kind} {name}"
        if task.when is not None and task.when not in TRAITS:
            yield f"{task.code} has unknown condition {task.when}"
        if task.start_bd < 0 or task.duration_bd < 0:
            yield f"{task.code} has a negative start or duration"


def problems_of(template: PlanTemplate) -> list[str]:
    """List what is wrong with a template: unknown names, circles, gates that no task holds up."""
    problems = list(_unknown_names(template))
    held = {task.gate for task in template.tasks if task.when is None}
    problems += [f"gate {gate.code} has no task" for gate in template.gates if gate.code not in held]
    if GO_LIVE_GATE not in {gate.code for gate in template.gates}:
        problems.append(f"the gate {GO_LIVE_GATE} is missing")
    circle = _cycle({task.code: task for task in template.tasks})
    if circle:
        problems.append(f"circle of dependencies: {' > '.join(circle)}")
    return problems


def _task(row: Mapping[str, Any]) -> TaskTemplate:
    tail = row.get("long_tail_days")
    return TaskTemplate(
        code=row["code"],
        workstream=row["ws"],
        title=row["title"],
        owner=row["owner"],
        gate=row["gate"],
        start_bd=row["start"],
        duration_bd=row["duration"],
        depends_on=tuple(row["after"]),
        client_visible=row["client"],
        proof=row["proof"],
        hard_stop=row.get("hard_stop"),
        when=row.get("when"),
        long_tail=LongTail(tail["min"], tail["typical"], tail["max"]) if tail else None,
    )


def read_template(text: str) -> PlanTemplate:
    """Return the template written in `text` (YAML).

    Raises:
        TemplateBroken: It contradicts itself.
    """
    data: Mapping[str, Any] = yaml.safe_load(text)
    template = PlanTemplate(
        version=data["version"],
        variants={code: Variant(code, row["label"], row["go_live_bd"]) for code, row in data["variants"].items()},
        gates=tuple(Gate(row["id"], row["label"], row["target_bd"]) for row in data["gates"]),
        workstreams=tuple(Workstream(row["id"], row["key"], row["label"]) for row in data["workstreams"]),
        tasks=tuple(_task(row) for row in data["tasks"]),
        proofs={code: Proof(code, row["label"], row["document"]) for code, row in data["proofs"].items()},
    )
    problems = problems_of(template)
    if problems:
        raise TemplateBroken(problems)
    return template


@cache
def load_template() -> PlanTemplate:
    """Return the template that ships with the product."""
    return read_template(files("onboarding.plan").joinpath("template.yaml").read_text(encoding="utf-8"))
