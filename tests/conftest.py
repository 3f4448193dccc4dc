"""Starts the real services once a run, gives each worker its own database, and hands tests a world to work in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

_PURE = ("tests/unit", "tests/integrations", "tests/infra/dev")
_RUN = pytest.StashKey()


def _needs_services(config: pytest.Config) -> bool:
    named = [arg.split("::")[0].rstrip("/") for arg in config.args]
    return not named or not all(any(path.startswith(pure) or f"/{pure}" in path for pure in _PURE) for path in named)


def pytest_configure(config: pytest.Config) -> None:
    """In the controlling process: start the services. In a worker: take the environment that was made for it."""
    if hasattr(config, "workerinput"):
        os.environ.update(config.workerinput.get("onpanel_env", {}))
        return
    if config.option.collectonly or not _needs_services(config):
        return
    from tests.support.services import Run

    run = Run()
    run.start()
    config.stash[_RUN] = run
    if not getattr(config.option, "numprocesses", None):
        os.environ.update(run.env_for(0))


def pytest_configure_node(node: object) -> None:
    """For each xdist worker: make its database."""
    run = node.config.stash.get(_RUN, None)
    if run is not None:
        number = int(node.workerinput["workerid"].removeprefix("gw"))
        node.workerinput["onpanel_env"] = run.env_for(number)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what belongs to the long suites."""
    from tests.support.scheduling import LONG

    if item.nodeid.startswith(LONG):
        item.add_marker(pytest.mark.long)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first (after the shuffling)."""
    from tests.support.scheduling import longest_first

    items[:] = longest_first(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file stays on one process, in the order of `longest_first`."""
    from tests.support.scheduling import HouseScheduling

    config.option.loadscopereorder = False
    return HouseScheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.stop()


@pytest.fixture(scope="session")
def app() -> object:
    """The application on this worker's services, logged in as the real role."""
    from app import create_app

    made = create_app()
    made.testing = True
    return made


@pytest.fixture
def world(app: object) -> object:
    """A fresh vendor staff and what makes clinics, people and clients."""
    from tests.support.world import World

    return World(app)


@pytest.fixture
def clinic(world: object) -> object:
    """A clinic with a person of every role."""
    return world.clinic("Harbor Counseling")


@pytest.fixture
def other_clinic(world: object) -> object:
    """A second clinic with other people: what the first must never see, and the other way round."""
    return world.clinic("Lakeside Behavioral Health")


@pytest.fixture(autouse=True)
def _clean_context() -> Iterator[None]:
    """No scope outlives a test."""
    yield
    if "infra.db.scope" in sys.modules:
        from infra.db.scope import scope_or_none

        assert scope_or_none() is None, "a test left a scope open"
