"""When an event of the product is the proof of a task. What speaks of one case proves a task only when it holds for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import exists, select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.states import EnrollmentState
from credentialing.providers.models import Provider
from infra.db import current_tenant, db
from onboarding.plan.models import PlanTask
from onboarding.plan.states import TaskStatus
from tenants.people.models import Membership

SEEN: Mapping[str, str] = {
    "roster.imported": "The roster was imported and every row checked.",
    "provider.invited": "Every provider was invited.",
    "documents.complete": "Every required document of every provider is uploaded.",
    "documents.accepted_all": "Every required document of every provider is accepted.",
    "enrollment.matrix_built": "The matrix of providers and payers is built.",
    "enrollment.submitted": "The packets are submitted to every chosen payer.",
    "hold_list.live": "The hold list is live; billing reads it.",
    "follow_up.scheduled": "Every open enrollment has its next follow-up date.",
    "ar_import.received": "An AR file was received.",
    "ar_import.read": "The AR file was read: accepted plus rejected equals received.",
    "ar_import.tied_out": "The AR import ties out to the cent.",
    "ehr_connection.verified": "The EHR connection answered every step of its test.",
}
"""What the product saw, by proof, in the words that stand as a task's evidence."""

_UNSENT = (EnrollmentState.NOT_STARTED, EnrollmentState.GATHERING, EnrollmentState.READY_TO_SUBMIT)


def proofs_in(event: str) -> tuple[str, ...]:
    """The proofs (keys of `SEEN`) that hold now that this event has happened; nothing for one that proves nothing yet."""
    condition, proofs = _CONDITIONS.get(event, (_always, (event,)))
    return proofs if condition() else ()


def _always() -> bool:
    return True


def _everything_is_submitted() -> bool:
    unsent = [state.value for state in _UNSENT]
    return not db().scalar(
        select(exists().where(Enrollment.tenant_id == current_tenant(), Enrollment.status.in_(unsent)))
    )


def _matrix_is_built() -> bool:
    return bool(
        db().scalar(
            select(
                exists().where(
                    PlanTask.tenant_id == current_tenant(),
                    PlanTask.code == "T070",
                    PlanTask.status == TaskStatus.VERIFIED.value,
                )
            )
        )
    )


def _every_provider_is_invited() -> bool:
    invited = select(Membership.provider_id).where(
        Membership.tenant_id == current_tenant(),
        Membership.status != "ended",
        Membership.provider_id.is_not(None),
    )
    return not db().scalar(
        select(
            exists().where(
                Provider.tenant_id == current_tenant(), Provider.status == "active", Provider.id.not_in(invited)
            )
        )
    )


_CONDITIONS: Mapping[str, tuple[Callable[[], bool], tuple[str, ...]]] = {
    "person.invited": (_every_provider_is_invited, ("provider.invited",)),
    "enrollment.matrix_built": (_always, ("enrollment.matrix_built", "hold_list.live")),
    "enrollment.submitted": (_everything_is_submitted, ("enrollment.submitted", "follow_up.scheduled")),
    "hold_list.changed": (_matrix_is_built, ("hold_list.live",)),
}
