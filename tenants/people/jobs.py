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
from tenants.people.links import LIFETIME, MINUTES, TOPIC
from tenants.people.models import Membership
from tenants.people.rules import may_sign_in_by_link
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
        f"Open this link to begin. It works once, for 72 hours:\n\n"
        f"{settings().public_url}/invitations/{token}\n\nIf you did not expect this, do nothing.\n"
    )
    send(Mail(to=to, subject=f"Your invitation to {clinic_name} on Onpanel", body=body, key=work.key))


@job(TOPIC, max_attempts=6)
def send_sign_in_link(work: Work, *, membership_id: str) -> None:
    """Make a fresh sign-in link for a member and mail it; only the newest link works."""
    with work.transaction() as session:
        membership = session.get(Membership, (work.tenant_id, UUID(membership_id)))
        clinic = session.get(Clinic, (work.tenant_id, work.tenant_id))
        if membership is None or clinic is None or membership.status != "active":
            raise GiveUp("the person is no longer a member")
        if not may_sign_in_by_link(Role(membership.role)):
            raise GiveUp("this role signs in with a password")
        token = create_link(
            person_id=membership.person_id, clinic_id=work.tenant_id, purpose="sign_in", lifetime=LIFETIME
        )
        to, name, clinic_name = membership.email, membership.name, clinic.name
    body = (
        f"Hello {name},\n\nHere is your link to sign in to {clinic_name} on Onpanel. It works once, for {MINUTES} minutes:\n\n"
        f"{settings().public_url}/sign-in/link/{token}\n\n"
        "If you did not ask for it, do nothing: nobody can sign in without opening it.\n"
    )
    send(Mail(to=to, subject=f"Your sign-in link for {clinic_name}", body=body, key=work.key))
