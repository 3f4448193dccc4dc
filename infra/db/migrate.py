"""`python -m infra.db.migrate` brings the database of `MIGRATOR_DATABASE_URL` to the newest migration."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`, a login that may become the owners."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Run every migration up to `revision`. Two at the same time wait for each other."""
    command.upgrade(alembic_config(url), revision)


def main() -> int:
    """Migrate the database named by the environment."""
    from infra.settings import settings

    url = settings().migrator_database_url
    if not url:
        print(
            "MIGRATOR_DATABASE_URL is not set: name the login app_migrator of the database to migrate.", file=sys.stderr
        )
        return 2
    migrate(url)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
