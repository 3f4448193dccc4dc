"""The one way to make a tenant table: columns, composite key, foreign keys, row-level security and grants in a single call."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

VERSIONS = Path(__file__).parent / "versions"
Readers = Literal["everyone", "own", "staff"]


def run_sql(name: str) -> None:
    """Run a file of `versions/` as it is, several statements at once."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql((VERSIONS / name).read_text())


def execute(statement: str) -> None:
    """Run one statement without parameters."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def tenant_table(
    name: str,
    *columns: Any,
    readers: Readers = "staff",
    own_column: str = "provider_id",
    grants: str = "SELECT, INSERT, UPDATE, DELETE",
) -> None:
    """Create `app.<name>` with key `(tenant_id, id)` and its protection.

    `readers` says what a person in the provider role sees: `everyone` the clinic's rows, `own` only rows whose `own_column` is
    theirs, `staff` nothing. Append-only tables get `grants="SELECT, INSERT"`.
    """
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["tenant_id"], ["app.clinic.tenant_id"], name=f"fk_{name}_tenant_id"),
        schema="app",
    )
    protect(name, readers=readers, own_column=own_column, grants=grants)


def protect(name: str, *, readers: Readers, own_column: str = "provider_id", grants: str) -> None:
    """Enable and force row-level security on `app.<name>` and grant the application its rights."""
    execute(f"CALL app.protect('app.{name}')")
    if readers == "own":
        execute(f"CALL app.protect_own('app.{name}', '{own_column}')")
    elif readers == "staff":
        execute(f"CALL app.protect_staff('app.{name}')")
    else:
        execute(f"COMMENT ON TABLE app.{name} IS 'readers: everyone'")
    execute(f"GRANT {grants} ON app.{name} TO app_rw")


def refers(name: str, column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """The foreign key of `app.<name>.<column>` to `app.<table>`, carrying the tenant."""
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"app.{table}.tenant_id", f"app.{table}.id"],
        name=f"fk_{name}_tenant_id_{column}",
        ondelete=ondelete,
    )


def one_of(name: str, column: str, values: Any) -> sa.CheckConstraint:
    """A CHECK that `column` is one of `values`, named as the models name it."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{name}_{column}")
