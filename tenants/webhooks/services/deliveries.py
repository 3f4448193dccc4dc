"""From an event to its calls: who is told, what is sent, what came of it, what is sent again."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from infra import clock
from infra.db import current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later
from infra.problems import NotFound
from integrations.webhooks import CallResult, Message
from tenants.audit import record
from tenants.webhooks.events import TEST_EVENT, find_public_event
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from tenants.webhooks.rules import KEPT, is_persistent, judge, next_try_in_s, public_facts
from tenants.webhooks.services.endpoints import (
    EndpointDisabled,
    disable_endpoint,
    get_endpoint,
    list_endpoints,
    secrets_of,
)

DELIVER = "tenants.deliver_webhook"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a call needs, outside of any transaction."""

    url: str
    message: Message
    secrets: Sequence[str]


def fan_out(event: str, facts: Mapping[str, Any], *, source_id: UUID) -> int:
    """Make a delivery for each active endpoint that chose `event`; returns how many.

    The message's id comes from `source_id`, the work that the publisher recorded: it is the same however often this runs.
    """
    known = find_public_event(event)
    if known is None:
        return 0
    payload = _payload(event, public_facts(known.fields, facts))
    chosen = [row for row in list_endpoints() if row.status == "active" and event in row.events]
    for row in chosen:
        _make(row, event, payload, f"msg_{source_id.hex}")
    return len(chosen)


def _payload(event: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": event,
        "timestamp": clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {"clinic_id": str(current_tenant()), **data},
    }


def _make(row: WebhookEndpoint, event: str, payload: dict[str, Any], message_id: str) -> WebhookDelivery:
    made = WebhookDelivery(id=uuid7(), endpoint_id=row.id, event=event, message_id=message_id, payload=payload)
    db().add(made)
    db().flush()
    _send_later(made, after_s=0)
    return made


def _send_later(delivery: WebhookDelivery, *, after_s: int) -> None:
    """Record the next try; only the work that the delivery names may make it."""
    due = clock.now() + timedelta(seconds=after_s)
    key = f"{delivery.id}:{delivery.tries + 1}:{delivery.tries_before}"
    delivery.job_id = later(DELIVER, {"delivery_id": str(delivery.id)}, dedupe_key=key, at=due)
    delivery.next_try_at = due
    db().flush()


def send_test(endpoint_id: UUID) -> WebhookDelivery:
    """Ask for a test call. Raises `EndpointDisabled`."""
    row = get_endpoint(endpoint_id)
    if row.status != "active":
        raise EndpointDisabled("Switch the webhook on first.")
    record("webhook.tested", f"asked for a test call to {row.place}", subject_kind="webhook", subject_id=row.id)
    return _make(row, TEST_EVENT, _payload(TEST_EVENT, {"webhook_id": str(row.id)}), f"msg_{uuid7().hex}")


def open_delivery(delivery_id: UUID, *, job_id: UUID) -> Letter | None:
    """What to send now; None when it arrived already, when other work took its place, or when the endpoint is off."""
    delivery = find(WebhookDelivery, delivery_id, lock=True)
    if delivery.status != "pending" or delivery.job_id != job_id:
        return None
    row = find(WebhookEndpoint, delivery.endpoint_id)
    if row.status != "active":
        return None
    body = json.dumps(delivery.payload, separators=(",", ":"), sort_keys=True).encode()
    return Letter(row.url, Message(delivery.message_id, body), secrets_of(row))


def settle(delivery_id: UUID, *, job_id: UUID, result: CallResult) -> WebhookDelivery:
    """Log a try and draw the consequences: arrived, tried again later, given up, endpoint switched off."""
    delivery = find(WebhookDelivery, delivery_id, lock=True)
    row = find(WebhookEndpoint, delivery.endpoint_id, lock=True)
    verdict = judge(result.status, result.failure)
    delivery.tries += 1
    delivery.last_status, delivery.last_latency_ms = result.status, result.latency_ms
    delivery.last_why = verdict.why
    db().add(
        WebhookTry(
            delivery_id=delivery.id,
            number=delivery.tries,
            outcome=verdict.outcome,
            status=result.status,
            latency_ms=result.latency_ms,
            why=verdict.why,
        )
    )
    if verdict.outcome == "delivered":
        _note_arrival(delivery, row)
    elif delivery.job_id == job_id and delivery.status == "pending":
        _note_failure(delivery, row, result, is_gone=verdict.outcome == "gone")
    db().flush()
    return delivery


