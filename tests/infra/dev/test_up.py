from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from infra.dev.setup import ROOT
from infra.dev.state import State, free_port
from infra.dev.supervisor import process_start
from infra.dev.up import only_scanner_is_missing


def up(tmp_path, **variables):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    environment = {**kept, "ONPANEL_STATE": str(tmp_path / "state"), "PYTHONUNBUFFERED": "1", **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "infra.dev.up"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def port():
    return str(free_port())


def test_a_port_in_use_gets_one_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = up(tmp_path, ONPANEL_PORT=str(port))
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert printed.splitlines() == [
        f"onpanel: Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: "
        f"make run ONPANEL_PORT={port + 1}"
    ]
    assert not (tmp_path / "state").exists()


def test_a_database_that_does_not_answer_gets_one_line(tmp_path, port):
    silent = {"REDIS_URL": "redis://127.0.0.1:1/0", "SMTP_URL": "smtp://127.0.0.1:1", "CLAMD_URL": ""}
    silent |= {"NPPES_URL": "http://127.0.0.1:1/", "S3_ENDPOINT_URL": "http://127.0.0.1:1"}
    silent |= {"S3_ACCESS_KEY_ID": "id", "S3_SECRET_ACCESS_KEY": "key"}
    database = "postgresql://me@127.0.0.1:1/onpanel"
    process = up(tmp_path, ONPANEL_PORT=port, DATABASE_URL=database, **silent)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in printed
    assert printed.splitlines()[-1].startswith("onpanel: The database of DATABASE_URL does not answer")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_starting_leaves_nothing_behind(tmp_path, port, number):
    process = up(tmp_path, ONPANEL_PORT=port)
    state = State(tmp_path / "state")
    try:
        limit = time.monotonic() + 30
        while not list((state.folder / "run").glob("*.json")):
            assert time.monotonic() < limit
            time.sleep(0.01)
        records = [json.loads(path.read_text() or "{}") for path in (state.folder / "run").glob("*.json")]
        process.send_signal(number)
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0, printed
        assert printed.splitlines()[-1] == "onpanel: stopped"
        assert not list((state.folder / "run").iterdir())
        assert all(process_start(record["pid"]) != record["start"] for record in records if record)
    finally:
        process.kill()
        process.wait()
        state.remove()


@pytest.mark.parametrize(
    ("answer", "alone"),
    [
        ('{"status": 503, "missing": ["scanner"]}', True),
        ('{"missing": ["scanner", "worker"]}', False),
        ('{"missing": []}', False),
        ("[]", False),
        ("<html>", False),
    ],
)
def test_a_missing_scanner_alone_does_not_hold_the_start_up(answer, alone):
    assert only_scanner_is_missing(answer) is alone
