"""kill -9 of workers, relay and Redis in the middle of scans and of an import: nothing is lost and nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from infra.dev.product import Product
from infra.dev.setup import ROOT
from infra.dev.stack import Stack
from infra.dev.state import free_port
from tests.e2e.files import AGING
from tests.e2e.http import Caller

DOCUMENTS = 10
ROWS = 1350
CENTS = 8_430_604
pytestmark = pytest.mark.timeout(400)


class Whole:
    """The whole product over a stack of its own, so that its Redis can be killed without hurting another test."""

    def __init__(self, folder) -> None:
        self.port = free_port()
        services = {"postgres", "redis", "s3", "clamd", "mail"}
        self.stack = Stack(folder / "state", services=services, web_ports=(self.port,), durable=False)

    def start(self) -> Whole:
        """Services, schema, processes."""
        self.stack.start()
        self.env = {
            **os.environ,
            **self.stack.env,
            "ONPANEL_ENV": "embedded",
            "LOG_LEVEL": "WARNING",
            "WEB_PROCESSES": "1",
        }
        self.run("-m", "infra.db.migrate")
        self.product = Product(self.stack.supervisor, env=self.env, port=self.port)
        self.product.start()
        return self

    def run(self, *arguments: str) -> str:
        """Run one of the product's commands and return what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    def kill(self, name: str) -> None:
        """kill -9 a process of the product and all that it has forked; the supervisor brings it back."""
        pid = self.stack.supervisor.pid(name)
        if pid is None:
            return
        forked = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        for each in [pid, *map(int, forked)]:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        """Stop and delete everything."""
        self.product.stop()
        self.stack.remove()


@pytest.fixture
def whole(tmp_path):
    made = Whole(tmp_path).start()
    yield made
    made.stop()


def promise(number: int) -> bytes:
    return b"%PDF-1.4\n% document " + str(number).encode() + b"\n" + random.Random(number).randbytes(40_000)


def test_scans_and_an_import_survive_every_kill(whole):
    whole.run("-m", "flask", "--app", "app", "first-admin")
    token = whole.run("-m", "flask", "--app", "app", "token", "admin@onpanel.test")
    admin = Caller(f"http://127.0.0.1:{whole.port}", token)
    facts = {"name": "Faulty Clinic", "state": "OH", "timezone": "America/New_York", "contract_date": "2026-11-02"}
    clinic = f"/clinics/{admin.post('/clinics', facts)['id']}"
    faults = {
        2: lambda: whole.kill("worker"),
        3: lambda: whole.stack.kill("redis"),
        5: lambda: whole.kill("relay"),
        6: lambda: whole.kill("worker-2"),
        8: lambda: whole.kill("worker"),
    }
    for number in range(DOCUMENTS):
        admin.upload(clinic, f"license-{number}.pdf", "application/pdf", promise(number), until_status=None)
        faults.get(number, lambda: None)()
    aging = admin.upload(clinic, "aging.csv", "text/csv", AGING.read_bytes(), until_status=None)
    body = {"document_id": aging, "as_of": "2026-11-23", "control": {"total_cents": CENTS, "count": ROWS}}
    begun = admin.post(f"{clinic}/ar-imports", body, expect=202)
    path = f"{clinic}/ar-imports/{begun['id']}"
    admin.wait(path, lambda found: found["status"] != "queued", "the import has begun", within_s=150)
    whole.kill("worker")
    whole.kill("worker-2")
    whole.stack.kill("redis")
    # A lease of a killed worker runs for 30 s and a handed-over row for 45 s; both end by themselves.
    done = admin.wait(
        path, lambda found: found["status"] in {"tied_out", "ready", "failed"}, "the import ends", within_s=200
    )
    rows = done["rows"]
    assert done["status"] != "failed", done
    assert rows["received"] == rows["accepted"] + rows["rejected"] + rows["duplicate"] == ROWS
    assert done["total_cents"]["received"] == CENTS
    all_of = f"{clinic}/documents?limit=200"
    found = admin.wait(
        all_of,
        lambda page: all(d["status"] == "available" for d in page["items"]),
        "every file is scanned",
        within_s=150,
    )
    assert len(found["items"]) == DOCUMENTS + 1
    events = admin.get(f"{clinic}/activity?limit=200")["items"]
    acts = [event["action"] for event in events]
    assert acts.count("document.uploaded") == DOCUMENTS + 1
    lines = admin.get(f"{clinic}/ar/claims?limit=200")
    assert lines is not None
    assert admin.get(f"{clinic}/audit/verify")["intact"] is True
    assert admin.get(f"{clinic}/failed-jobs")["items"] == []
