"""Who may do what with a plan. Providers have none; a clinic administrator works on what the clinic owns and can see."""

from onboarding.plan.states import TaskStep
from onboarding.plan.template import OWNERS
from tenants.access.roles import MANAGERS, STAFF, VENDOR, Role, permission

PLAN_READ = permission("plan:read", STAFF)
TASK_MOVE = permission("plan:move-task", STAFF)
TASK_CHANGE = permission("plan:change-task", VENDOR)

_CLINIC_STEPS = frozenset({TaskStep.IN_PROGRESS, TaskStep.BLOCKED, TaskStep.CLAIMED})
_CLINIC_OWNERS = frozenset({"ca", "own", "prov"})


def may_see(role: Role, *, client_visible: bool) -> bool:
    """Whether a task is there for this role: the vendor's inside tasks do not exist for the clinic."""
    return role in VENDOR or (role in STAFF and client_visible)


def may_take(role: Role, step: TaskStep, *, owner: str, client_visible: bool) -> bool:
    """Whether this role may take this step with a task of this owner.

    The vendor may do everything, but only a manager skips. The clinic starts, blocks and claims its own tasks; that a thing is
    verified is never the word of the one who did it.
    """
    if role in VENDOR:
        return step is not TaskStep.SKIPPED or role in MANAGERS
    return role in STAFF and client_visible and owner in _CLINIC_OWNERS and step in _CLINIC_STEPS


def refusal(role: Role, step: TaskStep, *, owner: str) -> str:
    """Why `may_take` said no, in a sentence for people."""
    if role in VENDOR:
        return "Only an account manager or a vendor administrator may skip a task."
    if owner not in _CLINIC_OWNERS:
        return f"This task belongs to: {OWNERS[owner].label}. You can follow it here, and they will move it on."
    if step is TaskStep.VERIFIED:
        return "Say that it is done and add the proof; the billing team then verifies it."
    return "Ask your account manager for this; you can start, block and claim your own tasks."
