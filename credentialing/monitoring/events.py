"""What may be told outside of what runs out: that it comes near, has lapsed, or is in force again."""

from tenants.webhooks.events import public_event

public_event(
    "credential.expiring",
    "Something that a provider or the clinic holds runs out soon.",
    ("expirable_id", "provider_id", "kind", "state", "ends_on", "days_before"),
)
LAPSE = ("lapse_id", "provider_id", "kind", "state", "ends_on", "payer_ids", "holds")
public_event("credential.lapsed", "Something has run out; where it holds billing, holds follow by themselves.", LAPSE)
public_event("credential.restored", "What had lapsed is in force again.", LAPSE)
