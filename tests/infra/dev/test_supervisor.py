from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time

import pytest

from infra.dev.errors import StackError
from infra.dev.setup import ROOT
from infra.dev.supervisor import Child, Supervisor, process_start, stop_leftovers


@pytest.fixture
def folders(tmp_path):
    for name in ("run", "logs"):
        (tmp_path / name).mkdir()
    return {"run_folder": tmp_path / "run", "log_folder": tmp_path / "logs"}


@pytest.fixture
def supervisor(folders):
    made = Supervisor(**folders)
    yield made
    made.close()


def python(name: str, code: str, **settings) -> Child:
    return Child(name=name, command=[sys.executable, "-c", code], ready=lambda: True, **settings)


def eventually(condition, within_s: float = 10.0):
    limit = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.02)


def test_a_killed_child_comes_back(supervisor):
    supervisor.start(python("sleeper", "import time; time.sleep(60)"))
    first = supervisor.pid("sleeper")
    os.kill(first, signal.SIGKILL)
    eventually(lambda: supervisor.pid("sleeper") not in {None, first})
    assert supervisor.starts("sleeper") == 2


def test_restarts_back_off(supervisor, tmp_path):
    starts = tmp_path / "starts"
    code = f"import time; open({str(starts)!r}, 'a').write(f'{{time.time()}}\\n'); time.sleep(0.05)"
    with pytest.raises(StackError, match="crasher does not start"):
        supervisor.start(
            Child(name="crasher", command=[sys.executable, "-c", code], ready=lambda: False, ready_within_s=20)
        )
    times = [float(line) for line in starts.read_text().split()]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(times) >= 3
    assert pauses[1] > pauses[0] + 0.3


def test_a_child_that_fails_is_explained_by_its_last_line(supervisor):
    with pytest.raises(StackError, match="no such database"):
        supervisor.start(
            Child(
                name="broken",
                command=[sys.executable, "-c", "print('no such database', flush=True); raise SystemExit(3)"],
                ready=lambda: False,
                ready_within_s=5,
            )
        )


def test_a_missing_program_is_reported_and_not_raised_in_the_thread(supervisor):
    with pytest.raises(StackError, match="cannot be started"):
        supervisor.start(Child(name="gone", command=["/nowhere/server"], ready=lambda: True, ready_within_s=5))


def test_stop_is_final_and_kills_what_does_not_obey(supervisor):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    log = supervisor.log_of("deaf")
    ready = lambda: "deaf" in log.read_text()  # noqa: E731
    supervisor.start(Child(name="deaf", command=[sys.executable, "-c", deaf], ready=ready, stop_within_s=0.3))
    pid = supervisor.pid("deaf")
    supervisor.stop(["deaf"])
    assert process_start(pid) is None
    time.sleep(1.0)
    assert supervisor.pid("deaf") is None


SUPERVISE = """
import sys, time
from pathlib import Path
from infra.dev.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
supervisor = Supervisor(run_folder=folder / "run", log_folder=folder / "logs", subreaper=True)
account, *command = sys.argv[2:]
supervisor.start(Child(name="child", command=command, ready=lambda: True, account=account or None))
print(supervisor.pid("child"), flush=True)
sys.stdin.read()
supervisor.close()
"""


def supervise(folder, *command, account=""):
    script = [sys.executable, "-c", SUPERVISE, str(folder), account, *command]
    return subprocess.Popen(script, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("account", ["", "nobody"])
def test_no_child_outlives_a_killed_supervisor(folders, tmp_path, account):
    if account and os.geteuid() != 0:
        pytest.skip("only root can start a child under another account")
    process = supervise(tmp_path, "/bin/sleep", "60", account=account)
    pid = int(process.stdout.readline())
    assert process_start(pid) is not None
    process.kill()
    process.communicate()
    eventually(lambda: process_start(pid) is None)


def test_what_a_dead_child_left_is_adopted_and_ended(folders, tmp_path):
    code = """
import os, subprocess, sys, time
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(left.pid, flush=True)
time.sleep(60)
"""
    process = supervise(tmp_path, sys.executable, "-c", code)
    child = int(process.stdout.readline())
    log = tmp_path / "logs" / "child.log"
    eventually(lambda: log.exists() and log.read_text().strip())
    left = int(log.read_text().split()[0])
    os.kill(child, signal.SIGKILL)
    time.sleep(0.3)
    assert process_start(left) is not None
    process.communicate()
    assert process.returncode == 0
    assert process_start(left) is None


def test_what_an_earlier_run_left_is_ended(folders, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    record = '{{"pid": {}, "start": "{}", "signal": 15}}'
    (tmp_path / "run" / "old.json").write_text(record.format(process.pid, process_start(process.pid)))
    # the same process id, but of another process by now
    (tmp_path / "run" / "reused.json").write_text(record.format(stranger.pid, "1"))
    try:
        stop_leftovers(tmp_path / "run")
        assert process.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        assert list((tmp_path / "run").iterdir()) == []
    finally:
        stranger.kill()
        stranger.wait()
