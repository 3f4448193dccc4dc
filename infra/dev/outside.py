"""An outside PostgreSQL in place of the embedded one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from infra.db.bootstrap import bootstrap
from infra.dev.errors import StackError
from infra.dev.postgres import DATABASE, LOGINS
from infra.dev.state import ROLES, State


def database_environment(environ: Mapping[str, str], state: State) -> dict[str, str]:
    """The product's four database variables for the server that `DATABASE_URL` names.

    When its login may create roles, it is taken for an administrator: roles and database are made, with passwords kept
    in the state folder. Otherwise it is the login of the web process and the other three must be named as well.
    """
    url = environ["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise StackError("DATABASE_URL must begin with postgresql:// and name a login, a host and a database.")
    named = parts.path.lstrip("/")
    database = DATABASE if named in {"", "postgres"} else named
    admin_url = _administrator(url)
    if admin_url is None:
        missing = [name for name in LOGINS if name != "DATABASE_URL" and not environ.get(name)]
        if missing:
            raise StackError(
                f"The login of DATABASE_URL may not create roles, so it is the web process's own. "
                f"Set {', '.join(missing)} too, or name an administrator."
            )
        return {name: environ[name] for name in LOGINS}
    known = state.secrets()
    bootstrap(admin_url, database=database, passwords={role: known[role] for role in ROLES})
    return {name: _with_login(url, role, known[role], database) for name, role in LOGINS.items()}


def _administrator(url: str) -> str | None:
    """The address by which the login can administer, or None when it may not create roles."""
    try:
        return url if _may_create_roles(url) else None
    except psycopg.OperationalError as error:
        if 'database "' in str(error) and "does not exist" in str(error):
            elsewhere = urlunsplit(urlsplit(url)._replace(path="/postgres"))
            try:
                return elsewhere if _may_create_roles(elsewhere) else None
            except psycopg.OperationalError:
                pass
        raise StackError(f"The database of DATABASE_URL does not answer: {str(error).strip()}") from error


def _may_create_roles(url: str) -> bool:
    asked = "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user"
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(asked).fetchone()
    return bool(row and row[0])


def _with_login(url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(role)}:{quote(password, safe='')}@{place}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))
