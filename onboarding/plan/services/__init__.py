"""The verbs of a plan: start a clinic with its plan, read it, move a task, change its dates, complete it from what the product saw.

Every change locks the plan's row, writes the task, and calculates the whole forecast anew in the same transaction.
"""

from onboarding.plan.services.adapting import adapt_to_traits
from onboarding.plan.services.board import Board, find_plan, get_task, history_of, load_board, visible_tasks
from onboarding.plan.services.completing import (
    claim_with_document,
    complete_by_document,
    complete_by_event,
    return_rejected_document,
)
from onboarding.plan.services.lapsing import close_lapse_task, open_lapse_task
from onboarding.plan.services.moving import NotReadyToBill, change_task, transition
from onboarding.plan.services.recalculating import recalculate, refresh_forecast
from onboarding.plan.services.starting import open_clinic, sign_clinic, start_plan

__all__ = [
    "Board",
    "NotReadyToBill",
    "adapt_to_traits",
    "change_task",
    "claim_with_document",
    "close_lapse_task",
    "complete_by_document",
    "complete_by_event",
    "find_plan",
    "get_task",
    "history_of",
    "load_board",
    "open_clinic",
    "open_lapse_task",
    "recalculate",
    "refresh_forecast",
    "return_rejected_document",
    "sign_clinic",
    "start_plan",
    "transition",
    "visible_tasks",
]
