"""Making, reading and changing clinics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from infra.db import current_scope, current_tenant, db
from infra.outbox import publish
from infra.problems import NotFound, StaleVersion, invalid
from integrations.npi import npi_is_valid
from tenants.access.roles import Role
from tenants.audit import record
from tenants.clinics.models import Clinic, ClinicRollup
from tenants.people.services import add_member


@dataclass(frozen=True, slots=True)
class NewClinic:
    """What a signed contract says of a clinic. `state` is the two-letter code, `timezone` an IANA name."""

    name: str
    state: str
    timezone: str
    contract_on: date
    npi: str | None = None
    tin: str | None = None
    ehr: str | None = None
    traits: dict[str, bool] = field(default_factory=dict)


def create_clinic(new: NewClinic, *, vendor_id: UUID, creator_role: Role) -> Clinic:
    """Make the clinic of the current scope's tenant id, with its maker and the vendor's administrators as members.

    Publishes `clinic.created`. The scope was opened for a new id, so nothing else can be in it yet.
    """
    tenant_id = current_tenant()
    clinic = Clinic(
        id=tenant_id,
        vendor_id=vendor_id,
        name=new.name,
        npi=new.npi,
        tin=new.tin,
        state=new.state,
        timezone=new.timezone,
        ehr=new.ehr,
        contract_on=new.contract_on,
        traits=dict(new.traits),
    )
    db().add(clinic)
    db().flush()
    scope = current_scope()
    staff = db().connection().execute(text("SELECT * FROM sec.vendor_staff(:vendor)"), {"vendor": vendor_id}).all()
    for person in staff:
        if person.id == scope.actor_id:
            add_member(person_id=person.id, email=person.email, name=person.name, role=creator_role)
        elif person.vendor_role == Role.VENDOR_ADMIN:
            add_member(person_id=person.id, email=person.email, name=person.name, role=Role.VENDOR_ADMIN)
    record("clinic.created", f"signed {clinic.name}", subject_kind="clinic", subject_id=clinic.id)
    publish("clinic.created", clinic_id=str(clinic.id))
    return clinic


def get_clinic() -> Clinic:
    """The clinic of this scope. Raises `NotFound`."""
    clinic = db().get(Clinic, (current_tenant(), current_tenant()))
    if clinic is None:
        raise NotFound
    # The session knows its rows weakly: held here, the clinic is read once in a unit of work.
    db().info["clinic"] = clinic
    return clinic


def change_clinic(*, changes: dict[str, Any], if_version: int | None = None) -> Clinic:
    """Change facts of the clinic; the day of the contract is none of them, because the plan counts from it.

    `if_version` refuses to overwrite somebody else's change with `StaleVersion`. Raises `Invalid` for an NPI with a wrong check digit.
    """
    clinic = get_clinic()
    if if_version is not None and clinic.version != if_version:
        raise StaleVersion
    npi = changes.get("npi")
    if npi is not None and not npi_is_valid(npi):
        raise invalid("npi", f"{npi} is not an NPI: its check digit is wrong. Compare it with the registry.")
    for name, value in changes.items():
        setattr(clinic, name, {**clinic.traits, **value} if name == "traits" else value)
    db().flush()
    record(
        "clinic.changed",
        f"changed {', '.join(sorted(changes))} of the clinic",
        subject_kind="clinic",
        subject_id=clinic.id,
    )
    publish("clinic.changed", clinic_id=str(clinic.id), fields=sorted(changes))
    return clinic


def mark_live() -> None:
    """Note that the clinic is live: its first batch is out. Publishes `clinic.live`; a clinic that is live already stays so."""
    clinic = get_clinic()
    if clinic.status != "onboarding":
        return
    clinic.status = "live"
    record("clinic.live", f"{clinic.name} is live", subject_kind="clinic", subject_id=clinic.id)
    publish("clinic.live", clinic_id=str(clinic.id))


def portfolio() -> Sequence[ClinicRollup]:
    """Rollup rows of every clinic in the scope, worst first: most business days late, then longest wait, then name."""
    ids = current_scope().tenant_ids
    if not ids:
        return []
    return (
        db()
        .scalars(
            select(ClinicRollup)
            .where(ClinicRollup.tenant_id.in_(ids))
            .order_by(
                ClinicRollup.days_late.desc(),
                ClinicRollup.overdue_tasks.desc(),
                ClinicRollup.revenue_at_risk_cents.desc(),
                ClinicRollup.name,
                ClinicRollup.tenant_id,
            )
        )
        .all()
    )
