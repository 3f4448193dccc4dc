"""Webhooks over the API. Routes that take an address resolve it first, with no transaction open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from infra.db import unit_of_work
from infra.web.docs import set_calls
from infra.web.idempotency import shown_once
from infra.web.pages import page_size, set_version, sliced, uuid_cursor, wanted_version
from infra.web.query import IF_MATCH, PAGES, choice_argument, parameter
from tenants.access.gate import access, actor, member, signed_in
from tenants.webhooks import services
from tenants.webhooks.described import described_calls
from tenants.webhooks.events import TEST_EVENT, all_public_events
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.outside import check_address
from tenants.webhooks.permissions import WEBHOOK_MANAGE, WEBHOOK_READ
from tenants.webhooks.schemas import (
    STATUSES,
    NewWebhookSchema,
    PublicEventListSchema,
    RotateSchema,
    WebhookChangeSchema,
    WebhookDeliveryDetailSchema,
    WebhookDeliveryListSchema,
    WebhookDeliverySchema,
    WebhookListSchema,
    WebhookSchema,
    WebhookSecretSchema,
    with_secret,
)

blp = Blueprint("webhooks_api", __name__, url_prefix="/api/v1", description="Webhooks")
set_calls(described_calls)


@blp.get("/webhook-events")
@signed_in(session=False)
@blp.response(200, PublicEventListSchema)
def list_events() -> dict[str, Any]:
    """Events that an endpoint can choose, and what each tells."""
    return {"items": [event for event in all_public_events() if event.name != TEST_EVENT], "next_cursor": None}


@blp.get("/clinics/<uuid:clinic_id>/webhooks")
@access(WEBHOOK_READ)
@blp.response(200, WebhookListSchema)
def list_webhooks(clinic_id: UUID) -> dict[str, Any]:
    """The clinic's endpoints; there are ten at most."""
    return {"items": services.list_endpoints(), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/webhooks")
@access(WEBHOOK_MANAGE, session=False)
@blp.arguments(NewWebhookSchema)
@blp.response(201, WebhookSecretSchema)
def create_webhook(body: dict[str, Any], clinic_id: UUID) -> dict[str, Any]:
    """Enter an endpoint. The answer holds its secret, once. Calls are signed as Standard Webhooks says."""
    check_address(body["url"])
    with unit_of_work(actor().scope_in(member())):
        row, secret = services.create_endpoint(services.NewEndpoint(**body))
        return with_secret(row, shown_once(secret))


@blp.get("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>")
@access(WEBHOOK_READ)
@blp.response(200, WebhookSchema)
def get_webhook(clinic_id: UUID, webhook_id: UUID) -> WebhookEndpoint:
    """One endpoint."""
    row = services.get_endpoint(webhook_id)
    set_version(row.version)
    return row


@blp.patch("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>")
@access(WEBHOOK_MANAGE, session=False)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(WebhookChangeSchema)
@blp.response(200, WebhookSchema)
def change_webhook(body: dict[str, Any], clinic_id: UUID, webhook_id: UUID) -> WebhookEndpoint:
    """Change its address, its events or its description."""
    scope, version = actor().scope_in(member()), wanted_version()
    with unit_of_work(scope):
        services.get_endpoint(webhook_id)
    if "url" in body:
        check_address(body["url"])
    with unit_of_work(scope):
        return services.change_endpoint(webhook_id, if_version=version, **body)


@blp.delete("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>")
@access(WEBHOOK_MANAGE)
@blp.response(204)
def delete_webhook(clinic_id: UUID, webhook_id: UUID) -> None:
    """Remove an endpoint: nothing more is sent to it."""
    services.remove_endpoint(webhook_id)


@blp.post("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/secret")
@access(WEBHOOK_MANAGE)
@blp.arguments(RotateSchema)
@blp.response(200, WebhookSecretSchema)
def rotate_secret(body: dict[str, Any], clinic_id: UUID, webhook_id: UUID) -> dict[str, Any]:
    """Make a new secret. Until the overlap ends every call carries two signatures, of the new and the old one."""
    row, secret = services.rotate_secret(webhook_id, overlap_hours=body["overlap_hours"])
    return with_secret(row, shown_once(secret))


@blp.post("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/test")
@access(WEBHOOK_MANAGE)
@blp.response(202, WebhookDeliverySchema)
def send_test(clinic_id: UUID, webhook_id: UUID) -> WebhookDelivery:
    """Send a `webhook.test` call; read the delivery to see what came of it."""
    return services.send_test(webhook_id)


@blp.post("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/enable")
@access(WEBHOOK_MANAGE)
@blp.response(200, WebhookSchema)
def enable_webhook(clinic_id: UUID, webhook_id: UUID) -> WebhookEndpoint:
    """Switch an endpoint on that was switched off."""
    return services.enable_endpoint(webhook_id)


@blp.get("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/deliveries")
@access(WEBHOOK_READ)
@blp.doc(parameters=[*PAGES, parameter("status", "Only deliveries in this state.", choices=STATUSES)])
@blp.response(200, WebhookDeliveryListSchema)
def list_deliveries(clinic_id: UUID, webhook_id: UUID) -> dict[str, Any]:
    """What was sent, newest first."""
    services.get_endpoint(webhook_id)
    limit = page_size()
    rows = services.list_deliveries(
        webhook_id, limit=limit + 1, after=uuid_cursor(), status=choice_argument("status", STATUSES)
    )
    page = sliced(rows, limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.get("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
@access(WEBHOOK_READ)
@blp.response(200, WebhookDeliveryDetailSchema)
def get_delivery(clinic_id: UUID, webhook_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """A delivery with every call."""
    delivery = services.get_delivery(webhook_id, delivery_id)
    return {**vars(delivery), "calls": services.tries_of(delivery_id)}


@blp.post("/clinics/<uuid:clinic_id>/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay")
@access(WEBHOOK_MANAGE)
@blp.response(202, WebhookDeliverySchema)
def replay(clinic_id: UUID, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Send it again now, with the same `webhook-id`."""
    return services.replay(services.get_delivery(webhook_id, delivery_id).id)
