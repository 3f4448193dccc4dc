"""A plan through its doors: made with the clinic, moved by roles, forecast anew, held at the go-live gate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from infra import clock
from infra.calendar import federal_calendar
from onboarding.plan import services
from onboarding.plan.rules import plan_tasks, traits_of
from onboarding.plan.states import TaskStep
from onboarding.plan.template import load_template
from tenants.access.roles import Role

NEW = {"name": "Riverbend Counseling", "state": "OH", "timezone": "America/New_York", "contract_date": "2026-11-24"}


def tasks_of(plan):
    return {task["code"]: task for task in plan["tasks"]}


@pytest.mark.parametrize("traits", [{}, {"has_sud": True, "has_prior_vendor": True, "edi_change": True}])
def test_signing_a_clinic_makes_its_plan_in_the_same_call(clinic, traits):
    made = clinic.manager.api.post("/api/v1/clinics", {**NEW, "traits": traits, "variant": "express_2w"}, expect=201)
    read = clinic.manager.api.get(f"/api/v1/clinics/{made['id']}")
    plan = clinic.manager.api.get(f"/api/v1/clinics/{made['id']}/plan")
    assert made["plan_id"] == read["plan_id"] == plan["id"]
    expected = plan_tasks(
        load_template(), "express_2w", traits_of(traits, "OH"), date(2026, 11, 24), federal_calendar()
    )
    assert [task["code"] for task in plan["tasks"]] == [task.code for task in expected]
    assert ("T003" in tasks_of(plan)) == bool(traits)
    assert plan["go_live_target"] == next(g["target_date"] for g in plan["gates"] if g["code"] == "G5_go_live")


def test_an_npi_with_a_wrong_check_digit_signs_nothing(clinic):
    before = len(clinic.manager.api.get("/api/v1/portfolio")["items"])
    problem = clinic.manager.api.post("/api/v1/clinics", {**NEW, "npi": "1234567890"}, expect=422)
    assert problem["errors"][0]["pointer"] == "#/npi"
    assert len(clinic.manager.api.get("/api/v1/portfolio")["items"]) == before


def test_the_same_contract_sent_twice_signs_one_clinic(clinic):
    answers = [
        clinic.manager.api.call("POST", "/api/v1/clinics", json=NEW, headers={"Idempotency-Key": f"sign-{clinic.id}"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json()["id"] == answers[1].get_json()["id"]


def test_only_the_vendor_signs_clinics(clinic):
    clinic.admin.api.post("/api/v1/clinics", NEW, expect=403)


def move(person, clinic, code, to, expect=200, **facts):
    return person.api.post(clinic.url(f"/tasks/{code}/transitions"), {"to": to, **facts}, expect=expect)


def plan_of(clinic, person=None):
    return (person or clinic.manager).api.get(clinic.url("/plan"))


def skip(clinic, codes):
    with clinic.work():
        for code in codes:
            services.transition(code, step=TaskStep.SKIPPED, role=Role.ACCOUNT_MANAGER, reason="Not for this clinic")


def test_a_step_needs_its_evidence_and_must_follow(clinic):
    missing = move(clinic.manager, clinic, "T011", "blocked", expect=422)
    assert {error["pointer"] for error in missing["errors"]} == {"#/reason", "#/waiting_on"}
    blocked = move(clinic.manager, clinic, "T011", "blocked", reason="The owner is away", waiting_on="clinic")
    assert (blocked["status"], blocked["waiting_on"], blocked["blocked_reason"]) == (
        "blocked",
        "clinic",
        "The owner is away",
    )
    move(clinic.manager, clinic, "T011", "reopened", expect=409, reason="x")
    move(clinic.manager, clinic, "T002", "verified", expect=422, note="They told me so")
    move(clinic.manager, clinic, "T002", "verified", expect=422, proof_document_id=str(clinic.id))
    assert move(clinic.manager, clinic, "T011", "verified", note="Form of Nov 4")["verified_how"] == "note"
    move(clinic.manager, clinic, "T999", "claimed", expect=404)


def test_each_role_may_do_what_is_theirs(clinic):
    assert move(clinic.admin, clinic, "T002", "claimed")["waiting_on"] == "vendor"
    move(clinic.admin, clinic, "T002", "verified", expect=403, note="mine")
    move(clinic.admin, clinic, "T012", "claimed", expect=403)
    move(clinic.admin, clinic, "T010", "claimed", expect=404)
    move(clinic.specialist, clinic, "T010", "skipped", expect=403, reason="not needed")
    assert move(clinic.manager, clinic, "T010", "skipped", reason="They sent it before")["status"] == "skipped"
    clinic.admin.api.patch(clinic.url("/tasks/T002"), {"note": "x"}, expect=403)


def test_the_clinic_does_not_see_inside_tasks(clinic):
    seen = plan_of(clinic, clinic.admin)["tasks"]
    everything = plan_of(clinic)["tasks"]
    assert all(task["client_visible"] for task in seen)
    assert (
        {t["code"] for t in seen}
        == {t["code"] for t in everything if t["client_visible"]}
        != {t["code"] for t in everything}
    )


def test_moving_dates_moves_what_follows_and_guards_against_overwriting(clinic):
    before = tasks_of(plan_of(clinic))
    answer = clinic.manager.api.call(
        "PATCH", clinic.url("/tasks/T033"), json={"planned_end": "2027-01-15"}, headers={"If-Match": '"v1"'}
    )
    assert (answer.status_code, answer.get_json()["version"]) == (200, 2)
    after = tasks_of(plan_of(clinic))
    assert after["T033"]["baseline_end"] == before["T033"]["planned_end"]
    assert after["T090"]["forecast_end"] > before["T090"]["forecast_end"]
    assert after["T113"]["forecast_end"] > before["T113"]["forecast_end"]
    stale = clinic.manager.api.call(
        "PATCH", clinic.url("/tasks/T033"), json={"note": "x"}, headers={"If-Match": '"v1"'}
    )
    assert stale.status_code == 412
    clinic.manager.api.patch(clinic.url("/tasks/T033"), {"planned_end": "2026-01-15"}, expect=422)


def test_blocking_a_critical_task_makes_go_live_later(world):
    clinic = world.clinic("Fresh Start", contract_on=clock.today())
    for code in ("T001", "T010"):
        move(clinic.manager, clinic, code, "skipped", reason="done before")
    before = plan_of(clinic)
    move(clinic.manager, clinic, "T011", "blocked", reason="No answer", waiting_on="clinic")
    with clock.freeze(clock.now() + timedelta(days=8)), clinic.work():
        services.refresh_forecast()
    after = plan_of(clinic)
    assert after["forecast_p50"] > before["forecast_p50"]
    assert after["forecast_p80"] >= after["forecast_p50"]
    row = clinic.manager.api.get("/api/v1/portfolio")["items"][0]
    assert (row["blocked_on"], row["forecast_p50"]) == ("clinic", after["forecast_p50"])
    assert row["days_late"] > 0


def test_go_live_waits_until_the_clinic_is_ready_to_bill(clinic):
    refused = move(clinic.manager, clinic, "T113", "in_progress", expect=409)
    assert refused["type"].endswith("not-ready-to-bill")
    assert "T002" in refused["detail"] or "T001" in refused["detail"]
    gates = ["G1_kickoff", "G2_access", "G3_data", "G4_ready_to_bill"]
    open_tasks = [t["code"] for t in plan_of(clinic)["tasks"] if t["gate"] in gates]
    assert len(refused["errors"]) == len(open_tasks)
    skip(clinic, open_tasks[:-1])
    still = move(clinic.manager, clinic, "T112", "claimed", expect=409)
    assert [error["detail"].split()[0] for error in still["errors"]] == open_tasks[-1:]
    move(clinic.manager, clinic, open_tasks[-1], "skipped", reason="Not for this clinic")
    move(clinic.manager, clinic, "T113", "verified", note="Batch 20261124-1")
    skip(
        clinic,
        [t["code"] for t in plan_of(clinic)["tasks"] if t["gate"] == "G5_go_live" and t["status"] == "not_started"],
    )
    assert {g["status"] for g in plan_of(clinic)["gates"][:5]} == {"reached"}
    assert clinic.manager.api.get(clinic.url(""))["status"] == "live"
