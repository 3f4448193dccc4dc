"""The product as processes: web, workers, relay and scheduler of this test worker's own database, to be used and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "web": [
        sys.executable,
        "-m",
        "gunicorn",
        "-w",
        "1",
        "--threads",
        "8",
        "--bind",
        "127.0.0.1:{port}",
        "app:create_app()",
    ],
    "worker": [sys.executable, "-m", "infra.jobs.worker"],
    "relay": [sys.executable, "-m", "infra.jobs.relay"],
    "scheduler": [sys.executable, "-m", "infra.jobs.scheduler"],
}


class Live:
    """Runs the product's processes with this process's environment; `kill` ends one the hard way and `start` brings it back."""

    def __init__(self, log_folder: Path) -> None:
        self.port = int(os.environ["ONPANEL_PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_folder = log_folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start processes by name; the same name can run several times as `worker`, `worker.2`."""
        for name in names:
            command = [part.format(port=self.port) for part in COMMANDS[name.split(".")[0]]]
            log = (self.log_folder / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def ready(self, within_s: float = 60) -> None:
        """Wait for `/readyz`."""
        until(
            lambda: requests.get(f"{self.url}/readyz", timeout=5).status_code == 200, within_s, "the product is ready"
        )

    def kill(self, name: str) -> None:
        """kill -9 a process and everything that it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Stop everything."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()


def until(holds: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait until something holds; fails with what it was."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (requests.RequestException, OSError):
            pass
        time.sleep(0.15)
    raise AssertionError(f"not within {within_s:.0f} s: {what}")
