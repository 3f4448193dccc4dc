"""The trail: one row for each act, nothing for what was rolled back, and any tampering is found at its place."""

from __future__ import annotations

import os
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from tenants.audit import record
from tenants.audit.rules import GENESIS, link_hash
from tenants.audit.services import verify
from tests.support.world import Scope, unit_of_work


def note(clinic, count):
    for number in range(count):
        with clinic.work():
            record("test.noted", f"noted {number}", subject_kind="test", facts={"n": number})


@pytest.fixture
def tamper():
    admin = create_engine(os.environ["TEST_ADMIN_DSN"].replace("postgresql://", "postgresql+psycopg://", 1))
    yield lambda statement, **values: _run(admin, statement, values)
    admin.dispose()


def _run(admin, statement, values):
    with admin.begin() as connection:
        connection.execute(text(statement), values)


def check(clinic):
    with unit_of_work(Scope(tenant_id=clinic.id)):
        return verify()


def test_intact_chain_and_rolled_back_acts(clinic):
    before = check(clinic).events
    note(clinic, 5)

    def fails():
        with clinic.work():
            record("test.noted", "never happened", subject_kind="test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    found = check(clinic)
    assert (found.intact, found.events) == (True, before + 5)


def test_writers_at_the_same_time_make_one_chain(clinic):
    threads = [threading.Thread(target=note, args=(clinic, 5)) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    found = check(clinic)
    assert found.intact
    assert found.events >= 30


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE app.audit_event SET summary = 'nothing' WHERE tenant_id = :t AND sequence = :s",
        "UPDATE app.audit_event SET actor_name = 'Somebody' WHERE tenant_id = :t AND sequence = :s",
        """UPDATE app.audit_event SET facts = '{"n": 99}' WHERE tenant_id = :t AND sequence = :s""",
        "UPDATE app.audit_event SET created_at = created_at + interval '1 second' WHERE tenant_id = :t AND sequence = :s",
        "DELETE FROM app.audit_event WHERE tenant_id = :t AND sequence = :s",
    ],
)
def test_tampering_is_found_where_it_was_done(clinic, tamper, change):
    note(clinic, 8)
    last = check(clinic).events
    at = random.randrange(2, last + 1)
    tamper(change, t=clinic.id, s=at)
    found = check(clinic)
    assert not found.intact
    assert found.broken_at in {at, at + 1}
    assert clinic.manager.api.get(clinic.url("/audit/verify"))["intact"] is False


def test_cut_off_end_is_found(clinic, tamper):
    note(clinic, 4)
    tamper(
        "DELETE FROM app.audit_event WHERE tenant_id = :t AND sequence > :s", t=clinic.id, s=check(clinic).events - 2
    )
    assert not check(clinic).intact


def test_what_the_vendor_keeps_to_itself_is_not_shown_to_the_clinic(clinic):
    with clinic.work():
        record("test.noted", "noted something internal", subject_kind="test", is_internal=True)
        record("test.noted", "noted something shared", subject_kind="test")
    for path in ("/activity", "/audit"):
        seen = {who: str(clinic.people[who].api.get(clinic.url(path))) for who in clinic.people}
        for role, text_seen in seen.items():
            assert "something shared" in text_seen
            assert ("something internal" in text_seen) == (role.side == "vendor"), (path, role)
    assert "something internal" not in clinic.admin.pages.get(clinic.page("/activity"))


def test_application_cannot_rewrite_the_trail(clinic):
    note(clinic, 1)
    for statement in ("UPDATE app.audit_event SET summary = 'x'", "DELETE FROM app.audit_event"):
        with pytest.raises(Exception, match="permission denied"), clinic.work() as session:
            session.execute(text(statement))


def test_activity_is_paged_and_verifiable_on_its_page(clinic):
    note(clinic, 7)
    first = clinic.admin.api.get(clinic.url("/activity?limit=5"))
    rest = clinic.admin.api.get(clinic.url(f"/activity?limit=200&cursor={first['next_cursor']}"))
    sequences = [item["sequence"] for item in first["items"] + rest["items"]]
    assert len(set(sequences)) >= 7
    assert sequences == sorted(set(sequences), reverse=True)
    assert "fit together" in clinic.admin.pages.get(clinic.page("/activity?verify=1"))
    clinic.admin.api.get(clinic.url("/activity?cursor=garbage"), expect=422)


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=12), st.none()), max_size=5))
def test_hash_depends_on_every_field_and_on_what_was_before(fields):
    base = link_hash(GENESIS, fields)
    assert base == link_hash(GENESIS, dict(reversed(fields.items())))
    assert base != link_hash("1" * 64, fields)
    assert base != link_hash(GENESIS, fields | {"more": 1})
