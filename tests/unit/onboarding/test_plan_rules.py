import dataclasses
from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.calendar import BusinessCalendar, federal_calendar
from infra.states import WaitingOn
from onboarding.plan.rules import (
    Estimate,
    TaskState,
    Wait,
    actionable,
    can_reach_gate,
    completes,
    completes_by_document,
    evidence_for,
    gate_targets,
    hard_stops,
    needs_document,
    plan_tasks,
    schedule,
    suggest_variant,
    traits_of,
    turn_of,
    waits,
)
from onboarding.plan.rules.evidence import COMPLETED_BY_DOCUMENT, COMPLETED_BY_EVENT
from onboarding.plan.rules.planning import bridged, scaled_offset
from onboarding.plan.states import DONE, TaskStatus
from onboarding.plan.template import TRAITS, load_template

TEMPLATE = load_template()
CALENDAR = federal_calendar()
CONTRACT = date(2026, 11, 24)  # a Tuesday, two days before Thanksgiving
GATES = [gate.code for gate in TEMPLATE.gates]
TRAIT_SETS = st.frozensets(st.sampled_from(sorted(TRAITS)))
VARIANTS = st.sampled_from(sorted(TEMPLATE.variants))


def states(variant="standard_3w", traits=TRAITS, contract_on=CONTRACT, **changes):
    return [
        TaskState(
            task.code,
            task.gate,
            changes.get(task.code, {}).get("status", TaskStatus.NOT_STARTED),
            task.duration_bd,
            task.planned_start,
            task.planned_end,
            task.depends_on,
            changes.get(task.code, {}).get("started_on"),
            changes.get(task.code, {}).get("finished_on"),
        )
        for task in plan_tasks(TEMPLATE, variant, traits, contract_on, CALENDAR)
    ]


def targets(variant="standard_3w", contract_on=CONTRACT):
    return gate_targets(TEMPLATE, variant, contract_on, CALENDAR)


def test_a_plan_without_traits_leaves_conditional_tasks_out():
    codes = {task.code for task in plan_tasks(TEMPLATE, "standard_3w", (), CONTRACT, CALENDAR)}
    assert len(codes) == 85 - sum(task.when is not None for task in TEMPLATE.tasks)
    assert not codes & {"T003", "T005", "T041", "T042", "T052", "T053", "T073", "T088", "T091", "T115"}


def test_what_depended_on_a_missing_task_depends_on_its_dependencies():
    with_edi, without = bridged(TEMPLATE, {"edi_change"}), bridged(TEMPLATE, ())
    assert with_edi["T043"] == ("T042", "T004")
    assert without["T043"] == ("T040", "T004")
    assert bridged(TEMPLATE, {"state_oh"})["T073"] == ("T052", "T060")


def test_dates_of_the_standard_variant():
    plan = {task.code: task for task in plan_tasks(TEMPLATE, "standard_3w", TRAITS, CONTRACT, CALENDAR)}
    assert (plan["T001"].planned_start, plan["T001"].planned_end) == (CONTRACT, CONTRACT)
    # Business day 2 to 3: Nov 25, then Nov 27 (after Thanksgiving), then Nov 30.
    assert (plan["T012"].planned_start, plan["T012"].planned_end) == (date(2026, 11, 27), date(2026, 11, 30))
    assert plan["T113"].planned_end == date(2026, 12, 16)
    assert plan["T002"].hard_stop == "No protected health information is exchanged before this is signed"


def test_a_contract_signed_on_a_day_off_starts_on_the_next_business_day():
    plan = plan_tasks(TEMPLATE, "standard_3w", (), date(2026, 11, 28), CALENDAR)
    assert plan[0].planned_start == date(2026, 11, 30)


def test_closures_of_the_clinic_move_the_plan():
    closed = BusinessCalendar([date(2026, 11, 27)])
    plan = {task.code: task for task in plan_tasks(TEMPLATE, "standard_3w", (), CONTRACT, closed)}
    assert plan["T113"].planned_end == date(2026, 12, 17)


def test_unknown_traits_and_variants_are_refused():
    with pytest.raises(ValueError, match="unknown traits: has_cats"):
        plan_tasks(TEMPLATE, "standard_3w", {"has_cats"}, CONTRACT, CALENDAR)
    with pytest.raises(ValueError, match="has_cats"):
        traits_of({"has_cats": True}, "OH")
    with pytest.raises(KeyError):
        plan_tasks(TEMPLATE, "slow_9w", (), CONTRACT, CALENDAR)


