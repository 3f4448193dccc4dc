"""The product's own processes: web, two workers, relay and exactly one scheduler."""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.dev.setup import ROOT
from infra.dev.supervisor import Child, Supervisor

GUNICORN_CONFIG = ROOT / "infra" / "deploy" / "gunicorn.conf.py"
#: in the order in which they are stopped: first what makes work, then what serves pages
NAMES = ("worker", "worker-2", "scheduler", "relay", "web")


class Product:
    """The five processes, watched by a supervisor; `env` is what they are told, the port the one of the pages."""

    def __init__(self, supervisor: Supervisor, *, env: Mapping[str, str], port: int) -> None:
        self._supervisor = supervisor
        self._env = process_environment(env)
        self._port = port

    def start(self, *names: str) -> None:
        """Starts the named processes, all when none is named, and waits until they run; the web one until it serves."""
        wanted = names or NAMES
        with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
            for future in [pool.submit(self._supervisor.start, self._child(name)) for name in wanted]:
                future.result()

    def stop(self, *names: str) -> None:
        """Stops the named processes, all when none is named: jobs end first, pages last."""
        wanted = names or NAMES
        self._supervisor.stop([name for name in NAMES[:-1] if name in wanted])
        self._supervisor.stop([name for name in NAMES[-1:] if name in wanted])

    def _child(self, name: str) -> Child:
        serve = ["gunicorn", "--config", str(GUNICORN_CONFIG), "--bind", f"127.0.0.1:{self._port}", "app:create_app()"]
        arguments = serve if name == "web" else [f"infra.jobs.{name.removesuffix('-2')}"]
        return Child(
            name=name,
            command=[sys.executable, "-m", *arguments],
            ready=self._serves if name == "web" else lambda: True,
            env=self._env,
            cwd=ROOT,
            # a worker first finishes the job that it has begun; what is cut off is done again from the outbox
            stop_within_s=20 if name.startswith("worker") else 10,
        )

    def _serves(self) -> bool:
        return answers_ok(f"http://127.0.0.1:{self._port}/healthz")


def answers_ok(address: str) -> bool:
    """Whether an address of our own answers with 200. Raises OSError when nothing answers or with another status."""
    with urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)


def process_environment(env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with the product's variables on top, for starting the product's commands."""
    place = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "VIRTUAL_ENV": str(Path(sys.prefix))}
    return {**os.environ, **place, **env}
