"""What may be told outside of the clinic itself."""

from tenants.webhooks.events import public_event

public_event("clinic.live", "The first batch of claims is out: the clinic is live.", ())
