"""What may be told outside of providers: ids and which fields moved, never their values."""

from tenants.webhooks.events import public_event

public_event("provider.created", "A provider was added to the clinic.", ("provider_id",))
public_event("provider.changed", "Fields of a provider's file changed.", ("provider_id", "fields"))
public_event(
    "provider.registry_checked", "The NPI registry answered about a provider.", ("provider_id", "registry_status")
)
public_event(
    "roster.imported",
    "A roster was taken over: how many rows were new, changed, as before and rejected.",
    ("import_id", "document_id", "received", "created", "updated", "unchanged", "rejected"),
)
public_event("caqh.imported", "A CAQH profile came in for a provider.", ("provider_id", "import_id", "attested_on"))
