"""A plan through its doors: made with the clinic, moved by roles, forecast anew, held at the go-live gate."""

from __future__ import annotations

from datetime import date

import pytest

from infra.calendar import federal_calendar
from onboarding.plan.rules import plan_tasks, traits_of
from onboarding.plan.template import load_template

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


def test_only_the_vendor_signs_clinics(clinic):
    clinic.admin.api.post("/api/v1/clinics", NEW, expect=403)
