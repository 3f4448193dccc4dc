"""What may be told outside of readings: which kind a file is taken for, never what stands in it."""

from tenants.webhooks.events import public_event

public_event("document.read", "A file was read; a person must confirm what it says.", ("document_id", "kind"))
public_event("document.unreadable", "Nothing could be read in a file; a person must look.", ("document_id",))
public_event("document.confirmed", "A person confirmed what a file says.", ("document_id", "kind", "provider_id"))
