"""The whole embedded run, as `make run` starts it: up, faults, down, up again."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.dev.setup import ROOT
from infra.dev.state import State, free_port
from infra.dev.supervisor import process_start


class Run:
    """One `python -m infra.dev.up`, with what it prints."""

    def __init__(self, state: Path, port: int) -> None:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        own = {"ONPANEL_STATE": str(state), "ONPANEL_PORT": str(port), "ONPANEL_DEMO": "0"}
        self.state = state
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.dev.up"],
            cwd=ROOT,
            env=kept | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def wait_for(self, words: str, within_s: float = 150.0) -> str:
        limit = time.monotonic() + within_s
        while time.monotonic() < limit:
            line = self._lines.get(timeout=max(0.1, limit - time.monotonic()))
            if line is None:
                break
            self.printed.append(line)
            if re.search(words, line):
                return line
        pytest.fail(f"{words!r} was not printed; this was:\n" + "\n".join(self.printed))

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            missing = json.loads(error.read())["missing"]
            return missing == ["scanner"] and not (self.state / "logs" / "clamd.log").exists()
        except OSError:
            return False

    def wait_ready(self, within_s: float = 60.0) -> None:
        limit = time.monotonic() + within_s
        while not self.ready():
            assert time.monotonic() < limit, "not ready in time"
            time.sleep(0.2)

    def records(self) -> dict[str, dict]:
        return {path.stem: json.loads(path.read_text()) for path in (self.state / "run").glob("*.json")}


def alive(records) -> list[str]:
    return [name for name, record in records.items() if process_start(record["pid"]) == record["start"]]


@pytest.fixture
def start(tmp_path):
    runs = []

    def begin() -> Run:
        runs.append(Run(tmp_path / "state", runs[0].port if runs else free_port()))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(60)
    State(tmp_path / "state").remove()


@pytest.mark.timeout(400)
def test_up_faults_down_and_up_again(start):
    first = start()
    first.wait_for(r"ready after .* http://127\.0\.0\.1:")
    first.wait_for("Ctrl-C stops everything")
    assert first.ready()
    assert any("admin@onpanel.test" in line for line in first.printed), "sign-ins are printed"
    records = first.records()
    assert {"postgres", "redis", "s3", "web", "worker", "relay", "scheduler"} <= records.keys()
    for name in ("postgres", "worker", "web"):
        os.kill(records[name]["pid"], signal.SIGKILL)
        first.wait_for(rf"{name} ended by itself")
    first.wait_ready()
    assert alive(records).count("redis") == 1, "what was not hit runs on"
    # killed itself, it can end nothing in order: the kernel tells its children
    everything = first.records()
    first.process.kill()
    first.process.wait(10)
    limit = time.monotonic() + 25
    while alive(everything):
        assert time.monotonic() < limit, alive(everything)
        time.sleep(0.1)

    second = start()
    second.wait_for("ready after")
    second.wait_for("Ctrl-C stops everything")
    assert any("admin@onpanel.test" in line for line in second.printed), "and printed again at every start"
    everything = second.records()
    second.process.send_signal(signal.SIGTERM)
    second.wait_for("onpanel: stopped")
    assert second.process.wait(10) == 0
    assert alive(everything) == []
    assert second.records() == {}
