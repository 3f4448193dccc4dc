"""`python -m infra.dev.env COMMAND …` runs a command with the environment of the embedded run's last start."""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn

from infra.dev.errors import StackError
from infra.dev.options import read_options
from infra.dev.product import process_environment


def recorded_environment() -> dict[str, str]:
    """The product's variables as `up.py` wrote them. Raises StackError when it never ran with this state folder."""
    path = read_options(os.environ).state / "env.json"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        raise StackError(f"{path} is not there: start the product with `make run` first.") from None
    return {str(key): str(value) for key, value in found.items()}


def main(command: list[str]) -> NoReturn:
    """Becomes the command."""
    if not command:
        sys.exit("onpanel: say which command to run")
    try:
        environment = process_environment(recorded_environment())
    except StackError as error:
        sys.exit(f"onpanel: {error}")
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
