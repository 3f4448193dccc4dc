"""The base of every table: stable constraint names, and for tenant tables the composite key `(tenant_id, id)`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from infra import clock
from infra.db.scope import current_tenant
from infra.ids import uuid7

Cents = Annotated[int, mapped_column(BigInteger)]
"""Money: whole cents in a bigint, so that an index may serve it under row-level security."""
Bytes = Annotated[int, mapped_column(BigInteger)]
"""A size in bytes."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Any table of schema `app`. Text is `text`, instants are `timestamptz`, objects are `jsonb`."""

    metadata = MetaData(schema="app", naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        UUID: Uuid(),
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: JSONB(),
    }


class TenantModel(Model):
    """A table whose rows belong to one clinic: `tenant_id` comes from the scope, `id` is a UUIDv7 made here."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, default=current_tenant, sort_order=-100)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-99)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=-98)


READ_BY_EVERYONE = {"comment": "readers: everyone"}
"""Last in `__table_args__` of a table whose rows a provider may read too; the migration notes the same."""


def belongs_to(table: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that carries the tenant: `(tenant_id, column)` refers to `(tenant_id, id)` of `app.<table>`."""
    return ForeignKeyConstraint(["tenant_id", column], [f"app.{table}.tenant_id", f"app.{table}.id"], ondelete=ondelete)


def belongs_to_clinic() -> ForeignKeyConstraint:
    """The foreign key of every tenant table's `tenant_id` to its clinic."""
    return ForeignKeyConstraint(["tenant_id"], ["app.clinic.tenant_id"])
