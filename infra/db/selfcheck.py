"""The start-up refusal: a process whose login could look past row-level security does not serve."""

from __future__ import annotations

from sqlalchemy import Engine, text

_CHECK = text("""
SELECT r.rolname AS login, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
  EXISTS (SELECT 1 FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
          WHERE n.nspname IN ('app', 'sec', 'ref') AND pg_has_role(current_user, k.relowner, 'MEMBER')) AS owner,
  ARRAY(SELECT k.relname::text FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
        WHERE n.nspname = 'app' AND k.relkind IN ('r', 'p') AND k.relname <> 'schema_version'
          AND NOT (k.relrowsecurity AND k.relforcerowsecurity)
        ORDER BY 1) AS unprotected,
  ARRAY(SELECT k.relname::text FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
        WHERE n.nspname = 'ref' AND k.relkind IN ('r', 'p')
          AND has_table_privilege(current_user, k.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        ORDER BY 1) AS writable
FROM pg_roles r WHERE r.rolname = current_user
""")


class PrivilegedLogin(SystemExit):
    """Row-level security would not hold for this login."""


def refuse_privileged_login(engine: Engine) -> None:
    """Raise `PrivilegedLogin` when the login is superuser, owner or BYPASSRLS, may write reference tables, or meets an unprotected one."""
    with engine.connect() as connection:
        row = connection.execute(_CHECK).one()
    reasons = [
        reason
        for reason, holds in (
            ("is a superuser", row.superuser),
            ("has BYPASSRLS", row.bypasses),
            ("owns tables or may become their owner", row.owner),
        )
        if holds
    ]
    if row.unprotected:
        reasons.append("would serve unprotected tables: " + ", ".join(row.unprotected))
    if row.writable:
        reasons.append("may write reference tables itself: " + ", ".join(row.writable))
    if reasons:
        raise PrivilegedLogin(f"Refusing to start: database login {row.login} {' and '.join(reasons)}.")
