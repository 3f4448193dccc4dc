"""Mail about people."""

from __future__ import annotations

from uuid import UUID

from infra.jobs.work import Work
from infra.mail import Mail, send
from infra.outbox import job
from infra.outbox.registry import GiveUp
from infra.settings import settings
from tenants.access.roles import Role
from tenants.clinics.models import Clinic
from tenants.people.models import Membership
from tenants.people.services import create_link


@job("tenants.send_invitation", max_attempts=20)
def send_invitation(work: Work, *, membership_id: str) -> None:
    """Make a fresh link for the invited person and mail it; only the newest link works."""
    with work.transaction() as session:
        membership = session.get(Membership, (work.tenant_id, UUID(membership_id)))
        clinic = session.get(Clinic, (work.tenant_id, work.tenant_id))
        if membership is None or clinic is None or membership.status != "invited":
            raise GiveUp("the invitation is no longer open")
        token = create_link(person_id=membership.person_id, clinic_id=work.tenant_id, purpose="invitation")
        to, name, role, inviter, clinic_name = (
            membership.email,
            membership.name,
            Role(membership.role).label.lower(),
            membership.invited_by or "Your billing vendor",
            clinic.name,
        )
    body = (
        f"Hello {name},\n\n{inviter} invites you to {clinic_name} on Onpanel as {role}.\n\n"
        f"Open this link to choose a password and begin. It works once, for 72 hours:\n\n"
        f"{settings().public_url}/invitations/{token}\n\nIf you did not expect this, do nothing.\n"
    )
    send(Mail(to=to, subject=f"Your invitation to {clinic_name} on Onpanel", body=body, key=work.key))
