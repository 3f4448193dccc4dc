"""What may be told outside of what providers hold: that it changed, never its number."""

from tenants.webhooks.events import public_event

public_event(
    "credential.changed",
    "A license, certificate or policy of a provider was entered or changed.",
    ("provider_id", "credential_id", "kind", "expires_on"),
)
