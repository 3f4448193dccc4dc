import dataclasses

import pytest

from onboarding.plan.template import (
    GO_LIVE_GATE,
    OWNERS,
    TRAITS,
    PlanTemplate,
    TaskTemplate,
    TemplateBroken,
    load_template,
    problems_of,
    read_template,
)

TEMPLATE = load_template()


def changed(code: str, **fields: object) -> PlanTemplate:
    tasks = tuple(dataclasses.replace(t, **fields) if t.code == code else t for t in TEMPLATE.tasks)
    return dataclasses.replace(TEMPLATE, tasks=tasks)


def test_the_template_is_whole():
    assert problems_of(TEMPLATE) == []
    assert len(TEMPLATE.tasks) == 85
    assert sum(task.client_visible for task in TEMPLATE.tasks) == 55
    assert len(TEMPLATE.workstreams) == 15
    assert [gate.code for gate in TEMPLATE.gates][4] == GO_LIVE_GATE


def test_the_first_batch_waits_for_the_signed_checklist():
    task = TEMPLATE.task("T113")
    assert (task.owner, task.start_bd, task.duration_bd, task.depends_on) == ("bill", 14, 1, ("T111",))


def test_only_the_business_associate_agreement_is_a_hard_stop():
    assert [task.code for task in TEMPLATE.tasks if task.hard_stop] == ["T002"]


def test_conditions_and_owners_are_known():
    assert {task.when for task in TEMPLATE.tasks if task.when} <= TRAITS
    assert {task.owner for task in TEMPLATE.tasks} <= set(OWNERS)


@pytest.mark.parametrize(
    ("code", "fields", "problem"),
    [
        ("T010", {"depends_on": ("T999",)}, "T010 depends on unknown T999"),
        ("T010", {"gate": "G9"}, "T010 has unknown gate G9"),
        ("T010", {"owner": "boss"}, "T010 has unknown owner boss"),
        ("T010", {"proof": "word"}, "T010 has unknown proof word"),
        ("T010", {"when": "has_cats"}, "T010 has unknown condition has_cats"),
        ("T010", {"duration_bd": -1}, "T010 has a negative start or duration"),
        ("T114", {"gate": GO_LIVE_GATE}, "gate G5b_accepted has no task"),
    ],
)
def test_a_broken_template_is_named(code, fields, problem):
    assert problem in problems_of(changed(code, **fields))


def test_a_circle_is_found():
    [problem] = problems_of(changed("T001", depends_on=("T012",)))
    assert problem.startswith("circle of dependencies: ")
    assert {"T001", "T010", "T012"} <= set(problem.split(": ")[1].split(" > "))


def test_a_code_that_stands_twice_is_found():
    again: TaskTemplate = TEMPLATE.task("T001")
    assert "T001 stands twice" in problems_of(dataclasses.replace(TEMPLATE, tasks=(*TEMPLATE.tasks, again)))


def test_reading_a_broken_template_raises():
    text = """
version: 1
variants: {standard_3w: {label: x, go_live_bd: 15}}
gates: [{id: G5_go_live, label: x, target_bd: 15}]
workstreams: [{id: W01, key: a, label: A}]
proofs: {p: {label: P, document: false}}
tasks:
- {code: T1, ws: W01, title: x, owner: am, start: 0, duration: 1, after: [T2], client: true, gate: G5_go_live, proof: p}
- {code: T2, ws: W01, title: x, owner: am, start: 0, duration: 1, after: [T1], client: true, gate: G5_go_live, proof: p}
"""
    with pytest.raises(TemplateBroken, match="circle of dependencies: T1 > T2 > T1"):
        read_template(text)