def test_traits_of_a_clinic():
    assert traits_of({"has_sud": True, "facility": False}, "OH") == {"has_sud", "state_oh"}
    assert traits_of({"state_oh": True}, "MI") == frozenset()


@pytest.mark.parametrize(
    ("traits", "providers", "variant"),
    [
        ((), 5, "express_2w"),
        ((), 6, "standard_3w"),
        (("edi_change",), 2, "standard_3w"),
        ((), 16, "extended_4w"),
        (("facility",), 2, "extended_4w"),
    ],
)
def test_the_variant_that_fits(traits, providers, variant):
    assert suggest_variant(traits, providers) == variant


@pytest.mark.parametrize(
    ("offset", "go_live", "scaled"),
    [(14, 10, 9), (14, 20, 19), (7, 10, 4), (7, 20, 10), (20, 10, 15), (20, 20, 25), (3, 15, 3)],
)
def test_offsets_scale_before_go_live_and_shift_after(offset, go_live, scaled):
    assert scaled_offset(offset, go_live, 15) == scaled


@given(VARIANTS, TRAIT_SETS, st.dates(date(2024, 1, 1), date(2030, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_every_plan_keeps_its_targets_and_its_order(variant, traits, contract_on):
    plan = {task.code: task for task in plan_tasks(TEMPLATE, variant, traits, contract_on, CALENDAR)}
    due = {target.code: target.target_on for target in targets(variant, contract_on)}
    for task in plan.values():
        assert task.planned_end <= due[task.gate]
        assert all(plan[dep].planned_end <= task.planned_start for dep in task.depends_on)
        assert CALENDAR.business_days_between(task.planned_start, task.planned_end) == task.duration_bd
        assert (task.duration_bd >= 1) == (TEMPLATE.task(task.code).duration_bd >= 1)
    assert plan["T113"].planned_end == due["G5_go_live"]


def test_a_fresh_plan_is_on_time_and_says_how_sure_that_is():
    result = schedule(states(), CONTRACT, CALENDAR, targets())
    assert (result.go_live.p50, result.go_live.p80) == (date(2026, 12, 16), date(2026, 12, 18))
    assert (result.days_late, result.go_live.status) == (0, "open")
    assert result.go_live.basis.startswith("Longest chain: 6 open tasks, each taking 0.75 to 2 times")
    assert {"T033", "T090", "T110", "T111", "T113"} <= set(result.critical_path)


def test_a_week_without_any_work_makes_the_plan_late():
    result = schedule(states(), date(2026, 12, 2), CALENDAR, targets())
    assert result.go_live.status == "late"
    assert result.days_late == CALENDAR.business_days_between(date(2026, 12, 16), result.go_live.p50) > 0


def test_a_blocked_task_on_the_critical_path_pushes_go_live_day_by_day():
    today = date(2026, 12, 8)
    done = {"status": TaskStatus.VERIFIED, "finished_on": date(2026, 12, 1)}
    changes = {
        task.code: done for task in TEMPLATE.tasks if task.start_bd + task.duration_bd <= 9 and task.code != "T033"
    }
    before = schedule(states(**changes, T033={"status": TaskStatus.BLOCKED}), today, CALENDAR, targets())
    after = schedule(states(**changes, T033={"status": TaskStatus.BLOCKED}), date(2026, 12, 9), CALENDAR, targets())
    assert "T033" in before.critical_path
    assert after.days_late == before.days_late + 1


def test_a_task_with_slack_does_not_move_go_live():
    plain = schedule(states(), CONTRACT, CALENDAR, targets())
    slack = plain.tasks["T023"].slack_days
    assert slack == 8
    late = [dataclasses.replace(t, duration_bd=t.duration_bd + slack) if t.code == "T023" else t for t in states()]
    assert schedule(late, CONTRACT, CALENDAR, targets()).go_live.p50 == plain.go_live.p50


def test_work_that_strayed_puts_a_gate_at_risk():
    # Access log-ins (slack in the plan) run over by two days: go-live still holds, but with less reserve.
    changes = {"T001": {"status": TaskStatus.VERIFIED, "finished_on": CONTRACT}, "T023": {"status": TaskStatus.BLOCKED}}
    result = schedule(states(**changes), CONTRACT, CALENDAR, targets())
    assert result.go_live.status == "at_risk"


def test_gates_after_go_live_never_move_it():
    plain = schedule(states(), CONTRACT, CALENDAR, targets())
    slow = [
        dataclasses.replace(t, duration_bd=t.duration_bd + 60) if t.gate in ("G6_first_cash", "G7_steady") else t
        for t in states()
    ]
    result = schedule(slow, CONTRACT, CALENDAR, targets())
    assert result.go_live == plain.go_live
    assert result.gates[6].p50 > plain.gates[6].p50
    assert not {code for code in result.critical_path if TEMPLATE.task(code).gate in ("G6_first_cash", "G7_steady")}


def test_done_tasks_keep_their_real_dates():
    early = date(2026, 11, 23)
    result = schedule(
        states(T001={"status": TaskStatus.VERIFIED, "started_on": early, "finished_on": early}),
        CONTRACT,
        CALENDAR,
        targets(),
    )
    forecast = result.tasks["T001"]
    assert (forecast.forecast_start, forecast.forecast_end, forecast.slack_days) == (early, early, None)


def test_a_plan_whose_tasks_are_all_done_has_reached_every_gate():
    day = date(2026, 12, 14)
    everything = {task.code: {"status": TaskStatus.VERIFIED, "finished_on": day} for task in TEMPLATE.tasks}
    result = schedule(states(**everything), date(2027, 3, 1), CALENDAR, targets())
    assert {gate.status for gate in result.gates} == {"reached"}
    assert (result.go_live.p50, result.go_live.p80, result.days_late) == (day, day, 0)
    assert result.critical_path == ()


def test_a_circle_among_tasks_is_refused():
    day = CONTRACT
    circle = [
        TaskState("A", "G5_go_live", TaskStatus.NOT_STARTED, 1, day, day, ("B",)),
        TaskState("B", "G5_go_live", TaskStatus.NOT_STARTED, 1, day, day, ("A",)),
    ]
    with pytest.raises(ValueError, match="wait for each other: A, B"):
        schedule(circle, day, CALENDAR, targets())


@st.composite
def half_done_plans(draw):
    today = CONTRACT + timedelta(days=draw(st.integers(0, 90)))
    changes = {}
    for task in TEMPLATE.tasks:
        status = draw(st.sampled_from(TaskStatus))
        started = CONTRACT + timedelta(days=draw(st.integers(0, (today - CONTRACT).days)))
        changes[task.code] = {
            "status": status,
            "started_on": None if status is TaskStatus.NOT_STARTED else started,
            "finished_on": today if status in DONE else None,
        }
    return states(**changes), today


@given(half_done_plans())
@settings(max_examples=40, deadline=None)
def test_the_forecast_obeys_its_laws(plan):
    tasks, today = plan
    result = schedule(tasks, today, CALENDAR, targets())
    by_code = {task.code: task for task in tasks}
    long_tail = {"G5b_accepted", "G6_first_cash", "G7_steady"}
    for code, forecast in result.tasks.items():
        task = by_code[code]
        assert forecast.forecast_start <= forecast.forecast_end
        if task.status in DONE:
            continue
        assert forecast.forecast_end >= today
        assert forecast.slack_days is not None
        assert forecast.slack_days >= 0
        for dep in task.depends_on:
            if by_code[dep].gate in long_tail and task.gate not in long_tail:
                continue
            if by_code[dep].status not in DONE:
                assert forecast.forecast_end >= result.tasks[dep].forecast_end
                if task.status is TaskStatus.NOT_STARTED:
                    assert forecast.forecast_start >= result.tasks[dep].forecast_end
    assert all(gate.p50 <= gate.p80 for gate in result.gates)
    assert all(
        first.p50 <= then.p50 for first, then in zip(result.gates, result.gates[1:], strict=False) if then.open_codes
    )
    assert bool(result.critical_path) == bool(result.go_live.open_codes)


def test_the_spread_of_a_duration():
    estimate = Estimate()
    assert estimate.variance(4) == pytest.approx((9 + 16 + 64 - 12 - 24 - 32) / 18)
    assert estimate.buffer_bd(estimate.variance(4)) == 1
    assert estimate.buffer_bd(0) == 0
    assert Estimate(low=1, high=1).variance(5) == 0


def test_go_live_needs_every_task_before_it_verified():
    done = {"status": TaskStatus.VERIFIED, "finished_on": CONTRACT}
    nearly = {task.code: done for task in TEMPLATE.tasks} | {"T111": {"status": TaskStatus.CLAIMED}}
    check = can_reach_gate("G5_go_live", states(**nearly), GATES)
    assert (check.allowed, check.missing) == (False, ("T111",))
    skipped = nearly | {"T111": {"status": TaskStatus.SKIPPED}}
    assert can_reach_gate("G5_go_live", states(**skipped), GATES).allowed
    # The gate's own tasks are what reaching it means; they do not stand in its way.
    own_open = nearly | {"T111": done, "T113": {"status": TaskStatus.NOT_STARTED}}
    assert can_reach_gate("G5_go_live", states(**own_open), GATES).allowed


def test_what_can_be_worked_on_now():
    assert actionable(states()) == ("T001",)
    done = {"status": TaskStatus.VERIFIED, "finished_on": CONTRACT}
    ready = actionable(states(T001=done, T010={"status": TaskStatus.CLAIMED}, T004={"status": TaskStatus.BLOCKED}))
    assert {"T002", "T011", "T012"} <= set(ready)
    assert not {"T001", "T004", "T010", "T020"} & set(ready)


def test_the_hard_stop_holds_until_the_agreement_is_verified():
    assert "T002" in hard_stops(states(T002={"status": TaskStatus.CLAIMED}), TEMPLATE)
    assert hard_stops(states(T002={"status": TaskStatus.VERIFIED, "finished_on": CONTRACT}), TEMPLATE) == {}


@pytest.mark.parametrize(
    ("status", "owner", "explicit", "turn"),
    [
        (TaskStatus.NOT_STARTED, "ca", None, WaitingOn.CLINIC),
        (TaskStatus.NOT_STARTED, "prov", None, WaitingOn.CLINIC),
        (TaskStatus.IN_PROGRESS, "cred", None, WaitingOn.VENDOR),
        (TaskStatus.IN_PROGRESS, "ehr", None, WaitingOn.THIRD_PARTY),
        (TaskStatus.BLOCKED, "cred", WaitingOn.PAYER, WaitingOn.PAYER),
        (TaskStatus.CLAIMED, "ca", None, WaitingOn.VENDOR),
        (TaskStatus.VERIFIED, "ca", None, None),
    ],
)
def test_whose_turn_it_is(status, owner, explicit, turn):
    assert turn_of(status, owner, explicit) is turn


def test_waits_are_added_up_by_who_was_waited_on():
    history = [
        Wait(date(2026, 11, 2), WaitingOn.CLINIC),
        Wait(date(2026, 11, 9), WaitingOn.VENDOR),
        Wait(date(2026, 11, 10), WaitingOn.CLINIC),
        Wait(date(2026, 11, 12), None),
    ]
    plain = waits(history, date(2026, 11, 24))
    assert (plain[WaitingOn.CLINIC], plain[WaitingOn.VENDOR], plain[WaitingOn.PAYER]) == (9, 1, 0)
    # Veterans Day (Nov 11) is no business day.
    assert waits(history, date(2026, 11, 24), CALENDAR)[WaitingOn.CLINIC] == 6
    assert set(waits([], date(2026, 11, 24)).values()) == {0}


def test_events_and_documents_complete_existing_tasks():
    codes = {task.code for task in TEMPLATE.tasks}
    for table in (COMPLETED_BY_EVENT, COMPLETED_BY_DOCUMENT):
        assert {code for finished in table.values() for code in finished} <= codes
    assert completes("ar_import.tied_out") == ("T083",)
    assert completes("ehr_connection.verified") == ("T030",)
    assert completes("clinic.renamed") == ()
    assert completes_by_document("baa") == ("T002",)
    assert completes_by_document("selfie") == ()


def test_proofs_in_words():
    assert evidence_for("signed_baa", TEMPLATE).label == "The signed business associate agreement"
    assert needs_document("signed_baa", TEMPLATE)
    assert not needs_document("link_sent", TEMPLATE)
    assert not needs_document("gone", TEMPLATE)


def test_forecasting_a_whole_plan_takes_less_than_three_milliseconds():
    # Pages forecast on every change; the best of many runs is what the code takes when nothing else runs.
    tasks, gates = states(), targets()

    def took():
        begun = perf_counter()
        schedule(tasks, CONTRACT, CALENDAR, gates)
        return perf_counter() - begun

    assert min(took() for _ in range(30)) < 0.003
