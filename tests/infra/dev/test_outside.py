from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest

from infra.dev.errors import StackError
from infra.dev.outside import database_environment
from infra.dev.stack import Stack
from infra.dev.state import State


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL that stands for somebody else's: only its administrator's address is used."""
    stack = Stack(tmp_path_factory.mktemp("outside") / "state", services={"postgres"}, durable=False).start()
    yield stack.admin_dsn
    stack.remove()


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "state")


def database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@pytest.mark.parametrize(("named", "made"), [("clinics", "clinics"), ("postgres", "onpanel"), ("", "onpanel")])
def test_an_administrator_makes_roles_and_database(server, state, named, made):
    address = database(server, named).replace("postgresql://", "postgresql+psycopg://")
    env = database_environment({"DATABASE_URL": address}, state)
    for name, role in {
        "DATABASE_URL": "app_web",
        "WORKER_DATABASE_URL": "app_worker",
        "RELAY_DATABASE_URL": "app_relay",
        "MIGRATOR_DATABASE_URL": "app_migrator",
    }.items():
        with psycopg.connect(env[name]) as connection:
            found = connection.execute("SELECT current_user::text, current_database()::text").fetchone()
        assert found == (role, made)
    assert database_environment({"DATABASE_URL": address}, state) == env


def test_a_plain_login_is_the_web_process_and_needs_the_other_three(server, state):
    env = database_environment({"DATABASE_URL": server}, state)
    with pytest.raises(StackError, match="Set WORKER_DATABASE_URL, RELAY_DATABASE_URL, MIGRATOR_DATABASE_URL too"):
        database_environment({"DATABASE_URL": env["DATABASE_URL"]}, state)
    assert database_environment(env, state) == env


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://me@127.0.0.1/onpanel", "must begin with postgresql://"),
        ("postgresql://me@127.0.0.1:1/onpanel", "does not answer"),
    ],
)
def test_an_address_that_cannot_be_used_gets_one_line(state, address, words):
    with pytest.raises(StackError, match=words) as refusal:
        database_environment({"DATABASE_URL": address}, state)
    assert "\n" not in str(refusal.value)
