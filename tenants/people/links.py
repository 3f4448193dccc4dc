"""Links that sign one person in once: for providers and clinic staff, who need no password then. Never for the vendor's staff.

A link lives for fifteen minutes, is kept as a hash, belongs to one person and one purpose, and is spent by pressing a button, not
by opening it, so that scanners of mail do not burn it.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from infra import clock
from infra.db import Scope, db, system_transaction, unit_of_work
from infra.db.find import find
from infra.outbox import later
from infra.problems import Conflict, NotFound
from tenants.access.identity import hashed
from tenants.access.roles import Role
from tenants.audit import record
from tenants.people.models import Membership
from tenants.people.rules import may_sign_in_by_link
from tenants.people.services import Link, open_session, read_link

TOPIC = "tenants.send_sign_in_link"
LIFETIME = timedelta(minutes=15)
MINUTES = 15
SPENT = "This link was used already, was replaced by a newer one, or is older than 15 minutes. Ask for a new one."


def request_link(email: str) -> None:
    """Have a sign-in link mailed, if the address is that of a provider or of clinic staff. The caller cannot tell whether it was."""
    with system_transaction() as connection:
        found = connection.execute(
            text("SELECT * FROM sec.link_receiver(:email)"), {"email": email.strip()}
        ).one_or_none()
    if found is None:
        return
    with unit_of_work(Scope(tenant_id=found.tenant_id, actor_id=found.person_id, actor_name=email.strip().lower())):
        membership = find(Membership, found.membership_id)
        _have_sent(membership, "person.link_requested", "asked for a sign-in link")


def send_link(membership_id: UUID) -> Membership:
    """Have a sign-in link mailed to a member of this clinic. Raises `NotFound`, and `Conflict` for an open invitation and for the
    vendor's staff, who sign in with a password.
    """
    membership = find(Membership, membership_id)
    if membership.status == "invited":
        raise Conflict("This person has not accepted the invitation yet: send that again instead.")
    if membership.status != "active":
        raise NotFound
    if not may_sign_in_by_link(Role(membership.role)):
        raise Conflict("The vendor's staff sign in with their password; a link is for providers and clinic staff.")
    _have_sent(membership, "person.link_sent", f"had a sign-in link sent to {membership.email}")
    return membership


def _have_sent(membership: Membership, action: str, sentence: str) -> None:
    # At most one mail a minute for each member, however often somebody presses the button.
    minute = int(clock.now().timestamp() // 60)
    later(TOPIC, {"membership_id": str(membership.id)}, dedupe_key=f"{membership.id}:{minute}")
    record(action, sentence, subject_kind="membership", subject_id=membership.id)
    db().flush()


def look_at_link(token: str) -> Link:
    """Whose link it is; looking does not spend it. Raises `NotFound` for one that is spent, replaced, too old, or of another kind."""
    return read_link(token, purposes=("sign_in",), spent=SPENT)


def sign_in_by_link(token: str, *, user_agent: str = "") -> tuple[str, Link]:
    """Spend a link and open a session; returns the session token and whose it is. Raises `NotFound` when it is spent or too old."""
    link = look_at_link(token)
    with system_transaction() as connection:
        if not connection.execute(text("SELECT sec.use_link(:hash)"), {"hash": hashed(token)}).scalar():
            raise NotFound(SPENT)
    with unit_of_work(Scope(tenant_id=link.clinic_id, actor_id=link.person_id, actor_name=link.name)):
        record(
            "person.signed_in_by_link",
            "signed in with a link from their mail",
            subject_kind="person",
            subject_id=link.person_id,
        )
    return open_session(link.person_id, user_agent=user_agent), link
