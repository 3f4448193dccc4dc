"""The calls that we make, in the words of OpenAPI 3.1: one entry of `webhooks` for each public event."""

from __future__ import annotations

from typing import Any

from tenants.webhooks.events import PublicEvent, all_public_events

_HEADERS = {
    "webhook-id": "The same in every try of one message.",
    "webhook-timestamp": "Seconds since 1970 at which this try was signed.",
    "webhook-signature": "`v1,` and a base64 HMAC-SHA256 of `id.timestamp.body`; several, with blanks between, while a secret rotates.",
}


def _described(event: PublicEvent) -> dict[str, Any]:
    data: dict[str, Any] = {name: {} for name in ("clinic_id", *event.fields)}
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event.name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "properties": data},
        },
    }
    return {
        "post": {
            "summary": event.sentence,
            "parameters": [
                {"in": "header", "name": name, "description": words, "schema": {"type": "string"}}
                for name, words in _HEADERS.items()
            ],
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"2XX": {"description": "It has arrived."}, "410": {"description": "Call no more."}},
        }
    }


def described_calls() -> dict[str, Any]:
    """Every public event as an OpenAPI path item."""
    return {event.name: _described(event) for event in all_public_events()}