def _note_arrival(delivery: WebhookDelivery, row: WebhookEndpoint) -> None:
    delivery.status, delivery.delivered_at = "delivered", clock.now()
    delivery.next_try_at = delivery.job_id = None
    row.failing_since, row.failures, row.last_delivered_at = None, 0, clock.now()


def _note_failure(delivery: WebhookDelivery, row: WebhookEndpoint, result: CallResult, *, is_gone: bool) -> None:
    row.failing_since, row.failures = row.failing_since or clock.now(), row.failures + 1
    wait = next_try_in_s(
        delivery.tries - delivery.tries_before,
        retry_after_s=result.retry_after_s,
        jitter=random.random(),  # noqa: S311 - jitter, not a secret
    )
    # A test call answers a person who looks at the page: it is made once.
    gave_up = is_gone or wait is None or delivery.event == TEST_EVENT
    if gave_up or wait is None:
        delivery.status, delivery.next_try_at, delivery.job_id = "failed", None, None
    else:
        _send_later(delivery, after_s=wait)
    if row.status != "active":
        return
    if is_gone:
        disable_endpoint(row, because="the receiver answered 410, it wants no more calls")
    elif is_persistent(row.failing_since, clock.now(), gave_up=wait is None):
        disable_endpoint(row, because="nothing has arrived there for three days")


def replay(delivery_id: UUID) -> WebhookDelivery:
    """Send a delivery again now, with the same id, whatever became of it. Raises `EndpointDisabled`."""
    delivery = find(WebhookDelivery, delivery_id, lock=True)
    row = get_endpoint(delivery.endpoint_id)
    if row.status != "active":
        raise EndpointDisabled("Switch the webhook on first.")
    delivery.status, delivery.tries_before = "pending", delivery.tries
    delivery.job_id = later(DELIVER, {"delivery_id": str(delivery.id)})
    delivery.next_try_at = clock.now()
    db().flush()
    record(
        "webhook.replayed",
        f"sent {delivery.event} to {row.place} again",
        subject_kind="webhook",
        subject_id=row.id,
        facts={"delivery_id": str(delivery.id)},
    )
    return delivery


def prune_log() -> int:
    """Forget deliveries that are older than 90 days and wait for nothing; returns how many."""
    gone = db().scalars(
        delete(WebhookDelivery)
        .where(
            WebhookDelivery.tenant_id == current_tenant(),
            WebhookDelivery.status != "pending",
            WebhookDelivery.created_at < clock.now() - KEPT,
        )
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def get_delivery(endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """One delivery of this endpoint. Raises `NotFound`."""
    get_endpoint(endpoint_id)
    query = select(WebhookDelivery).where(
        WebhookDelivery.tenant_id == current_tenant(),
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.id == delivery_id,
    )
    found = db().scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_deliveries(
    endpoint_id: UUID, *, limit: int, after: UUID | None = None, status: str | None = None
) -> Sequence[WebhookDelivery]:
    """What was sent to an endpoint, newest first, older than the delivery with id `after`."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.tenant_id == current_tenant(), WebhookDelivery.endpoint_id == endpoint_id
    )
    if status is not None:
        query = query.where(WebhookDelivery.status == status)
    if after is not None:
        query = query.where(WebhookDelivery.id < after)
    return db().scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def tries_of(delivery_id: UUID) -> Sequence[WebhookTry]:
    """Every call that was made for a delivery, first to last; the newest hundred."""
    query = select(WebhookTry).where(WebhookTry.tenant_id == current_tenant(), WebhookTry.delivery_id == delivery_id)
    return list(reversed(db().scalars(query.order_by(WebhookTry.id.desc()).limit(100)).all()))


def count_by_status() -> dict[UUID, dict[str, int]]:
    """For each endpoint how many deliveries are pending, delivered and failed."""
    rows = db().execute(
        select(WebhookDelivery.endpoint_id, WebhookDelivery.status, func.count())
        .where(WebhookDelivery.tenant_id == current_tenant())
        .group_by(WebhookDelivery.endpoint_id, WebhookDelivery.status)
    )
    found: dict[UUID, dict[str, int]] = {}
    for endpoint_id, status, count in rows:
        found.setdefault(endpoint_id, {})[status] = count
    return found
