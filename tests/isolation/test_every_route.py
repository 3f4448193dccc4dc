"""Every route, called by every role of another clinic, answers as if nothing were there; and without signing in it answers 401."""

from __future__ import annotations

import uuid

import pytest

from tenants.access.gate import access_of
from tenants.access.roles import Role

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


def routes(app, *, inside):
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        wanted = access_of(app, rule.endpoint)
        if (wanted.kind == "clinic") == inside and rule.endpoint != "static":
            for method in sorted(rule.methods & set(METHODS)):
                yield rule, method, wanted


def made_up(name, converter):
    """A value of the kind that this part of an address takes; nothing has it."""
    kind = type(converter).__name__
    if kind == "AnyConverter":
        return sorted(converter.items)[0]
    usual = "1710448576" if name == "npi" else "x"
    return {"UUIDConverter": uuid.uuid4(), "IntegerConverter": 1}.get(kind, usual)


def address(app, rule, clinic_id, **ids):
    values = {name: ids.get(name, made_up(name, rule._converters[name])) for name in rule.arguments}
    if "clinic_id" in values:
        values["clinic_id"] = clinic_id
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def people_of(world, clinic):
    with clinic.work():
        from credentialing.providers.models import Provider
        from infra.db import db

        provider = Provider(npi="1710448576", first_name="Ana", last_name="Ruiz", former_names=[])
        db().add(provider)
        db().flush()
    clinic.provider_id = provider.id
    clinic.people[Role.PROVIDER] = world.join(clinic, world.person("Pia Provider"), Role.PROVIDER, provider.id)
    return clinic.people


def test_foreign_clinic_does_not_exist_on_any_route_for_any_role(app, world, clinic, other_clinic):
    clinic.people[Role.VENDOR_ADMIN] = world.join(clinic, world.person("Vera Admin"), Role.VENDOR_ADMIN)
    people = people_of(world, clinic)
    assert set(people) == set(Role)
    checked = 0
    for rule, method, _ in routes(app, inside=True):
        theirs = address(app, rule, other_clinic.id)
        nowhere = address(app, rule, uuid.uuid4())
        for person in people.values():
            if rule.rule.startswith("/api/"):
                answers = [
                    person.api.call(method, url, json={} if method != "GET" else None) for url in (theirs, nowhere)
                ]
            else:
                pages = person.pages
                form = {"csrf_token": pages._csrf()} if method != "GET" else None
                answers = [pages.client.open(url, method=method, data=form) for url in (theirs, nowhere)]
            assert [answer.status_code for answer in answers] == [404, 404], (method, rule.rule, person.name)
            assert other_clinic.name not in answers[0].get_data(as_text=True)
            checked += 1
    assert checked >= 5 * 20


def test_own_clinic_with_foreign_ids_does_not_show_them(app, world, clinic, other_clinic):
    """Ids of the other clinic inside one's own address are as unknown as made-up ones."""
    people_of(world, other_clinic)
    with other_clinic.work() as session:
        from sqlalchemy import text

        document = uuid.uuid4()
        session.execute(
            text(
                "INSERT INTO app.document (tenant_id, id, created_at, filename, content_type, size, sha256, status, object_key,"
                " uploaded_by_name, review_status, version) VALUES (:t, :d, now(), 'secret.pdf', 'application/pdf', 1, 'x',"
                " 'available', 'k', 'x', 'pending', 1)"
            ),
            {"t": other_clinic.id, "d": document},
        )
        membership = session.execute(text("SELECT id FROM app.membership LIMIT 1")).scalar()
        job = session.execute(text("SELECT id FROM app.outbox LIMIT 1")).scalar() or uuid.uuid4()
    ids = {
        "document_id": document,
        "provider_id": other_clinic.provider_id,
        "membership_id": membership,
        "job_id": job,
    }
    for rule, method, _ in routes(app, inside=True):
        if not set(ids) & rule.arguments:
            continue
        theirs, nowhere = address(app, rule, clinic.id, **ids), address(app, rule, clinic.id)
        if rule.rule.startswith("/api/"):
            first, second = (
                clinic.manager.api.call(method, url, json={} if method != "GET" else None) for url in (theirs, nowhere)
            )
        else:
            pages = clinic.manager.pages
            form = {"csrf_token": pages._csrf()} if method != "GET" else None
            first, second = (pages.client.open(url, method=method, data=form) for url in (theirs, nowhere))
        assert first.status_code == second.status_code, (method, rule.rule, first.status_code, second.status_code)
        assert first.status_code in {404, 422, 409} or first.status_code in {301, 302}, (
            method,
            rule.rule,
            first.status_code,
        )
        assert "secret.pdf" not in first.get_data(as_text=True)


def test_every_route_refuses_strangers(app, clinic):
    from tests.support.clients import Api

    stranger = Api(app, None)
    for inside in (True, False):
        for rule, method, wanted in routes(app, inside=inside):
            if wanted.kind == "public":
                continue
            url = address(app, rule, clinic.id)
            if rule.rule.startswith("/api/"):
                assert stranger.call(method, url, json={} if method != "GET" else None).status_code == 401, (
                    method,
                    url,
                )
            elif method == "GET":
                answer = app.test_client().get(url)
                assert answer.status_code in {302, 401} and "/sign-in" in answer.headers.get("Location", "/sign-in"), (
                    url
                )


def test_changes_with_a_cookie_need_the_form_token(app, clinic):
    pages = clinic.manager.pages
    for rule, method, wanted in routes(app, inside=True):
        if method == "GET" or wanted.kind == "public":
            continue
        answer = pages.client.open(
            address(app, rule, clinic.id), method=method, json={} if rule.rule.startswith("/api/") else None
        )
        assert answer.status_code == 403, (method, rule.rule, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_role_without_the_permission_is_refused_and_nothing_else(app, world, clinic, role):
    people = people_of(world, clinic)
    people.setdefault(Role.VENDOR_ADMIN, world.join(clinic, world.person("Vera Admin"), Role.VENDOR_ADMIN))
    person = people[role]
    for rule, method, wanted in routes(app, inside=True):
        url = address(app, rule, clinic.id)
        if rule.rule.startswith("/api/"):
            status = person.api.call(method, url, json={} if method != "GET" else None).status_code
        elif method == "GET":
            status = person.pages.get_status(url)
        else:
            continue
        if role in wanted.permission.roles:
            assert status != 401 and status < 500, (role, method, url, status)
        else:
            assert status == 403, (role, method, url, status)
