"""The product as it runs, and a browser in front of it."""

from __future__ import annotations

import os

import psycopg
import pytest
from playwright.sync_api import sync_playwright
from redis import Redis

from tests.e2e.browser import ARGUMENTS
from tests.support.live import Live


def forget_open_work() -> None:
    """Work that other tests asked for and left open would keep these workers busy for minutes."""
    with psycopg.connect(os.environ["TEST_ADMIN_DSN"], autocommit=True) as admin:
        admin.execute("UPDATE app.outbox SET done_at = now() WHERE done_at IS NULL AND dead_at IS NULL")
        admin.execute("DELETE FROM app.schedule")
    Redis.from_url(os.environ["REDIS_URL"]).flushdb()


@pytest.fixture(scope="package")
def live(app, tmp_path_factory):
    """Web, two workers, relay and scheduler on this process's services; gone before other tests, whose jobs are their own."""
    forget_open_work()
    made = Live(tmp_path_factory.mktemp("live"))
    made.start("web", "worker", "worker.2", "relay", "scheduler")
    made.ready()
    yield made
    made.stop()


@pytest.fixture(scope="package")
def chromium():
    """Debian's Chromium; gone with these tests, for its event loop would stand in the way of others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()
