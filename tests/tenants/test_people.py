"""Sign-in, invitations by mailed link, tokens and revocation."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import create_engine, text

from infra import clock
from infra.problems import TooManyRequests
from tenants.access.identity import by_session
from tenants.access.roles import Role
from tenants.people import services
from tenants.people.caught_mail import caught_mail
from tenants.people.rules import invitable_roles, password_defects
from tests.support.clients import Api, Pages
from tests.support.world import drain

GOOD = "seven green herons wade slowly"


def as_admin(statement: str, **values) -> None:
    admin = create_engine(os.environ["TEST_ADMIN_DSN"].replace("postgresql://", "postgresql+psycopg://", 1))
    with admin.begin() as connection:
        connection.execute(text(statement), values)
    admin.dispose()


def link_for(address: str) -> str:
    mail = next(message for message in caught_mail(os.environ["MAIL_DIR"]) if message.to == address)
    return next(line for line, is_link in mail.lines if is_link)


def test_invited_person_chooses_a_password_and_joins(app, world, clinic):
    address = f"nora.{clinic.id.hex[-10:]}@example.test"
    clinic.manager.pages.post(clinic.page("/people"), {"email": address, "role": "clinic_admin", "name": "Nora"})
    drain(clinic)
    path = re.sub(r"^https?://[^/]+", "", link_for(address))
    guest = Pages(app, None)
    page = guest.get(path)
    assert "Join Harbor Counseling" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    refused = guest.client.post(path, data={"csrf_token": token, "password": "short", "name": "Nora Field"})
    assert refused.status_code == 422
    assert "at least 15 characters" in refused.get_data(as_text=True).lower()
    accepted = guest.client.post(path, data={"csrf_token": token, "password": GOOD, "name": "Nora Field"})
    assert accepted.status_code == 302
    members = {m["email"]: m for m in clinic.manager.api.get(clinic.url("/members"))["items"]}
    assert members[address]["status"] == "active"
    assert members[address]["name"] == "Nora Field"
    assert Pages(app, None).get(path, expect=404)
    assert services.sign_in(email=address, password=GOOD)


def test_newer_invitation_replaces_the_older_link(app, clinic):
    address = f"otto.{clinic.id.hex[-10:]}@example.test"
    for _ in range(2):
        clinic.manager.api.post(clinic.url("/members"), {"email": address, "role": "clinic_admin"}, expect=201)
        drain(clinic)
    links = [
        line for m in caught_mail(os.environ["MAIL_DIR"]) if m.to == address for line, is_link in m.lines if is_link
    ]
    paths = [re.sub(r"^https?://[^/]+", "", link) for link in links]
    answers = sorted(Pages(app, None).client.get(path).status_code for path in paths)
    assert answers == [200, 404]


def test_link_dies_after_72_hours(app, clinic, world):
    person = world.person("Late Larry")
    token = services.create_link(person_id=person.id, clinic_id=clinic.id, purpose="invitation")
    as_admin("UPDATE sec.magic_link SET expires_at = now() WHERE person_id = :p", p=person.id)
    Pages(app, None).get(f"/invitations/{token}", expect=404)


def test_wrong_password_says_nothing_and_ten_lock_the_account(world):
    person = world.person("Lock Smith")
    services.set_password(person.id, email=person.email, password=GOOD)
    for email, password in ((person.email, "wrong"), ("nobody@example.test", GOOD)):
        with pytest.raises(services.WrongPassword) as caught:
            services.sign_in(email=email, password=password)
        assert caught.value.detail == "That address and password do not match"
    for _ in range(9):
        with pytest.raises(services.WrongPassword):
            services.sign_in(email=person.email, password="wrong")
    with pytest.raises(TooManyRequests):
        services.sign_in(email=person.email, password=GOOD)


def test_sign_in_page_leads_to_where_one_wanted_to_go(app, clinic):
    services.set_password(clinic.admin.id, email=clinic.admin.email, password=GOOD)
    browser = app.test_client()
    away = browser.get(clinic.page("/people"))
    assert away.status_code == 302
    assert "/sign-in?next=" in away.location
    page = browser.get(away.location).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    form = {"csrf_token": token, "email": clinic.admin.email, "password": GOOD}
    assert browser.post("/sign-in", data={**form, "next": "//evil.example/"}).location == "/"
    browser = app.test_client()
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    back = browser.post("/sign-in", data={**form, "csrf_token": token, "next": clinic.page("/people")})
    assert back.location == clinic.page("/people")
    assert browser.get(clinic.page("/people")).status_code == 200


def test_signed_out_cookie_is_worthless_wherever_it_was_copied(app, clinic):
    pages = clinic.manager.pages
    copy = app.test_client()
    with pages.client.session_transaction() as source, copy.session_transaction() as target:
        target.update(source)
    assert copy.get("/me/tokens").status_code == 200
    pages.post("/sign-out")
    assert copy.get("/me/tokens").status_code == 302


def test_idle_session_ends(world):
    person = world.person("Idle Ida")
    token = services.open_session(person.id)
    assert by_session(token) is not None
    from sqlalchemy import create_engine, text

    admin = create_engine(os.environ["TEST_ADMIN_DSN"].replace("postgresql://", "postgresql+psycopg://", 1))
    with admin.begin() as connection:
        connection.execute(
            text("UPDATE sec.session SET seen_at = now() - interval '16 minutes' WHERE person_id = :p"),
            {"p": person.id},
        )
    admin.dispose()
    assert by_session(token) is None


def test_ended_membership_hides_the_clinic_at_once(clinic):
    members = {m["email"]: m["id"] for m in clinic.manager.api.get(clinic.url("/members"))["items"]}
    clinic.admin.api.get(clinic.url(""))
    clinic.manager.api.call("DELETE", clinic.url(f"/members/{members[clinic.admin.email]}"))
    clinic.admin.api.get(clinic.url(""), expect=404)
    own = clinic.manager.api.call("DELETE", clinic.url(f"/members/{members[clinic.manager.email]}"))
    assert own.status_code == 409


def test_revoked_token_stops_at_once(app, world):
    person = world.person("Tok Ken")
    token_id, token = services.issue_token(person.id, label="x")
    assert Api(app, token).get("/api/v1/me")["email"] == person.email
    services.revoke_token(person.id, token_id)
    Api(app, token).get("/api/v1/me", expect=401)
    Api(app, "onp_made-up").get("/api/v1/me", expect=401)


def test_invited_account_manager_belongs_to_the_vendor(app, clinic):
    address = f"ari.{clinic.id.hex[-10:]}@example.test"
    clinic.manager.api.post(clinic.url("/members"), {"email": address, "role": "account_manager"}, expect=201)
    _, token = services.issue_token(services.find_person(address), label="test")
    roles = {(role["clinic_id"], role["role"]) for role in Api(app, token).get("/api/v1/me")["roles"]}
    assert roles == {(None, "account_manager")}


def test_clinic_admin_cannot_make_vendor_staff(clinic):
    clinic.admin.api.post(clinic.url("/members"), {"email": "x@example.test", "role": "account_manager"}, expect=403)
    assert invitable_roles(Role.PROVIDER) == frozenset()


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        (GOOD, True),
        ("Tr0ub4dor&3", False),
        ("aaaaaaaaaaaaaaaaaaa", False),
        ("password1234567890", False),
        ("x" * 129, False),
    ],
)
def test_password_rules(password, fine):
    assert (password_defects(password, email="nora@example.test") == []) == fine


def test_clock_can_be_set():
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        assert clock.today().isoformat() == "2026-12-01"
    with clock.freeze(clock.now() - timedelta(days=3)):
        frozen = clock.now()
        assert clock.now() == frozen
