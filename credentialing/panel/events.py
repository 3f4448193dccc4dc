"""What may be told outside of the hold list."""

from tenants.webhooks.events import public_event

HOLD = ("enrollment_id", "provider_id", "payer_id", "on")

public_event("hold.added", "From this day a provider and payer must not be billed.", HOLD)
public_event("hold.removed", "From this day a provider and payer are no longer on the hold list.", HOLD)
