"""Entering, changing, rotating, switching and removing endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from infra import clock
from infra.crypto import decrypt, encrypt
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import every, later
from infra.problems import Conflict, NotFound, StaleVersion, invalid
from integrations.webhooks import new_secret
from tenants.audit import record
from tenants.people.models import Membership
from tenants.webhooks.events import TEST_EVENT, find_public_event
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.permissions import WEBHOOK_MANAGE
from tenants.webhooks.rules import MAX_ENDPOINTS, OVERLAP_HOURS, live_secrets

_HAS = "has_webhook_endpoints"


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An address to tell, what it is for, and which events it chose."""

    url: str
    events: Sequence[str]
    description: str = ""


class EndpointDisabled(Conflict):
    """The endpoint is switched off; nothing is sent to it until somebody switches it on."""

    code, title = "webhook-disabled", "This webhook is switched off"


def _checked_events(events: Sequence[str]) -> list[str]:
    unknown = [name for name in events if name == TEST_EVENT or find_public_event(name) is None]
    if unknown:
        raise invalid("events", f"There is no event {unknown[0]}. GET /api/v1/webhook-events lists them.")
    if not events:
        raise invalid("events", "Choose at least one event.")
    return sorted(set(events))


def create_endpoint(new: NewEndpoint) -> tuple[WebhookEndpoint, str]:
    """Enter an endpoint; returns it with its secret, which is never shown again. The address was checked by the caller.

    Raises `Invalid` for an unknown event, `Conflict` for the eleventh endpoint.
    """
    events = _checked_events(new.events)
    if len(list_endpoints()) >= MAX_ENDPOINTS:
        raise Conflict(f"A clinic has at most {MAX_ENDPOINTS} webhooks; remove one first.")
    secret, row_id = new_secret(), uuid7()
    row = WebhookEndpoint(
        id=row_id,
        url=new.url,
        description=new.description,
        events=events,
        sealed_secret=_sealed(row_id, secret),
        made_by_name=current_scope().actor_name,
    )
    db().add(row)
    db().flush()
    db().info.pop(_HAS, None)
    every("tenants.prune_webhooks", seconds=24 * 3600)
    _record(row, "webhook.created", f"entered the webhook {row.place} for {len(events)} events", events=events)
    return row, secret


def _sealed(row_id: UUID, secret: str) -> bytes:
    return encrypt(secret, tenant_id=current_tenant(), place=_place(row_id))


def _place(row_id: UUID) -> str:
    return f"webhook_endpoint.secret.{row_id}"


def _opened(row: WebhookEndpoint, sealed: bytes) -> str:
    return decrypt(sealed, tenant_id=row.tenant_id, place=_place(row.id))


def secrets_of(row: WebhookEndpoint) -> list[str]:
    """The secrets that sign a call to this endpoint now; two while a rotation overlaps."""
    previous = _opened(row, row.sealed_previous_secret) if row.sealed_previous_secret else None
    return live_secrets(_opened(row, row.sealed_secret), previous, row.previous_until, clock.wall())


def _record(row: WebhookEndpoint, action: str, summary: str, **facts: Any) -> None:
    record(action, summary, subject_kind="webhook", subject_id=row.id, facts=facts)


def get_endpoint(endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """One endpoint of this clinic. Raises `NotFound`, also for a removed one."""
    row = find(WebhookEndpoint, endpoint_id, lock=lock)
    if row.status == "removed":
        raise NotFound
    return row


def list_endpoints() -> Sequence[WebhookEndpoint]:
    """The endpoints of this clinic, newest first; there are ten at most."""
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.tenant_id == current_tenant(), WebhookEndpoint.status != "removed"
    )
    return db().scalars(query.order_by(WebhookEndpoint.id.desc())).all()


