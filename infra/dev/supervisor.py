"""Keeps child processes alive: foreground children, readiness, logs, restart with back-off, ordered stop.

Children are started by one thread that lives as long as the supervisor, because the kernel's parent-death signal is
bound to the thread that forked: should this process be killed with -9, every child is told to stop.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.dev.errors import StackError, say

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

POLL_S = 0.1
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
#: a child that has run this long starts again without delay
HEALTHY_S = 60.0


@dataclass(frozen=True)
class Child:
    """How one foreground process is started, known to be ready, and stopped."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    env: Mapping[str, str] | None = None
    cwd: Path = Path("/")
    account: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 15.0
    ready_within_s: float = 60.0


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    failures: int = 0
    start_at: float = 0.0
    wanted: bool = True
    starts: int = 0
    expected_starts: int = 0


def process_start(pid: int) -> str | None:
    """The kernel's start time of a process: with the id it names one process for good. None when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def stop_leftovers(run_folder: Path, *, patience_s: float = 20.0) -> None:
    """Ends what an earlier supervisor of the same state folder left behind, found by recorded id and start time."""
    left: dict[int, str] = {}
    for path in run_folder.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            record = json.loads(path.read_text())
            if process_start(record["pid"]) == record["start"]:
                left[record["pid"]] = record["start"]
                os.kill(record["pid"], record["signal"])
        path.unlink(missing_ok=True)
    limit = time.monotonic() + patience_s
    while left:
        left = {pid: start for pid, start in left.items() if process_start(pid) == start}
        if left and time.monotonic() > limit:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        time.sleep(0.05)


class Supervisor:
    """Starts children and restarts those that end by themselves, until they are stopped.

    `run_folder` keeps their process ids, `log_folder` their output. With `subreaper` the process also adopts and reaps
    what its children leave behind; only a process that does nothing else should ask for that.
    """

    def __init__(self, *, run_folder: Path, log_folder: Path, subreaper: bool = False) -> None:
        self._run_folder = run_folder
        self._log_folder = log_folder
        self._children: dict[str, _Running] = {}
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._subreaper = subreaper
        self._spawning = threading.RLock()
        if subreaper:
            _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)
        self._thread.start()

    # ---- what callers use, from any thread

    def start(self, child: Child) -> None:
        """Starts a child and waits until it is ready. Raises StackError, with the place of its log, when it is not."""
        running = _Running(child)
        self._children[child.name] = running
        self._orders.put(lambda: self._first_spawn(running))
        limit = time.monotonic() + child.ready_within_s
        while time.monotonic() < limit and not self._closing.is_set():
            if running.process is not None and running.process.poll() is None and _is_ready(child):
                return
            if running.failures >= 3:
                break
            time.sleep(0.03)
        if self._closing.is_set():
            raise StackError("Stopped while starting.")
        raise StackError(f"{child.name} does not start; its log {self.log_of(child.name)} says why.{self._tail(child)}")

    def log_of(self, name: str) -> Path:
        """The file that a child's output goes to."""
        return self._log_folder / f"{name}.log"

    def pid(self, name: str) -> int | None:
        """The process id of a child that runs now."""
        running = self._children.get(name)
        if running is None or running.process is None or running.process.poll() is not None:
            return None
        return running.process.pid

    def starts(self, name: str) -> int:
        """How often a child was started."""
        return self._children[name].starts

    def wait_ready(self, name: str, *, within_s: float = 30.0) -> None:
        """Waits until a child answers (again). Raises StackError when it does not in time."""
        running = self._children[name]
        limit = time.monotonic() + within_s
        while time.monotonic() < limit:
            again = running.starts >= running.expected_starts
            if again and self.pid(name) is not None and _is_ready(running.child):
                return
            time.sleep(0.05)
        raise StackError(f"{name} does not answer; its log {self.log_of(name)} says why.")

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends a child as a fault would; it comes back by itself, and `wait_ready` waits for the new process."""
        running = self._children[name]
        with self._spawning:
            pid = self.pid(name)
            running.expected_starts = running.starts + 1
            if pid is not None:
                os.kill(pid, number)

    def restart(self, name: str) -> None:
        """Stops a child in its own way and starts it again."""
        child = self._children[name].child
        self.stop([name])
        self.start(child)

    def stop(self, names: Sequence[str]) -> None:
        """Stops the named children together and waits for them; one that does not obey is killed."""
        known = [self._children[name] for name in names if name in self._children]
        with self._spawning:
            for running in known:
                running.wanted = False
        for running in known:
            self._signal(running, running.child.stop_signal)
        for running in known:
            self._wait_end(running)
            (self._run_folder / f"{running.child.name}.json").unlink(missing_ok=True)

    def interrupt(self) -> None:
        """Makes a `start()` that waits in another thread give up."""
        self._closing.set()

    def close(self) -> None:
        """Ends the supervisor's thread; call after everything is stopped."""
        self.stop([name for name, running in self._children.items() if running.wanted])
        self._closing.set()
        self._thread.join(timeout=5)
        if self._subreaper:
            _end_adopted()

    # ---- the supervisor's own thread

    def _loop(self) -> None:
        while not (self._closing.is_set() and all(not r.wanted for r in self._children.values())):
            with contextlib.suppress(queue.Empty):
                self._orders.get(timeout=POLL_S)()
            for running in list(self._children.values()):
                with self._spawning:
                    self._look_after(running)
            if self._subreaper:
                self._reap_adopted()

    def _first_spawn(self, running: _Running) -> None:
        with self._spawning:
            self._spawn(running)

    def _spawn(self, running: _Running) -> None:
        child = running.child
        if not running.wanted or self._closing.is_set():
            return
        person = pwd.getpwnam(child.account) if child.account else None
        with open(self.log_of(child.name), "ab") as log:
            try:
                running.process = subprocess.Popen(
                    list(child.command),
                    env=dict(child.env) if child.env is not None else None,
                    cwd=child.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    user=person.pw_uid if person else None,
                    group=person.pw_gid if person else None,
                    extra_groups=[] if person else None,
                    preexec_fn=_die_with_parent(child.stop_signal, os.getpid()),
                )
            except OSError as error:
                log.write(f"cannot be started: {error}\n".encode())
                self._plan_restart(running)
                return
        running.since = time.monotonic()
        running.starts += 1
        record = {"pid": running.process.pid, "start": process_start(running.process.pid), "signal": child.stop_signal}
        (self._run_folder / f"{child.name}.json").write_text(json.dumps(record))

    def _look_after(self, running: _Running) -> None:
        process = running.process
        if not running.wanted or running.starts + running.failures == 0:
            return
        if process is not None and process.poll() is None:
            return
        if process is not None:
            running.process = None
            if time.monotonic() - running.since > HEALTHY_S:
                running.failures = 0
            self._plan_restart(running)
            if not self._closing.is_set():
                delay = max(0.0, running.start_at - time.monotonic())
                say(f"{running.child.name} ended by itself (exit {process.returncode}); starting it in {delay:.1f} s")
        if time.monotonic() >= running.start_at and not self._closing.is_set():
            self._spawn(running)

    def _plan_restart(self, running: _Running) -> None:
        delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**running.failures)
        running.failures += 1
        running.start_at = time.monotonic() + delay

    def _reap_adopted(self) -> None:
        """Takes the exit status of processes that were left to us, not of those that `subprocess` waits for."""
        own_session = os.getsid(0)
        ours = {r.process.pid for r in self._children.values() if r.process is not None}
        for pid, state, session in _own_children():
            if state == "Z" and session != own_session and pid not in ours:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    # ---- ending

    def _signal(self, running: _Running, number: signal.Signals) -> None:
        process = running.process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

    def _wait_end(self, running: _Running) -> None:
        process = running.process
        if process is None:
            return
        try:
            process.wait(running.child.stop_within_s)
        except subprocess.TimeoutExpired:
            say(f"{running.child.name} does not stop; killing it")
        # what the child left in its own process group ends with it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _tail(self, child: Child) -> str:
        try:
            lines = self.log_of(child.name).read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f" Its last line: {lines[-1][:300]}" if lines else ""


def _is_ready(child: Child) -> bool:
    try:
        return child.ready()
    except Exception:  # a probe of a service that is coming up fails in many ways, all meaning "not yet"
        return False


def _die_with_parent(number: signal.Signals, parent: int) -> Callable[[], None]:
    """For the child, after it took its account: ask the kernel for `number` when our process dies."""

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _own_children() -> list[tuple[int, str, int]]:
    """This process's children, adopted ones included: process id, state letter, session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            state, parent, _, session = path.read_text().rpartition(")")[2].split()[:4]
            if int(parent) == os.getpid():
                found.append((int(path.parent.name), state, int(session)))
    return found


def _end_adopted(patience_s: float = 5.0) -> None:
    """Ends what the children left to us when they died, such as the job process of a killed worker."""
    limit = time.monotonic() + patience_s
    number = signal.SIGTERM
    while left := _own_children():
        for pid, state, _ in left:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                if state == "Z":
                    os.waitpid(pid, os.WNOHANG)
                else:
                    os.kill(pid, number)
        number = signal.SIGKILL if time.monotonic() > limit else signal.SIGTERM
        time.sleep(0.05)
