"""What may be sent and read about webhooks. A secret is in exactly two answers: of making and of rotating."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from tenants.schemas import StrictSchema, TrimmedText, text_field
from tenants.webhooks.rules import MAX_OVERLAP_HOURS, OVERLAP_HOURS

STATUSES = ("pending", "delivered", "failed")


class NewWebhookSchema(StrictSchema):
    """An endpoint to enter. `events` are names of `GET /webhook-events`."""

    url = text_field(required=True, longest=2048)
    events = fields.List(fields.String(validate=validate.Length(max=80)), required=True)
    description = TrimmedText(validate=validate.Length(max=200))


class WebhookChangeSchema(StrictSchema):
    """What may change of an endpoint."""

    url = text_field(longest=2048)
    events = fields.List(fields.String(validate=validate.Length(max=80)))
    description = TrimmedText(validate=validate.Length(max=200))


class RotateSchema(StrictSchema):
    """For how many hours the old secret signs along; 0 ends it now."""

    overlap_hours = fields.Integer(
        load_default=OVERLAP_HOURS,
        validate=validate.Range(0, MAX_OVERLAP_HOURS, error=f"Give 0 to {MAX_OVERLAP_HOURS} hours."),
    )


class WebhookSchema(Schema):
    """An endpoint. `failing_since` is set while calls fail; `status_reason` says why it was switched off."""

    id = fields.UUID()
    url = fields.String()
    description = fields.String()
    events = fields.List(fields.String())
    status = fields.String()
    status_reason = fields.String(allow_none=True)
    failing_since = fields.AwareDateTime(allow_none=True)
    last_delivered_at = fields.AwareDateTime(allow_none=True)
    rotated_at = fields.AwareDateTime(allow_none=True)
    previous_secret_until = fields.AwareDateTime(attribute="previous_until", allow_none=True)
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class WebhookSecretSchema(WebhookSchema):
    """An endpoint with its secret, which no other answer shows."""

    secret = fields.String()


class WebhookListSchema(Schema):
    """Endpoints, newest first."""

    items = fields.List(fields.Nested(WebhookSchema))
    next_cursor = fields.String(allow_none=True)


class WebhookTrySchema(Schema):
    """One call."""

    number = fields.Integer()
    at = fields.AwareDateTime(attribute="created_at")
    outcome = fields.String()
    status = fields.Integer(allow_none=True)
    latency_ms = fields.Integer()
    why = fields.String()


class WebhookDeliverySchema(Schema):
    """One event for one endpoint. `message_id` is the `webhook-id` of every try."""

    id = fields.UUID()
    event = fields.String()
    message_id = fields.String()
    status = fields.String()
    tries = fields.Integer()
    next_try_at = fields.AwareDateTime(allow_none=True)
    last_status = fields.Integer(allow_none=True)
    last_latency_ms = fields.Integer(allow_none=True)
    last_why = fields.String(allow_none=True)
    delivered_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    payload = fields.Dict()


class WebhookDeliveryDetailSchema(WebhookDeliverySchema):
    """A delivery with every call that was made for it."""

    calls = fields.List(fields.Nested(WebhookTrySchema))


class WebhookDeliveryListSchema(Schema):
    """Deliveries, newest first."""

    items = fields.List(fields.Nested(WebhookDeliverySchema))
    next_cursor = fields.String(allow_none=True)


class PublicEventSchema(Schema):
    """An event that an endpoint can choose; `fields` are what `data` carries beside `clinic_id`."""

    name = fields.String()
    sentence = fields.String()
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")


class PublicEventListSchema(Schema):
    """All of them, by name."""

    items = fields.List(fields.Nested(PublicEventSchema))
    next_cursor = fields.String(allow_none=True)


def with_secret(row: Any, secret: str) -> dict[str, Any]:
    """The endpoint together with its secret, for `WebhookSecretSchema`."""
    return {**vars(row), "secret": secret}
