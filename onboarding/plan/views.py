"""The checklist of a clinic: table and timeline, and each task at the side with its own address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from infra.problems import Conflict, Forbidden, Invalid, NotFound
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.pages import errors_by_field, read_form, render
from onboarding.plan import pictures, services
from onboarding.plan.models import PlanTask
from onboarding.plan.permissions import PLAN_READ, TASK_CHANGE, TASK_MOVE, may_take
from onboarding.plan.rules import hard_stops, needs_document
from onboarding.plan.schemas import TaskFormSchema, TaskTransitionSchema
from onboarding.plan.services.board import Board, waits_of
from onboarding.plan.services.moving import HELD_BY_GATE, missing_before
from onboarding.plan.states import DONE, TaskStatus, TaskStep, steps_from
from onboarding.plan.template import load_template
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member
from tenants.access.roles import Role
from tenants.documents.services import list_documents
from tenants.people.services import list_members

bp = Blueprint("plan", __name__, template_folder="templates")
add_to_navigation(NavEntry("Plan", "plan.plan_page", PLAN_READ, 20, "plan"))


@bp.get("/c/<uuid:clinic_id>/plan")
@access(PLAN_READ)
def plan_page(clinic_id: UUID) -> ResponseReturnValue:
    """The checklist, as a table or as a timeline."""
    return render("plan/plan.html", **_page(clinic_id, _board_or_none()))


def _board_or_none() -> Board | None:
    try:
        return services.load_board()
    except NotFound:
        return None


def _for_clinic() -> bool:
    return member().role is Role.CLINIC_ADMIN


def _page(clinic_id: UUID, board: Board | None) -> dict[str, Any]:
    crumbs((member().clinic_name, home_of(member())), ("Plan", None))
    if board is None:
        return {"clinic_id": clinic_id, "board": None}
    only = request.args.get("only", "open")
    only = only if only in pictures.FILTERS else "open"
    view = "timeline" if request.args.get("view") == "timeline" else "table"
    tasks, person_id = services.visible_tasks(board, member().role), str(actor().id)
    groups = pictures.groups_of(tasks, only=only, today=board.today, person_id=person_id)
    drawing = None
    if view == "timeline":
        drawing = pictures.timeline_of(
            board,
            groups,
            lambda task: url_for("plan.task_panel", clinic_id=clinic_id, task_id=task.id),
            for_clinic=_for_clinic(),
        )
    names = {**pictures.FILTERS, **({"client": "Your turn"} if _for_clinic() else {})}
    return {
        "clinic_id": clinic_id,
        "board": board,
        "tasks": tasks,
        "groups": groups,
        "only": only,
        "view": view,
        "timeline": drawing,
        "filters": [(key, label) for key, label in names.items() if not (_for_clinic() and key == "mine")],
        "counts": pictures.counts_of(tasks, today=board.today, person_id=person_id),
        "stops": hard_stops(board.states(), load_template()),
        "pictures": pictures,
        "for_clinic": _for_clinic(),
    }


@bp.get("/c/<uuid:clinic_id>/plan/tasks/<uuid:task_id>")
@access(PLAN_READ)
def task_panel(clinic_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """One task at the side of the checklist; its address works alone."""
    board = services.load_board()
    return _panel(clinic_id, board, services.get_task(board, str(task_id), member().role))


def _panel(clinic_id: UUID, board: Board, task: PlanTask, error: Exception | None = None) -> str:
    facts = _task_facts(clinic_id, board, task)
    facts["errors"] = errors_by_field(error) if isinstance(error, Invalid) else {}
    facts["refused"] = getattr(error, "detail", None)
    facts["values"] = request.form if error else {}
    if request.headers.get("HX-Target") == "panel":
        return render("plan/task.html", **facts)
    return render("plan/plan.html", **{**_page(clinic_id, board), **facts})


def _task_facts(clinic_id: UUID, board: Board, task: PlanTask) -> dict[str, Any]:
    role, template = member().role, load_template()
    events = services.history_of(task.id)
    open_steps = steps_from(TaskStatus(task.status))
    held_by = [] if TaskStatus(task.status) in DONE else missing_before(board, task)
    by_code = {found.code: found for found in services.visible_tasks(board, role)}
    return {
        "clinic_id": clinic_id,
        "board": board,
        "task": task,
        "steps": {
            step.value
            for step in open_steps
            if not (held_by and step in HELD_BY_GATE)
            and may_take(role, step, owner=task.owner, client_visible=task.client_visible)
        },
        "held_by": held_by,
        "proof": template.proofs[task.proof],
        "needs_document": needs_document(task.proof, template),
        "hard_stop": hard_stops(board.states(), template).get(task.code),
        "gate_label": next(gate.label for gate in board.gates if gate.code == task.gate),
        "events": list(reversed(events)),
        "waits": {
            pictures.party_word(party.value, for_clinic=_for_clinic()): days
            for party, days in waits_of(events, board.today, board.calendar).items()
            if days
        },
        "documents": list_documents(limit=20, task_id=task.id),
        "members": [each for each in list_members() if each.role != Role.PROVIDER and each.status == "active"],
        "before": [by_code[code] for code in task.depends_on if code in by_code],
        "after": [found for found in by_code.values() if task.code in found.depends_on],
        "is_done": TaskStatus(task.status) in DONE,
        "may_send": may_take(role, TaskStep.CLAIMED, owner=task.owner, client_visible=task.client_visible),
        "may_change": role in TASK_CHANGE.roles,
        "pictures": pictures,
        "for_clinic": _for_clinic(),
    }


@bp.post("/c/<uuid:clinic_id>/plan/tasks/<uuid:task_id>/step")
@access(TASK_MOVE)
def move_task(clinic_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Take one step with a task; a refusal comes back with the form."""
    try:
        form = read_form(TaskTransitionSchema())
        task = services.transition(str(task_id), role=member().role, **form)
    except (Invalid, Conflict, Forbidden) as error:
        return _refused(clinic_id, task_id, error)
    word, _ = pictures.status_word(task, task.planned_start, for_clinic=_for_clinic())
    flash(f"“{task.title}”: {word.lower()}.", "success")
    return redirect(url_for("plan.task_panel", clinic_id=clinic_id, task_id=task_id))


@bp.post("/c/<uuid:clinic_id>/plan/tasks/<uuid:task_id>/dates")
@access(TASK_CHANGE)
def change_task(clinic_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Change planned dates and assignee."""
    try:
        form = read_form(TaskFormSchema())
        form.setdefault("assignee_person_id", None)
        services.change_task(str(task_id), changes=form, role=member().role)
    except (Invalid, Conflict) as error:
        return _refused(clinic_id, task_id, error)
    flash("Saved. The forecast of the whole plan is up to date.", "success")
    return redirect(url_for("plan.task_panel", clinic_id=clinic_id, task_id=task_id))


def _refused(clinic_id: UUID, task_id: UUID, error: Invalid | Conflict | Forbidden) -> ResponseReturnValue:
    board = services.load_board()
    task = services.get_task(board, str(task_id), member().role)
    return _panel(clinic_id, board, task, error), error.status
