"""What may be told outside of providers: ids and which fields moved, never their values."""

from tenants.webhooks.events import public_event

public_event("provider.created", "A provider was added to the clinic.", ("provider_id",))
public_event("provider.changed", "Fields of a provider's file changed.", ("provider_id", "fields"))
public_event(
    "provider.registry_checked", "The NPI registry answered about a provider.", ("provider_id", "registry_status")
)
