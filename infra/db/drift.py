"""`python -m infra.db.drift`: migrates a throw-away database up, down and up again, then compares it with the models and the rules."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine

from infra.db.catalog import violations
from infra.db.migrate import ROOT, alembic_config
from infra.dev.stack import Stack


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    problems = []
    with tempfile.TemporaryDirectory(prefix="onpanel-drift-") as folder:
        stack = Stack(Path(folder) / "state", services={"postgres"}, durable=False)
        try:
            stack.start()
            url = stack.env["MIGRATOR_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
            problems += _head_problems(url) + _drift(url)
        finally:
            stack.remove()
    for problem in problems:
        print(problem, file=sys.stderr)
    print("migrations: drift found" if problems else "migrations: models, head file and protection agree")
    return 1 if problems else 0


def _head_problems(url: str) -> list[str]:
    heads = ScriptDirectory.from_config(alembic_config(url)).get_heads()
    noted = (ROOT / "migrations" / "versions" / ".current-head").read_text().strip()
    return [] if list(heads) == [noted] else [f"migrations/versions/.current-head says {noted}, the heads are {heads}"]


def _drift(url: str) -> list[str]:
    config = alembic_config(url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    problems = []
    try:
        command.check(config)
    except CommandError as error:
        problems.append(str(error))
    engine = create_engine(url)
    with engine.connect() as connection:
        problems += [f"{found.thing}: {found.rule}" for found in violations(connection)]
    engine.dispose()
    return problems


if __name__ == "__main__":
    raise SystemExit(main())
