"""Links that sign one person in once."""

from __future__ import annotations

import os
import re
import threading

import pytest
from flask_limiter.util import get_qualified_name
from sqlalchemy import text

from credentialing.providers.services import NewProvider, create_provider
from infra.db import system_transaction
from infra.ids import uuid7
from infra.problems import NotFound
from infra.web.limits import limiter
from tenants.access.roles import Role
from tenants.people import links, services
from tenants.people.caught_mail import caught_mail
from tests.support.clients import Pages
from tests.support.world import drain
from tests.tenants.test_people import as_admin


def mails_to(address: str) -> list[str]:
    """The links in the mail to an address, as paths."""
    found = [
        line for m in caught_mail(os.environ["MAIL_DIR"]) if m.to == address for line, is_link in m.lines if is_link
    ]
    return [re.sub(r"^https?://[^/]+", "", link) for link in found]


def ask(app, address: str, expect: int = 200) -> str:
    guest = Pages(app, None)
    token = re.search(r'name="csrf_token" value="([^"]+)"', guest.get("/sign-in/link")).group(1)
    answer = guest.client.post("/sign-in/link", data={"csrf_token": token, "email": address})
    assert answer.status_code == expect
    return answer.get_data(as_text=True)


def press(app, path: str) -> tuple[Pages, object]:
    guest = Pages(app, None)
    token = re.search(r'name="csrf_token" value="([^"]+)"', guest.get(path)).group(1)
    return guest, guest.client.post(path, data={"csrf_token": token})


@pytest.fixture
def provider(world, clinic):
    with clinic.work():
        made = create_provider(NewProvider(npi="1841305265", first_name="Dana", last_name="Ortiz"))
    return world.join(clinic, world.person("Dana Ortiz"), Role.PROVIDER, made.id)


def test_a_link_is_spent_by_the_button_and_not_by_looking(app, clinic, provider):
    ask(app, provider.email.upper())
    drain(clinic, only=links.TOPIC)
    (path,) = mails_to(provider.email)
    for _ in range(3):
        assert provider.email in Pages(app, None).get(path)
        assert Pages(app, None).client.head(path).status_code == 200
    guest, answer = press(app, path)
    assert answer.status_code == 302
    own = "/me/file" if "providers.me_file" in app.view_functions else "/me/panel"
    assert answer.location == own
    assert guest.client.get(own).status_code == 200
    Pages(app, None).get(path, expect=404)
    with pytest.raises(NotFound, match="15 minutes"):
        links.sign_in_by_link(path.rsplit("/", 1)[1])
    said = [row["summary"] for row in clinic.manager.api.get(clinic.url("/activity"))["items"]]
    assert any("sign-in link" in line for line in said)
    assert any("signed in with a link" in line for line in said)


def test_nobody_learns_who_has_an_address_and_vendor_staff_get_no_link(app, clinic):
    words = {re.sub(r"\S+@\S+", "@", re.sub(r'value="[^"]+"', "", ask(app, address))) for address in (
        clinic.admin.email, clinic.manager.email, f"nobody.{uuid7().hex}@example.test",
    )}  # fmt: skip
    assert len(words) == 1
    drain(clinic, only=links.TOPIC)
    assert mails_to(clinic.manager.email) == []
    assert len(mails_to(clinic.admin.email)) == 1
    ask(app, "no address", expect=422)


def test_staff_send_a_link_to_members_but_not_to_the_vendors_people(clinic, provider):
    members = {m["email"]: m["id"] for m in clinic.manager.api.get(clinic.url("/members"))["items"]}
    for _ in range(2):
        clinic.admin.api.post(clinic.url(f"/members/{members[provider.email]}/sign-in-link"), expect=202)
    clinic.admin.api.post(clinic.url(f"/members/{members[clinic.specialist.email]}/sign-in-link"), expect=409)
    provider.api.post(clinic.url(f"/members/{members[provider.email]}/sign-in-link"), expect=403)
    assert "Send link to sign in: Dana Ortiz" in clinic.admin.pages.get(clinic.page("/people"))
    drain(clinic, only=links.TOPIC)
    assert len(mails_to(provider.email)) == 1


def test_a_link_is_bound_to_its_purpose_its_time_and_the_membership(app, clinic, provider):
    facts = {"person_id": provider.id, "clinic_id": clinic.id}
    invitation = services.create_link(**facts, purpose="invitation")
    sign_in = services.create_link(**facts, purpose="sign_in", lifetime=links.LIFETIME)
    Pages(app, None).get(f"/sign-in/link/{invitation}", expect=404)
    Pages(app, None).get(f"/invitations/{sign_in}", expect=404)
    assert links.look_at_link(sign_in).email == provider.email
    newer = services.create_link(**facts, purpose="sign_in", lifetime=links.LIFETIME)
    with pytest.raises(NotFound):
        links.look_at_link(sign_in)
    with system_transaction() as connection:
        stored = connection.execute(text("SELECT has_table_privilege('sec.magic_link', 'SELECT')")).scalar()
    assert stored is False
    as_admin("UPDATE app.membership SET status = 'ended' WHERE person_id = :p", p=provider.id)
    with pytest.raises(NotFound):
        links.look_at_link(newer)
    as_admin("UPDATE app.membership SET status = 'active' WHERE person_id = :p", p=provider.id)
    as_admin("UPDATE sec.person SET vendor_role = 'specialist' WHERE id = :p", p=provider.id)
    with pytest.raises(NotFound):
        links.look_at_link(newer)
    as_admin("UPDATE sec.person SET vendor_role = NULL WHERE id = :p", p=provider.id)
    as_admin("UPDATE sec.magic_link SET expires_at = now() WHERE person_id = :p", p=provider.id)
    with pytest.raises(NotFound):
        links.look_at_link(newer)


def test_two_presses_at_once_open_one_session(app, clinic, provider):
    token = services.create_link(person_id=provider.id, clinic_id=clinic.id, purpose="sign_in", lifetime=links.LIFETIME)
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def once() -> None:
        gate.wait()
        try:
            links.sign_in_by_link(token)
            outcomes.append("in")
        except NotFound:
            outcomes.append("spent")

    threads = [threading.Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "spent"]


def test_asking_is_limited_by_place_and_by_address(app):
    # Rate limits are off in tests; what is declared is what the running product obeys.
    declared = {}
    for limit in limiter.limit_manager.decorated_limits(get_qualified_name(app.view_functions["people.send_link"])):
        with app.test_request_context(method="POST", data={"email": " Dana@Example.test "}):
            key = limit.key_func()
        with app.test_request_context(method="POST", data={"email": "dana@example.test"}):
            assert limit.key_func() == key
        declared[str(limit.limit)] = str(key).startswith("link:")
    assert declared == {"10 per 1 minute": False, "5 per 1 hour": True}


def test_an_invited_clinic_person_needs_no_password_but_vendor_staff_do(app, clinic):
    for role, needs in (("clinic_admin", False), ("specialist", True)):
        address = f"{role}.{uuid7().hex[-10:]}@example.test"
        clinic.manager.api.post(clinic.url("/members"), {"email": address, "role": role}, expect=201)
        drain(clinic, only="tenants.send_invitation")
        guest = Pages(app, None)
        (path,) = mails_to(address)
        token = re.search(r'name="csrf_token" value="([^"]+)"', guest.get(path)).group(1)
        answer = guest.client.post(path, data={"csrf_token": token, "name": "Nora Field"})
        assert (answer.status_code == 422) == needs
        assert (answer.status_code == 302) != needs
