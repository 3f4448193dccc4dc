"""What may be told outside of packets."""

from tenants.webhooks.events import public_event

public_event(
    "packet.assembled",
    "A version of an application packet was made and kept.",
    ("enrollment_id", "provider_id", "version"),
)
public_event("attestation.signed", "A provider signed the attestation.", ("provider_id", "attestation_id"))
