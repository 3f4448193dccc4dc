"""The pages that people start from: every role gets its own, in a fixed number of statements, and nobody else's clinic."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from infra import clock
from infra.db import db
from tenants.access.roles import Role
from tenants.clinics.models import ClinicRollup
from tests.onboarding.plan.test_plan_api import move
from tests.support.cases import make_provider
from tests.support.counting import counted_statements


def test_the_portfolio_shows_only_own_clinics(clinic, other_clinic):
    page = clinic.manager.pages.get("/portfolio")
    assert clinic.name in page
    assert other_clinic.name not in page
    found = clinic.manager.pages.get("/portfolio?q=harbor&only=late")
    assert clinic.name in found
    assert "Go-live by weeks" in clinic.manager.pages.get("/portfolio?view=weeks")
    assert "No clinic matches" in clinic.manager.pages.get("/portfolio?q=lakeside")


def test_who_works_in_one_clinic_starts_there_and_not_in_the_portfolio(world, clinic, other_clinic):
    own = clinic.admin.pages.client.get("/portfolio")
    assert (own.status_code, own.headers["Location"]) == (302, clinic.page())
    provider_id, _ = make_provider(clinic)
    provider = world.join(clinic, world.person("Robin Provider"), Role.PROVIDER, provider_id)
    panel = provider.pages.client.get("/portfolio")
    assert (panel.status_code, panel.headers["Location"]) == (302, "/me/panel")
    assert provider.api.get("/api/v1/portfolio")["items"] == []
    world.join(other_clinic, clinic.admin, Role.CLINIC_ADMIN)
    assert other_clinic.name in clinic.admin.pages.get("/portfolio", follow=False)


def test_the_title_names_the_clinic_once(clinic):
    title = re.search("<title>(.*?)</title>", clinic.manager.pages.get(clinic.page()))
    assert title and title.group(1) == f"{clinic.name} · Onpanel"


def test_a_plan_that_begins_late_says_from_which_day_it_counts(clinic):
    assert re.search("signed on Mon, Nov 2.*; the plan counts from there", clinic.manager.pages.get(clinic.page()))
    move(clinic.manager, clinic, "T001", "skipped", reason="Signed on paper")
    assert "the plan counts from there" not in clinic.manager.pages.get(clinic.page())


def test_a_manager_signs_a_clinic_on_the_page(clinic):
    pages = clinic.manager.pages
    form = {"name": "Maple Grove Therapy", "state": "OH", "timezone": "America/New_York", "contract_date": "2026-11-24"}
    refused = pages.post("/clinics/new", {**form, "npi": "1234567890"}, expect=422)
    assert "check digit" in refused
    home = pages.post("/clinics/new", {**form, "has_sud": "true", "variant": "express_2w"})
    assert "Maple Grove Therapy" in home
    assert "Whose turn" in home
    clinic.admin.pages.get("/clinics/new", expect=403)


@pytest.mark.parametrize("days", [-365_000, -1100, 370, 26_000])
def test_a_contract_of_another_time_is_refused_at_both_doors(clinic, days):
    day = (clock.today() + timedelta(days=days)).isoformat()
    facts = {"name": "Odd Year Therapy", "state": "OH", "timezone": "America/New_York", "contract_date": day}
    problem = clinic.manager.api.post("/api/v1/clinics", facts, expect=422)
    assert problem["errors"][0]["pointer"] == "#/contract_date"
    assert "Give the day of the signature" in clinic.manager.pages.post("/clinics/new", facts, expect=422)
    clinic.manager.api.patch(clinic.url(""), {"contract_date": day}, expect=422)


def test_one_odd_clinic_does_not_stretch_the_weeks(clinic):
    with clinic.work():
        db().execute(update(ClinicRollup).values(go_live_target=date(1026, 12, 8), forecast_p80=date(2999, 1, 4)))
    page = clinic.manager.pages.get("/portfolio?view=weeks")
    assert clinic.name in page
    assert page.count("timeline-grid") <= 2 * 62


def test_the_home_asks_the_clinic_for_what_is_theirs(clinic):
    page = clinic.admin.pages.get(clinic.page())
    assert "we need from you" in page
    assert "Countersign the services agreement" in page
    move(clinic.manager, clinic, "T001", "skipped", reason="Signed on paper")
    assert "Send the intake questionnaire" not in clinic.admin.pages.get(clinic.page())
    assert "Send the intake questionnaire" in clinic.manager.pages.get(clinic.page())


@pytest.mark.parametrize("view", ["", "?view=timeline&only=all", "?only=late"])
def test_the_checklist_has_its_views(clinic, view):
    page = clinic.manager.pages.get(clinic.page(f"/plan{view}"))
    assert "Contract and compliance" in page
    assert "Build the matrix" in page
    assert "Send the intake questionnaire" not in clinic.admin.pages.get(clinic.page(f"/plan{view}"))


def test_a_task_is_moved_on_its_own_page_and_refused_with_the_form(clinic):
    task = move(clinic.manager, clinic, "T012", "in_progress")
    address = clinic.page(f"/plan/tasks/{task['id']}")
    panel = clinic.manager.pages.get(address)
    assert "Minutes of the call" in panel
    refused = clinic.manager.pages.post(f"{address}/step", {"to": "blocked", "reason": "No date"}, expect=422)
    assert "Fix this first" in refused
    blocked = clinic.manager.pages.post(
        f"{address}/step", {"to": "blocked", "reason": "No date yet", "waiting_on": "clinic"}
    )
    assert "No date yet" in blocked
    clinic.manager.pages.post(f"{address}/dates", {"planned_start": "2026-12-01", "planned_end": "2026-12-03"})
    inside = clinic.manager.api.get(clinic.url("/tasks/T010"))["id"]
    clinic.admin.pages.get(clinic.page(f"/plan/tasks/{inside}"), expect=404)


def test_a_stale_tab_is_told_in_words_where_the_task_stands(clinic):
    task = move(clinic.manager, clinic, "T012", "in_progress")
    address = clinic.page(f"/plan/tasks/{task['id']}/step")
    again = clinic.manager.pages.post(address, {"to": "in_progress"}, expect=409)
    assert "This task is already in progress. Reload to see what changed." in again
    move(clinic.manager, clinic, "T012", "claimed")
    late = clinic.manager.pages.post(
        address, {"to": "blocked", "reason": "No date", "waiting_on": "clinic"}, expect=409
    )
    assert "That step is not possible now: the task is claimed." in late
    assert "in_progress does" not in again


def test_go_live_is_refused_on_the_page_with_what_is_missing(clinic):
    task = clinic.manager.api.get(clinic.url("/tasks/T113"))["id"]
    refused = clinic.manager.pages.post(clinic.page(f"/plan/tasks/{task}/step"), {"to": "in_progress"}, expect=409)
    assert "has to be verified" in refused


def test_a_task_that_waits_for_the_gate_says_so_and_offers_no_start(clinic):
    task = clinic.manager.api.get(clinic.url("/tasks/T112"))["id"]
    panel = clinic.manager.pages.get(clinic.page(f"/plan/tasks/{task}"))
    assert re.search(r"Waits for the ready-to-bill gate: \d+ tasks are not verified yet", panel)
    for step in ("in_progress", "claimed", "verified"):
        assert f'name="to" value="{step}"' not in panel
    assert 'name="to" value="blocked"' in panel
    free = clinic.manager.api.get(clinic.url("/tasks/T012"))["id"]
    offered = clinic.manager.pages.get(clinic.page(f"/plan/tasks/{free}"))
    assert "Waits for the ready-to-bill gate" not in offered
    assert 'name="to" value="in_progress"' in offered


@pytest.mark.parametrize(("path", "most"), [("", 15), ("/plan", 8), ("/plan?view=timeline&only=all", 8)])
def test_the_number_of_statements_does_not_grow(world, path, most):
    clinic = world.clinic("Steady Counseling", contract_on=clock.today(), variant="express_2w")
    pages = clinic.manager.pages
    pages.get(clinic.page(path))
    with counted_statements() as before:
        pages.get(clinic.page(path))
    for code in ("T001", "T002", "T010", "T011", "T012", "T013"):
        move(clinic.manager, clinic, code, "skipped", reason="Done before the contract")
    with counted_statements() as after:
        pages.get(clinic.page(path))
    assert len(after) == len(before) <= most, "\n".join(after)
