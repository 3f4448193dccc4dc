"""`python -m infra.dev.up`: the whole product on this machine, in the foreground until Ctrl-C or SIGTERM.

Starts the services, migrates, starts the product's processes, waits until `/readyz` answers 200, loads the demo vendor,
and prints the address and the sign-ins. Everything that was started ends with it, in order.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from infra.dev import debian
from infra.dev.bucket import ensure_bucket
from infra.dev.errors import StackError, say
from infra.dev.options import Options, read_options
from infra.dev.outside import database_environment
from infra.dev.product import Product, answers_ok, process_environment
from infra.dev.setup import ROOT
from infra.dev.stack import Stack
from infra.dev.state import port_is_free, write_private

READY_WITHIN_S = 60.0
FIRST_ADMIN = "admin@onpanel.test"


class Stopped(BaseException):
    """SIGINT or SIGTERM arrived. Not an Exception, so that nothing on the way takes it for a failure."""


def main() -> int:
    """0 after an ordered stop, 1 after one line that says what is wrong."""
    started = time.monotonic()
    signals_raise()
    try:
        options = read_options(os.environ)
        run(options, started)
    except StackError as error:
        say(str(error))
        return 1
    except Stopped:
        say("stopped")
    return 0


def run(options: Options, started: float) -> None:
    """Brings everything up, waits, and takes it down again."""
    if not port_is_free(options.port):
        raise StackError(
            f"Port {options.port} on 127.0.0.1 is in use. Stop what uses it, or choose another: "
            f"make run ONPANEL_PORT={options.port + 1}"
        )
    stack = Stack(
        options.state,
        services=options.services,
        web_ports=(options.port,),
        origins=options.origins,
        bucket=options.bucket,
        object_store=options.object_store,
        subreaper=True,
    )
    say(f"starting the services (state in {options.state})")
    product: Product | None = None
    try:
        stack.start()
        env = complete_environment(options, stack)
        write_private(options.state / "env.json", json.dumps(env, indent=1))
        for line in notices(options, stack):
            say(line)
        migrate(env)
        product = Product(stack.supervisor, env=env, port=options.port)
        product.start()
        wait_until_ready(options.port)
        say(f"ready after {time.monotonic() - started:.1f} s: {env['PUBLIC_URL']}")
        if env.get("DEMO_FHIR_URL"):
            say(f"A FHIR server to try an EHR connection with: {env['DEMO_FHIR_URL']}")
        with first_content(options, env, stack.state.secrets()["admin_password"]) as command:
            watch(command, options, stack.state.secrets()["admin_password"])
    finally:
        signals_are_ignored()
        say("stopping …")
        if product is not None:
            product.stop()
        stack.stop()


def complete_environment(options: Options, stack: Stack) -> dict[str, str]:
    """What the product is told: the stack's variables, then what the caller gave, then the outside database."""
    env = {**stack.env, **options.given, "ONPANEL_DEMO": "1" if options.demo else "0"}
    allowed = [stack.env["EGRESS_ALLOW"], os.environ.get("EGRESS_ALLOW", "")]
    env["EGRESS_ALLOW"] = ",".join(filter(None, allowed))
    if "postgres" not in options.services:
        env |= database_environment(os.environ, stack.state)
    if "s3" not in options.services:
        ensure_bucket(env)
    return env


def notices(options: Options, stack: Stack) -> Iterator[str]:
    """One line for each thing that works differently here than a person might expect."""
    if debian.postgres_bin() is None and "postgres" in options.services:
        yield "PostgreSQL comes from a wheel: no TLS, and no security updates by the system"
    if "clamd" in stack.left_out or ("clamd" not in options.services and not options.given.get("CLAMD_URL")):
        yield "no virus scanner: uploads stay `scanning` and /readyz says so (as root, install clamav-daemon)"
    elif "clamd" in options.services:
        yield "the virus scanner has local signatures only (the EICAR test file); production runs freshclam"
    if not debian.has_tesseract():
        yield "no Tesseract: PDFs with text are read, scans and photos are not (as root, install tesseract-ocr)"


def migrate(env: Mapping[str, str]) -> None:
    """Brings the schema up to date. Raises StackError with the last line of what went wrong."""
    result = subprocess.run(
        [sys.executable, "-m", "infra.db.migrate"],
        env=process_environment(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        log = Path(env["ONPANEL_STATE"]) / "logs" / "migrate.log"
        log.write_text(result.stdout + result.stderr)
        detail = (result.stderr.strip().splitlines() or ["no output"])[-1]
        raise StackError(f"The migration failed: {detail} (all of it in {log})")


def wait_until_ready(port: int) -> None:
    """Waits for `/readyz` to answer 200. Raises StackError with its answer when it does not in time."""
    address = f"http://127.0.0.1:{port}/readyz"
    limit = time.monotonic() + READY_WITHIN_S
    answer = "nothing"
    while time.monotonic() < limit:
        try:
            if answers_ok(address):
                return
        except urllib.error.HTTPError as error:
            answer = error.read(2000).decode(errors="replace")
            if error.code == 503 and only_scanner_is_missing(answer):
                return
        except OSError as error:
            answer = str(error)
        time.sleep(0.1)
    raise StackError(f"{address} does not become ready; it says: {' '.join(answer.split())}")


def only_scanner_is_missing(answer: str) -> bool:
    """Whether a 503 of `/readyz` names the virus scanner and nothing else; then a run without one goes on."""
    try:
        missing = json.loads(answer).get("missing")
    except (ValueError, AttributeError):
        return False
    return missing in (["scanner"], ["clamd"])


@contextmanager
def first_content(options: Options, env: Mapping[str, str], password: str) -> Iterator[subprocess.Popen[str]]:
    """Runs the command that fills an empty database, beside the running product.

    `demo` prints its sign-ins at every start, before it loads anything; `first-admin` does nothing when there is somebody already.
    """
    command = "demo" if options.demo else "first-admin"
    say("the sign-ins come first, then the demo vendor" if options.demo else "making the first administrator …")
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", command],
        env={**process_environment(env), "LOG_LEVEL": "WARNING", "ONPANEL_ADMIN_PASSWORD": password},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=None if options.demo else subprocess.DEVNULL,
        text=True,
        process_group=0,  # a Ctrl-C is for us; the session stays ours, so its exit status is ours to read
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def watch(command: subprocess.Popen[str], options: Options, password: str) -> None:
    """Waits for a signal; tells when the command that fills the database fails."""
    code = command.wait()
    if code:
        say(f"loading failed (exit {code}); what it printed stands above. The product runs on.")
    elif not options.demo and "postgres" in options.services:
        say(f"sign in as {FIRST_ADMIN} with password {password} (until you change it)")
    say("Ctrl-C stops everything")
    while True:
        signal.pause()


def signals_raise() -> None:
    """From now on SIGINT, SIGTERM and SIGHUP raise Stopped in the main thread, once."""

    def raise_stopped(_number: int, _frame: FrameType | None) -> None:
        signals_are_ignored()
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stopped)


def signals_are_ignored() -> None:
    """While stopping: it is bounded in time, and a second Ctrl-C must not leave a database half stopped.

    By a handler and not by SIG_IGN, which a child that is being started would inherit.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)


if __name__ == "__main__":
    sys.exit(main())
