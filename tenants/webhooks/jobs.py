"""What runs for webhooks: telling the endpoints that chose an event, each call, and the mail when an endpoint is switched off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from infra import clock
from infra.jobs.work import Work
from infra.mail import Mail, send
from infra.outbox import job
from infra.outbox.registry import GiveUp, listen
from infra.settings import settings
from integrations.webhooks import call
from tenants.clinics.services import get_clinic
from tenants.people.models import Membership
from tenants.webhooks import services
from tenants.webhooks.events import FAN_OUT, TEST_EVENT, all_public_events
from tenants.webhooks.outside import guarded_session
from tenants.webhooks.services.deliveries import DELIVER


@job(FAN_OUT)
def fan_out_webhooks(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Make a delivery for each endpoint that chose this event."""
    with work.finish():
        services.fan_out(event, facts, source_id=work.id)


for each in all_public_events():
    if each.name != TEST_EVENT:
        listen(FAN_OUT, each.name, only_if=services.has_endpoints)


@job(DELIVER, timeout_s=60, max_attempts=20, max_backoff_s=300)
def deliver_webhook(work: Work, *, delivery_id: str) -> None:
    """Make one call and store what came of it. Retries are deliveries' own: this job fails only when this house fails."""
    row_id = UUID(delivery_id)
    with work.transaction():
        letter = services.open_delivery(row_id, job_id=work.id)
    if letter is None:
        return
    result = call(guarded_session(), letter.url, letter.message, letter.secrets, at=clock.wall())
    with work.finish({"status": result.status}):
        services.settle(row_id, job_id=work.id, result=result)


@job("tenants.prune_webhooks")
def prune_webhooks(work: Work) -> None:
    """Forget what was delivered long ago."""
    with work.finish():
        services.prune_log()


@job("tenants.send_webhook_notice", max_attempts=20)
def send_webhook_notice(work: Work, *, endpoint_id: str, membership_id: str) -> None:
    """Mail a person that a webhook was switched off, and what to do."""
    with work.transaction() as session:
        person = session.get(Membership, (work.tenant_id, UUID(membership_id)))
        clinic = get_clinic()
        row = services.get_endpoint(UUID(endpoint_id))
        if person is None or person.status != "active" or row.status != "disabled":
            raise GiveUp("there is nobody to tell, or nothing to tell any more")
        to, name, url, why, place = person.email, person.name, row.place, row.status_reason, clinic.name
    body = (
        f"Hello {name},\n\nOnpanel no longer calls the webhook {url} of {place}: {why}.\n\n"
        f"When it works again, switch it on and send again what failed:\n\n"
        f"{settings().public_url}/c/{work.tenant_id}/webhooks/{endpoint_id}\n"
    )
    send(Mail(to=to, subject=f"A webhook of {place} was switched off", body=body, key=work.key))
