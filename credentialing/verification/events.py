"""What may be told outside of verifications: that one was recorded, at which source and with which result."""

from tenants.webhooks.events import public_event

public_event(
    "verification.recorded",
    "A provider was checked at a primary source.",
    ("provider_id", "verification_id", "source", "result"),
)
