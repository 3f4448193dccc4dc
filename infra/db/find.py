"""One row of this clinic by its id."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from infra.db.model import TenantModel
from infra.db.scope import current_tenant
from infra.db.session import db
from infra.problems import NotFound

Row = TypeVar("Row", bound=TenantModel)


def find(kind: type[Row], row_id: UUID, *, lock: bool = False) -> Row:
    """The row of this kind with that id in this clinic; `lock` reads it anew and holds it until the commit. Raises `NotFound`."""
    query = select(kind).where(kind.tenant_id == current_tenant(), kind.id == row_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db().scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found
