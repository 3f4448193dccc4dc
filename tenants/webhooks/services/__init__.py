"""Endpoints and their deliveries."""

from tenants.webhooks.services.deliveries import (
    count_by_status,
    fan_out,
    get_delivery,
    list_deliveries,
    open_delivery,
    prune_log,
    replay,
    send_test,
    settle,
    tries_of,
)
from tenants.webhooks.services.endpoints import (
    NewEndpoint,
    change_endpoint,
    create_endpoint,
    enable_endpoint,
    get_endpoint,
    has_endpoints,
    list_endpoints,
    people_to_tell,
    remove_endpoint,
    rotate_secret,
)

__all__ = [
    "NewEndpoint",
    "change_endpoint",
    "count_by_status",
    "create_endpoint",
    "enable_endpoint",
    "fan_out",
    "get_delivery",
    "get_endpoint",
    "has_endpoints",
    "list_deliveries",
    "list_endpoints",
    "open_delivery",
    "people_to_tell",
    "prune_log",
    "remove_endpoint",
    "replay",
    "rotate_secret",
    "send_test",
    "settle",
    "tries_of",
]
