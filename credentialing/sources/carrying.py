"""Which clinic carries a job that belongs to none: every job has a tenant, and a load is asked for from one of the person's clinics."""

from __future__ import annotations

from infra.db import Scope
from infra.problems import Conflict
from tenants.access.gate import actor


def carrying_clinic() -> Scope:
    """The scope of the first clinic of the person of this request. Raises `Conflict` when they have none."""
    memberships = actor().memberships
    if not memberships:
        raise Conflict("Loads run as work of a clinic; you are in none yet.")
    return actor().scope_in(memberships[0])
