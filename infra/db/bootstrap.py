"""Roles and database, made once by an administrator's login: nothing else ever runs with its rights.

`app_owner`, `sec_owner` and `ref_owner` own the schemas and cannot log in; `app_migrator` may become them and runs only Alembic;
`app_web` and `app_worker` hold data rights through `app_rw`; `app_relay` sees the scheduling columns of the outbox; `app_backup` reads
everything.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

NO_LOGIN_ROLES = ("app_owner", "sec_owner", "ref_owner", "app_rw")
LOGIN_ROLES = ("app_migrator", "app_web", "app_worker", "app_relay", "app_backup")
_PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
_LOCK = 7_301_558_223


def bootstrap(admin_dsn: str, *, database: str, passwords: Mapping[str, str]) -> None:
    """Create roles and database where missing and set the passwords; safe to repeat and to run at the same time.

    `passwords` maps each of `LOGIN_ROLES` to its password. Raises `psycopg.Error` when the login may not create roles.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _create_roles(admin, passwords)
        exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not exists:
            admin.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(database))
            )
    with psycopg.connect(admin_dsn, dbname=database, autocommit=True) as admin:
        _create_schemas(admin, database)


def _create_roles(admin: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    known = {
        row[0] for row in admin.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^(app|sec|ref)_'").fetchall()
    }
    for role in NO_LOGIN_ROLES:
        if role not in known:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN " + _PLAIN + " NOBYPASSRLS").format(sql.Identifier(role)))
    for role in LOGIN_ROLES:
        verb = "ALTER" if role in known else "CREATE"
        bypass = "BYPASSRLS" if role == "app_backup" else "NOBYPASSRLS"
        admin.execute(
            sql.SQL(verb + " ROLE {} LOGIN " + _PLAIN + " " + bypass + " PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(passwords[role])
            )
        )
    admin.execute("GRANT app_owner, sec_owner, ref_owner TO app_migrator")
    admin.execute("GRANT app_rw TO app_web, app_worker")


def _create_schemas(admin: psycopg.Connection, database: str) -> None:
    name = sql.Identifier(database)
    admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO app_rw, app_migrator, app_relay, app_backup").format(name)
    )
    admin.execute("GRANT app_owner, sec_owner, ref_owner TO CURRENT_USER")
    admin.execute("CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION app_owner")
    admin.execute("CREATE SCHEMA IF NOT EXISTS sec AUTHORIZATION sec_owner")
    admin.execute("CREATE SCHEMA IF NOT EXISTS ref AUTHORIZATION ref_owner")
    admin.execute("GRANT USAGE ON SCHEMA app TO app_rw, app_relay, app_backup, sec_owner")
    admin.execute("GRANT USAGE ON SCHEMA sec TO app_rw, app_relay, app_backup, app_owner")
    admin.execute("GRANT USAGE ON SCHEMA ref TO app_rw, app_backup")
