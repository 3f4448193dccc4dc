from __future__ import annotations

import json
import socket
import stat

import pytest

from infra.dev.errors import StackError
from infra.dev.state import ROLES, State, free_port, port_is_free


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "state")


def test_secrets_are_private_and_stay_the_same(state):
    first = state.secrets()
    assert first.keys() >= {"postgres", "redis", "secret_key", "field_key", *ROLES}
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((state.folder / "secrets.json").stat().st_mode) == 0o600
    assert State(state.folder).secrets() == first


def test_a_secret_that_a_newer_release_needs_is_added(state):
    first = state.secrets()
    kept = {key: value for key, value in first.items() if key != "app_relay"}
    (state.folder / "secrets.json").write_text(json.dumps(kept))
    second = state.secrets()
    assert second["app_relay"] != first["app_relay"]
    assert {key: second[key] for key in kept} == kept


def test_lost_secrets_are_not_replaced_when_data_exist(state):
    (state.folder / "redis").mkdir()
    with pytest.raises(StackError, match=r"secrets\.json is missing although data exist"):
        state.secrets()


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_file_is_named(state, content):
    (state.folder / "secrets.json").write_text(content)
    with pytest.raises(StackError, match=r"secrets\.json"):
        state.secrets()


def test_ports_persist_and_one_that_is_taken_is_replaced(state):
    port = state.port("redis")
    state.unlock()
    assert State(state.folder).port("redis") == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not port_is_free(port)
        replaced = state.port("redis")
    assert replaced != port
    assert state.port("redis") == replaced


def test_two_stacks_that_start_at_once_choose_different_ports(state, tmp_path):
    port = state.port("redis")
    other = State(tmp_path / "other")
    (other.folder / "ports.json").write_text(json.dumps({"redis": port}))
    assert other.port("redis") != port
    state.unlock()
    (other.folder / "ports.json").write_text(json.dumps({"redis": port}))
    assert other.port("redis") == port


def test_two_services_never_share_a_port(state):
    assert len({state.port(f"service-{number}") for number in range(40)}) == 40
    assert free_port() not in range(32768, 61000)


def test_one_run_at_a_time(state):
    state.lock()
    with pytest.raises(StackError, match="Another Onpanel"):
        State(state.folder).lock()
    state.unlock()
    State(state.folder).lock()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="Set ONPANEL_STATE to another"):
        State(tmp_path / "file" / "state")
