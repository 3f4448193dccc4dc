"""The demo vendor on real services: loaded once, then looked at from every side."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, func, select

from credentialing.enrollment.models import Enrollment, EnrollmentTouch
from credentialing.enrollment.services import unbillable_pairs
from credentialing.enrollment.states import EnrollmentState
from credentialing.providers.models import Provider
from infra.db import Scope, db, unit_of_work
from infra.ids import derived
from infra.outbox import OutboxRow
from infra.web.chrome import navigation
from onboarding.ar.models import ArImport
from onboarding.demo.ar import MISSING_CENTS
from onboarding.demo.clinics import CLINICS
from onboarding.demo.commands import sign_ins
from onboarding.demo.enrollments import EIGHT_PAYERS
from onboarding.demo.loading import load
from onboarding.demo.people import PASSWORD, ensure_staff
from onboarding.plan.models import PlanTask
from onboarding.portfolio.services import read_portfolio
from tenants.access.roles import Role
from tenants.audit.services import verify
from tenants.documents.models import Document
from tenants.people import services as people
from tests.support.clients import Pages


@pytest.fixture(scope="module")
def ids(app):
    """The loaded demo: clinic ids by key."""
    load(lambda words: None)
    vendor_id, _ = ensure_staff()
    yield {clinic.key: derived("demo", vendor_id, clinic.key) for clinic in CLINICS}
    for clinic in CLINICS:  # what is left for the relay (invitations) would keep other tests' workers busy
        with unit_of_work(Scope(tenant_id=derived("demo", vendor_id, clinic.key))) as session:
            session.execute(delete(OutboxRow).where(OutboxRow.done_at.is_(None)))


def everywhere(ids, question):
    """What `question` answers in each clinic, by key."""
    found = {}
    for key, tenant_id in ids.items():
        with unit_of_work(Scope(tenant_id=tenant_id)):
            found[key] = question()
    return found


def distinct(ids, column):
    """Every value of a column in all clinics."""
    return {
        value
        for values in everywhere(ids, lambda: set(db().scalars(select(column).distinct()))).values()
        for value in values
    }


def test_clinics_stand_where_they_should(ids):
    tenant_ids = tuple(ids.values())
    with unit_of_work(Scope(tenant_id=None, tenant_ids=tenant_ids)):
        rows = {row.name: row for row in read_portfolio().rows}
        order = list(rows)
    by_key = {clinic.key: rows[clinic.name] for clinic in CLINICS}
    assert len(rows) == 6
    assert order[0] == "Miami Valley Recovery"
    assert by_key["late"].days_late > 10
    assert by_key["kickoff"].gate == "G1_kickoff"
    assert by_key["waiting"].blocked_on == "clinic"
    assert by_key["tie_out"].gate == "G3_data"
    assert by_key["ready"].gate == "G5_go_live"
    assert by_key["ready"].gates_reached == 4
    assert by_key["live"].gates_reached >= 6
    assert by_key["live"].panels_billable > 0
    assert by_key["live"].panels_pending > 0


def test_it_has_something_of_everything(ids):
    assert sum(everywhere(ids, lambda: db().scalar(select(func.count(Provider.id)))).values()) >= 35
    assert distinct(ids, Provider.license_type) >= {
        "LISW",
        "LPCC",
        "LIMFT",
        "PSYCHOLOGIST",
        "PMHNP",
        "MD_DO_PSY",
        "LICDC",
        "LSW",
        "BCBA",
    }
    assert distinct(ids, Provider.registry_status) == {"found", "not_found"}
    assert distinct(ids, Document.status) == {"available", "quarantined", "awaiting_upload"}
    assert distinct(ids, Document.review_status) == {"pending", "accepted", "rejected"}
    assert distinct(ids, Enrollment.payer_id) == set(EIGHT_PAYERS)
    assert distinct(ids, Enrollment.status) == {state.value for state in EnrollmentState}
    assert distinct(ids, PlanTask.status) >= {"not_started", "in_progress", "blocked", "claimed", "verified"}
    assert distinct(ids, EnrollmentTouch.channel) == {"phone", "portal", "email"}
    assert all(
        len(found) > 3
        for key, found in everywhere(ids, unbillable_pairs).items()
        if key in {"late", "live", "tie_out", "ready"}
    )


def test_receivables_differ_in_one_clinic_and_are_accepted_in_another(ids):
    def imports():
        return {
            row.status: [each["difference_cents"] for each in row.differences] for row in db().scalars(select(ArImport))
        }

    found = everywhere(ids, imports)
    assert found["tie_out"] == {"ready": [-MISSING_CENTS]}
    assert found["live"] == {"accepted": []}
    assert found["late"] == {"accepted": []}


def test_no_work_failed_and_none_is_left_but_letters(ids):
    def open_topics():
        return {row.topic for row in db().scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None)))}

    assert set().union(*everywhere(ids, open_topics).values()) <= {"tenants.send_invitation", "tenants.check_upload"}
    assert not any(
        everywhere(
            ids, lambda: db().scalars(select(OutboxRow.last_error).where(OutboxRow.last_error.is_not(None))).all()
        ).values()
    )


def test_history_lies_in_the_past_and_its_chain_is_intact(ids):
    for key, found in everywhere(ids, verify).items():
        assert found.intact, key
        assert found.events > 20


def test_second_load_changes_nothing(ids, app):
    before = everywhere(ids, verify)
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code == 0, answer.output
    assert "loaded" not in answer.output
    assert answer.output.index(PASSWORD) < answer.output.index("Loading"), "the sign-ins come first"
    assert all(person.email in answer.output for person, _ in sign_ins())
    assert everywhere(ids, verify) == before


def test_it_is_refused_in_production(app, monkeypatch):
    monkeypatch.setattr("infra.settings.Settings.is_embedded", False)
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code == 1
    assert "production" in answer.output


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_every_role_renders(ids, app, role):
    person = next(who for who, _ in sign_ins() if who.role is role)
    pages = Pages(app, people.sign_in(email=person.email, password=PASSWORD))
    first = pages.get("/")
    seen = set(re.findall(r'<a[^>]+href="(/[^"#?]*)', first))
    if role is not Role.PROVIDER:
        for entry in navigation():
            if entry.needs_clinic and role in (entry.roles or entry.permission.roles):
                seen |= {address_of(app, entry.endpoint, tenant_id) for tenant_id in clinics_of(ids, role)}
    assert len(seen) > 1
    for path in sorted(seen):
        assert pages.get_status(path) in {200, 302}, path


def clinics_of(ids, role):
    """The clinics that the first sign-in of this role works in."""
    return [ids[CLINICS[0].key]] if role is Role.CLINIC_ADMIN else list(ids.values())


def address_of(app, endpoint, clinic_id):
    """The address of a navigation entry in a clinic."""
    with app.test_request_context():
        return app.url_map.bind("localhost").build(endpoint, {"clinic_id": clinic_id})
