"""The database: engines, the tenant scope that each transaction carries, the unit of work, and the base of every table.

A newcomer needs three names. `Scope` says who acts and for which clinic. `unit_of_work(scope)` opens one transaction under it and
commits at its end. `db()` is the session inside. There is no way to reach a tenant table without a scope: the session raises,
and the policies of the database yield no rows.
"""

from infra.db.model import Bytes, Cents, Model, TenantModel, belongs_to, belongs_to_clinic
from infra.db.scope import NoScope, Scope, current_scope, current_tenant
from infra.db.session import db, system_transaction, unit_of_work

__all__ = [
    "Bytes",
    "Cents",
    "Model",
    "NoScope",
    "Scope",
    "TenantModel",
    "belongs_to",
    "belongs_to_clinic",
    "current_scope",
    "current_tenant",
    "db",
    "system_transaction",
    "unit_of_work",
]
