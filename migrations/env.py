"""How Alembic runs here: as `app_migrator` in the role `app_owner`, under an advisory lock and with short lock time-outs."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from infra.db.loaded import load_models

_LOCK = 7_301_558_224
metadata = load_models()


def _only_app_schema(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (kind == "table" and getattr(thing, "schema", None) != "app")


def run() -> None:
    """Run the migrations in one transaction each."""
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '120s'"))
        connection.execute(text("SET ROLE app_owner"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_schemas=True,
            include_name=lambda name, kind, parents: name == "app" if kind == "schema" else True,
            include_object=_only_app_schema,
            version_table="schema_version",
            version_table_schema="app",
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()
    engine.dispose()


run()
