"""A clinic is signed: the clinic, its plan and its rhythm are made in one transaction."""

from __future__ import annotations

from uuid import UUID

from infra import clock
from infra.calendar import federal_calendar
from infra.db import Scope, db, unit_of_work
from infra.ids import uuid7
from infra.outbox import every
from infra.problems import Forbidden, invalid
from integrations.npi import npi_is_valid
from onboarding.plan.models import Plan, PlanGate, PlanTask
from onboarding.plan.rules import GateTarget, PlannedTask, gate_targets, plan_tasks, traits_of
from onboarding.plan.services.board import load_board
from onboarding.plan.services.recalculating import recalculate
from onboarding.plan.template import GO_LIVE_GATE, load_template
from tenants.access.identity import Identity
from tenants.access.roles import Role
from tenants.audit import record
from tenants.clinics.models import Clinic
from tenants.clinics.rules import contract_days
from tenants.clinics.services import NewClinic, create_clinic

REFRESH_S = 3600


def sign_clinic(
    new: NewClinic, *, vendor_id: UUID, creator_role: Role, variant: str = "standard_3w"
) -> tuple[Clinic, Plan]:
    """Make the clinic of the current scope's new tenant id together with its plan.

    Publishes `clinic.created`. Raises `Invalid` for an NPI with a wrong check digit.
    """
    if new.npi is not None and not npi_is_valid(new.npi):
        raise invalid("npi", f"{new.npi} is not an NPI: its check digit is wrong. Compare it with the registry.")
    clinic = create_clinic(new, vendor_id=vendor_id, creator_role=creator_role)
    return clinic, start_plan(clinic, variant=variant)


def open_clinic(identity: Identity, new: NewClinic, *, variant: str) -> tuple[Clinic, Plan]:
    """Make a clinic with its plan for a person of the vendor's staff, in a unit of work of its own under the clinic's new id.

    Raises `Forbidden` for a person outside of the vendor, `Invalid` for an NPI with a wrong check digit or a contract too far
    from today.
    """
    if identity.vendor_id is None or identity.vendor_role is None:
        raise Forbidden("Only the billing vendor's staff may sign a clinic.")
    first, last = contract_days(clock.today(new.timezone))
    if not first <= new.contract_on <= last:
        raise invalid(
            "contract_date",
            f"Give the day of the signature: from {first.isoformat()} (three years back) to {last.isoformat()} (a year ahead).",
        )
    with unit_of_work(Scope(tenant_id=uuid7(), actor_id=identity.id, actor_name=identity.name)):
        return sign_clinic(new, vendor_id=identity.vendor_id, creator_role=identity.vendor_role, variant=variant)


def start_plan(clinic: Clinic, *, variant: str = "standard_3w") -> Plan:
    """Make the plan of a clinic from the template: variant, traits and state decide its tasks, the contract's day its dates."""
    template, calendar = load_template(), federal_calendar()
    targets = gate_targets(template, variant, clinic.contract_on, calendar)
    planned = plan_tasks(template, variant, traits_of(clinic.traits, clinic.state), clinic.contract_on, calendar)
    plan = Plan(
        variant=variant,
        contract_on=clinic.contract_on,
        go_live_target=next(gate.target_on for gate in targets if gate.code == GO_LIVE_GATE),
        template_version=template.version,
    )
    db().add(plan)
    db().flush()
    db().add_all([_gate(plan, gate, position) for position, gate in enumerate(targets)])
    db().add_all([new_task(plan, task, position=position) for position, task in enumerate(planned)])
    db().flush()
    recalculate(load_board(lock=True))
    every("onboarding.refresh_forecast", seconds=REFRESH_S)
    record(
        "plan.started",
        f"started the plan with {len(planned)} tasks: {template.variants[variant].label}",
        subject_kind="plan",
        subject_id=plan.id,
    )
    return plan


def _gate(plan: Plan, gate: GateTarget, position: int) -> PlanGate:
    return PlanGate(
        plan_id=plan.id,
        code=gate.code,
        label=gate.label,
        position=position,
        target_on=gate.target_on,
        forecast_p50=gate.target_on,
        forecast_p80=gate.target_on,
        days_late=0,
        open_tasks=0,
        basis="",
        created_at=clock.now(),
    )


def new_task(plan: Plan, task: PlannedTask, *, position: int) -> PlanTask:
    """The row of a planned task, not yet started."""
    return PlanTask(
        plan_id=plan.id,
        code=task.code,
        position=position,
        title=task.title,
        workstream=task.workstream,
        owner=task.owner,
        gate=task.gate,
        client_visible=task.client_visible,
        planned_start=task.planned_start,
        planned_end=task.planned_end,
        baseline_start=task.planned_start,
        baseline_end=task.planned_end,
        forecast_start=task.planned_start,
        forecast_end=task.planned_end,
        on_critical_path=False,
        duration_bd=task.duration_bd,
        depends_on=list(task.depends_on),
        proof=task.proof,
    )
