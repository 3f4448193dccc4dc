"""`make lock`: renews the lock files from `infra/requirements/*.in`, with hashes and without any machine's paths.

Releases that a lock already names are kept; `--upgrade` takes the newest. It needs the network, so only people run it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from infra.dev.setup import REQUIREMENTS, ROOT

#: input -> lock, in an order in which a later one can be held to an earlier one
LOCKS = {
    "runtime.in": ROOT / "requirements.txt",
    "dev.in": REQUIREMENTS / "dev.txt",
    "swift.in": REQUIREMENTS / "swift.txt",
    "rootless.in": REQUIREMENTS / "rootless.txt",
}
OPTIONS = (
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"),
    *("--python-version", "3.11", "--python-platform", "linux", "--no-config", "--quiet"),
)


def compile_lock(uv: Path, source: Path, lock: Path, *more: str) -> None:
    """Writes one lock; what it names already holds unless `--upgrade` is among `more`."""
    heading = f"# Lock of {source.relative_to(ROOT)}: exact releases and their files' hashes. Renew with `make lock`.\n"
    body = lock.with_suffix(".new")
    if lock.exists():
        body.write_text(lock.read_text())
    if source.name == "dev.in" and "--upgrade" not in more:
        more = (*more, "--constraint", str(LOCKS["runtime.in"]))
    subprocess.run([uv, "pip", "compile", *OPTIONS, *more, "--output-file", body, source], check=True, cwd=ROOT)
    lines = [line for line in body.read_text().splitlines(keepends=True) if not line.startswith("#")]
    body.unlink()
    lock.write_text(heading + "".join(lines))


def main(arguments: list[str]) -> None:
    """Renews every lock."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        tools = Path(folder) / "bin"
        subprocess.run([tools / "pip", "install", "--quiet", "uv"], check=True, stdin=subprocess.DEVNULL)
        for source, lock in LOCKS.items():
            compile_lock(tools / "uv", REQUIREMENTS / source, lock, *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
