"""The clinic's setting: whether sure readings are accepted without a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from credentialing.reading.models import DEFAULT_THRESHOLD, ReadingSetting
from infra.db import current_scope, current_tenant, db
from tenants.audit import record


@dataclass(frozen=True, slots=True)
class Setting:
    """`threshold` in percent counts only while `auto_accept` is on."""

    auto_accept: bool
    threshold: int
    changed_by: str


def _row() -> ReadingSetting | None:
    return db().scalars(select(ReadingSetting).where(ReadingSetting.tenant_id == current_tenant())).one_or_none()


def setting() -> Setting:
    """The clinic's setting; off when nobody has said otherwise."""
    row = _row()
    return (
        Setting(row.auto_accept, row.threshold, row.changed_by_name) if row else Setting(False, DEFAULT_THRESHOLD, "")
    )


def change_setting(*, auto_accept: bool, threshold: int) -> Setting:
    """Switch accepting without a person on or off, from `threshold` percent (80 to 100) on."""
    row = _row()
    if row is None:
        row = ReadingSetting()
        db().add(row)
    row.auto_accept, row.threshold, row.changed_by_name = auto_accept, threshold, current_scope().actor_name
    db().flush()
    words = (
        f"lets readings of {threshold} % and more be accepted by themselves"
        if auto_accept
        else "lets people confirm every reading"
    )
    record("reading.setting_changed", words, subject_kind="clinic", subject_id=current_tenant())
    return Setting(auto_accept, threshold, row.changed_by_name)
