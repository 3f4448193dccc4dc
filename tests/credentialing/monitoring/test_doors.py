"""The calendar's pages, its API, and each person's own calendar address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar

from credentialing.credentials.services import save_credential
from credentialing.monitoring import services
from credentialing.providers.provenance import FactSource
from infra import clock
from tenants.access.roles import Role
from tests.support.cases import make_provider, start_case
from tests.support.counting import counted_statements
from tests.support.world import drain


def fill(clinic, last_name="Ortiz", days=20):
    provider, _ = make_provider(clinic, last_name)
    with clinic.work():
        values = {"number": "I.1200456", "state": "OH", "expires_on": clock.today() + timedelta(days=days)}
        save_credential(provider_id=provider, kind="state_license", values=values, source=FactSource("person"))
    drain(clinic)
    return provider


def test_the_calendar_lists_draws_and_takes_an_answer(clinic):
    provider = fill(clinic)
    fill(clinic, "Ruiz", days=-3)
    with clinic.work():
        services.remind()
    pages = clinic.admin.pages
    page = pages.get(clinic.page("/providers/calendar"))
    assert "Next 120 days" in page
    assert "1 expired" in page
    item = clinic.admin.api.get(clinic.url(f"/expirables?provider_id={provider}"))["items"][0]
    assert (item["days_left"], item["band"], item["owes"], item["holds"]) == (20, "month", "provider", True)
    address = clinic.page(f"/providers/calendar/{item['id']}")
    assert "Who was told" in pages.get(address)
    assert "License" in pages.get(clinic.page(f"/providers/calendar?month={clock.today():%Y-%m}"))
    until = (clock.today() + timedelta(days=10)).isoformat()
    pages.post(address, {"act": "acted", "until_on": until, "reason": "x"}, expect=422)
    assert "Noted" in pages.post(address, {"act": "acted", "until_on": until, "reason": "Filed on Monday"})
    assert "Being renewed" in pages.get(clinic.page("/providers/calendar"))
    api = clinic.admin.api
    assert api.get(clinic.url(f"/expirables/{item['id']}"))["said"]["reason"] == "Filed on Monday"
    api.post(clinic.url(f"/expirables/{item['id']}/resume"))
    api.post(clinic.url(f"/expirables/{item['id']}/resume"), expect=409)
    far = {"until_on": (clock.today() + timedelta(days=50)).isoformat(), "reason": "Too far"}
    api.post(clinic.url(f"/expirables/{item['id']}/snooze"), far, expect=422)
    assert [row["label"] for row in api.get(clinic.url("/lapses?show=open"))["items"]] == ["License"]
    assert {row["whose"] for row in api.get(clinic.url("/reminders"))["items"]} == {"Dana Ortiz", "Dana Ruiz"}
    csv = api.call("GET", clinic.url("/exports/expirables.csv")).get_data(as_text=True)
    assert "Dana Ortiz,License,state_license,OH" in csv


def test_pages_of_the_watch_list_follow_each_other(clinic):
    for number in range(3):
        fill(clinic, f"Ortiz{number}", days=10 + number)
    first = clinic.manager.api.get(clinic.url("/expirables?limit=2"))
    rest = clinic.manager.api.get(clinic.url(f"/expirables?limit=2&cursor={first['next_cursor']}"))
    assert [item["days_left"] for item in first["items"] + rest["items"]] == [10, 11, 12]
    assert rest["next_cursor"] is None


def test_a_calendar_address_opens_only_what_its_person_may_see(clinic, world, app):
    mine = fill(clinic)
    fill(clinic, "Somebody", days=40)
    person = world.join(clinic, world.person("Dana Provider"), Role.PROVIDER, mine)
    made = person.api.post("/api/v1/me/calendar-feeds", {"label": "Phone"}, expect=201)
    path = made["url"][made["url"].index("/calendar/") :]
    stranger = app.test_client()
    answer = stranger.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    body = answer.get_data(as_text=True)
    assert "1200456" not in body
    calendar = Calendar.from_ical(body)
    assert [str(event["summary"]) for event in calendar.walk("VEVENT")] == [
        f"License (OH) ends: Dana Ortiz, {clinic.name}"
    ]
    event = calendar.walk("VEVENT")[0]
    assert event.decoded("dtstart") == clock.today() + timedelta(days=20)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    headers = {"Authorization": f"Bearer {token}"}
    assert stranger.get("/api/v1/me", headers=headers).status_code == 401
    assert len(Calendar.from_ical(_feed_of(clinic.manager, stranger)).walk("VEVENT")) == 2
    feed = person.api.get("/api/v1/me/calendar-feeds")["items"][0]
    assert (feed["label"], feed["seen_at"] is not None) == ("Phone", True)
    other = clinic.admin.api.call("DELETE", f"/api/v1/me/calendar-feeds/{feed['id']}")
    assert other.status_code == 404
    person.pages.post(f"/me/calendar/{feed['id']}/revoke", {})
    assert stranger.get(path).status_code == 404


def _feed_of(person, client):
    made = person.pages.post("/me/calendar", {"label": "Desk"})
    start = made.index("/calendar/", made.index("Your new address"))
    return client.get(made[start : made.index(".ics", start) + 4]).get_data()


def test_a_provider_answers_for_their_own_and_cannot_see_others(clinic, world):
    mine, other = fill(clinic), fill(clinic, "Somebody", days=40)
    person = world.join(clinic, world.person("Dana Provider"), Role.PROVIDER, mine)
    assert [row["provider_id"] for row in person.api.get(clinic.url("/expirables"))["items"]] == [str(mine)]
    theirs = clinic.admin.api.get(clinic.url(f"/expirables?provider_id={other}"))["items"][0]["id"]
    person.api.get(clinic.url(f"/expirables/{theirs}"), expect=404)
    own = person.api.get(clinic.url("/expirables"))["items"][0]["id"]
    address = clinic.page(f"/providers/calendar/{own}")
    assert "It ends in 20 days" in person.pages.get(address)
    until = (clock.today() + timedelta(days=10)).isoformat()
    assert "Being renewed" in person.pages.post(address, {"act": "acted", "until_on": until, "reason": "Filed today"})


@pytest.mark.parametrize(
    "path",
    ["/providers/calendar", "/providers/calendar?month=2026-12", "/providers/missing", "/providers/requirements"],
)
def test_pages_take_the_same_few_statements_for_one_and_for_many(clinic, other_clinic, path):
    for where, size in ((clinic, 1), (other_clinic, 9)):
        for number in range(size):
            provider, _ = make_provider(where, f"Ortiz{number}", license_expires_on=clock.today() + timedelta(days=9))
            start_case(where, provider)
        with where.work():
            services.refresh_watch()
            services.remind()
    counts = []
    for where in (clinic, other_clinic):
        pages = where.manager.pages
        pages.get(where.page(path))
        with counted_statements() as statements:
            pages.get(where.page(path))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 20, statements