def has_endpoints() -> bool:
    """Tell whether anything outside may want to be told; asked once in a unit of work.

    A provider's scope cannot see endpoints: there the answer is yes, and the job that looks again decides.
    """
    if current_scope().provider_id is not None:
        return True
    found: bool | None = db().info.get(_HAS)
    if found is None:
        count = db().scalar(
            select(func.count())
            .select_from(WebhookEndpoint)
            .where(WebhookEndpoint.tenant_id == current_tenant(), WebhookEndpoint.status == "active")
        )
        found = db().info[_HAS] = bool(count)
    return found


def change_endpoint(
    endpoint_id: UUID,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    if_version: int | None = None,
) -> WebhookEndpoint:
    """Change what is named. A new address was checked by the caller. Raises `NotFound`, `Invalid`, `StaleVersion`."""
    row = get_endpoint(endpoint_id, lock=True)
    if if_version is not None and row.version != if_version:
        raise StaleVersion
    if events is not None:
        row.events = _checked_events(events)
    if url is not None:
        row.url = url
    if description is not None:
        row.description = description
    db().flush()
    _record(row, "webhook.changed", f"changed the webhook {row.place}", events=row.events)
    return row


def rotate_secret(endpoint_id: UUID, *, overlap_hours: int = OVERLAP_HOURS) -> tuple[WebhookEndpoint, str]:
    """Make a new secret and return it once; the old one signs along for `overlap_hours` (0: it ends now)."""
    row = get_endpoint(endpoint_id, lock=True)
    secret = new_secret()
    row.sealed_previous_secret = row.sealed_secret if overlap_hours else None
    row.previous_until = clock.wall() + timedelta(hours=overlap_hours) if overlap_hours else None
    row.sealed_secret, row.rotated_at = _sealed(row.id, secret), clock.now()
    db().flush()
    _record(
        row,
        "webhook.rotated",
        f"made a new secret for the webhook {row.place}; the old one ends in {overlap_hours} hours",
    )
    return row, secret


def enable_endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    """Switch an endpoint on again; what failed meanwhile can be sent again from the log."""
    row = get_endpoint(endpoint_id, lock=True)
    if row.status != "disabled":
        raise Conflict("This webhook is on already.")
    row.status, row.status_reason, row.failing_since, row.failures = "active", None, None, 0
    db().flush()
    db().info.pop(_HAS, None)
    _record(row, "webhook.enabled", f"switched the webhook {row.place} on again")
    return row


def disable_endpoint(row: WebhookEndpoint, *, because: str) -> None:
    """Switch a locked endpoint off, give up what still waits for it, and have its people told by mail."""
    row.status, row.status_reason = "disabled", because
    _give_up_waiting(row, "The webhook was switched off.")
    _record(row, "webhook.disabled", f"switched the webhook {row.place} off: {because}")
    for membership_id in people_to_tell():
        later("tenants.send_webhook_notice", {"endpoint_id": str(row.id), "membership_id": str(membership_id)})


def _give_up_waiting(row: WebhookEndpoint, why: str) -> None:
    db().execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.tenant_id == current_tenant(),
            WebhookDelivery.endpoint_id == row.id,
            WebhookDelivery.status == "pending",
        )
        .values(status="failed", next_try_at=None, job_id=None, last_why=why)
        .execution_options(synchronize_session=False)
    )


def people_to_tell() -> Sequence[UUID]:
    """Memberships of those who manage webhooks here."""
    roles = [role.value for role in WEBHOOK_MANAGE.roles]
    query = select(Membership.id).where(
        Membership.tenant_id == current_tenant(), Membership.status == "active", Membership.role.in_(roles)
    )
    return db().scalars(query.order_by(Membership.id)).all()


def remove_endpoint(endpoint_id: UUID) -> str:
    """Remove an endpoint; its log stays, its secrets go. Returns where it led."""
    row = get_endpoint(endpoint_id, lock=True)
    row.status, row.sealed_secret, row.sealed_previous_secret = "removed", b"", None
    _give_up_waiting(row, "The webhook was removed.")
    db().flush()
    _record(row, "webhook.removed", f"removed the webhook {row.place}")
    return row.place
