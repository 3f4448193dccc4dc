"""Clinics with their plans: signing one, reading it, moving its tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.web.pages import set_version, wanted_version
from infra.web.query import IF_MATCH
from onboarding.plan import services
from onboarding.plan.models import PlanTask
from onboarding.plan.permissions import PLAN_READ, TASK_CHANGE, TASK_MOVE
from onboarding.plan.schemas import PlanSchema, TaskChangeSchema, TaskSchema, TaskTransitionSchema
from tenants.access.gate import access, actor, member, vendor_access
from tenants.clinics.models import Clinic
from tenants.clinics.permissions import CLINIC_CHANGE, CLINIC_CREATE, CLINIC_READ
from tenants.clinics.schemas import ClinicChangeSchema, ClinicSchema, NewClinicSchema
from tenants.clinics.services import NewClinic, change_clinic, get_clinic

blp = Blueprint("plan_api", __name__, url_prefix="/api/v1", description="Clinics and their plans")


@blp.post("/clinics")
@vendor_access(CLINIC_CREATE)
@blp.arguments(NewClinicSchema)
@blp.response(201, ClinicSchema)
def create_clinic(body: dict[str, Any]) -> dict[str, Any]:
    """Sign a clinic: it, its plan and its first members are made in one transaction."""
    facts = dict(body)
    variant, contract_on = facts.pop("variant"), facts.pop("contract_date")
    clinic, plan = services.open_clinic(actor(), NewClinic(contract_on=contract_on, **facts), variant=variant)
    return _clinic(clinic, plan.id)


def _clinic(clinic: Clinic, plan_id: UUID | None) -> dict[str, Any]:
    names = ("id", "name", "npi", "tin", "state", "timezone", "ehr", "contract_on", "status", "traits", "version")
    return {**{name: getattr(clinic, name) for name in names}, "plan_id": plan_id}


def _plan_id() -> UUID | None:
    found = services.find_plan()
    return found[0].id if found else None


@blp.get("/clinics/<uuid:clinic_id>")
@access(CLINIC_READ)
@blp.response(200, ClinicSchema)
def read_clinic(clinic_id: UUID) -> dict[str, Any]:
    """The clinic."""
    clinic = get_clinic()
    set_version(clinic.version)
    return _clinic(clinic, _plan_id())


@blp.patch("/clinics/<uuid:clinic_id>")
@access(CLINIC_CHANGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ClinicChangeSchema)
@blp.response(200, ClinicSchema)
def patch_clinic(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Change the clinic; `If-Match` guards against overwriting somebody else's change."""
    clinic = change_clinic(changes=body, if_version=wanted_version())
    set_version(clinic.version)
    return _clinic(clinic, _plan_id())


@blp.get("/clinics/<uuid:clinic_id>/plan")
@access(PLAN_READ)
@blp.response(200, PlanSchema)
def read_plan(clinic_id: UUID) -> dict[str, Any]:
    """The plan with its gates and tasks; for the clinic without the vendor's inside tasks."""
    board = services.load_board()
    live = board.go_live
    return {
        "id": board.plan.id,
        "variant": board.plan.variant,
        "contract_date": board.plan.contract_on,
        "go_live_target": board.plan.go_live_target,
        "forecast_p50": live.forecast_p50,
        "forecast_p80": live.forecast_p80,
        "days_late": live.days_late,
        "gates": board.gates,
        "tasks": services.visible_tasks(board, member().role),
    }


@blp.get("/clinics/<uuid:clinic_id>/tasks/<string:task_ref>")
@access(PLAN_READ)
@blp.response(200, TaskSchema)
def read_task(clinic_id: UUID, task_ref: str) -> PlanTask:
    """One task, by id or code."""
    task = services.get_task(services.load_board(), task_ref, member().role)
    set_version(task.version)
    return task


@blp.patch("/clinics/<uuid:clinic_id>/tasks/<string:task_ref>")
@access(TASK_CHANGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(TaskChangeSchema)
@blp.response(200, TaskSchema)
def patch_task(body: dict[str, Any], clinic_id: UUID, task_ref: str) -> PlanTask:
    """Change planned dates, assignee or note; the whole plan is forecast anew."""
    task = services.change_task(task_ref, changes=body, role=member().role, if_version=wanted_version())
    set_version(task.version)
    return task


@blp.post("/clinics/<uuid:clinic_id>/tasks/<string:task_ref>/transitions")
@access(TASK_MOVE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(TaskTransitionSchema)
@blp.response(200, TaskSchema)
def move_task(body: dict[str, Any], clinic_id: UUID, task_ref: str) -> PlanTask:
    """Take one step with a task; the whole plan is forecast anew."""
    task = services.transition(task_ref, role=member().role, if_version=wanted_version(), **body)
    set_version(task.version)
    return task
