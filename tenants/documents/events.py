"""What may be told outside of documents: that one moved on, never what it is called or holds."""

from tenants.webhooks.events import public_event

FACTS = ("document_id", "kind", "provider_id", "task_id")

public_event("document.available", "A file passed the scan and waits for its review.", FACTS)
public_event("document.quarantined", "A file was refused by the scan.", FACTS)
public_event("document.accepted", "A file was reviewed and accepted.", FACTS)
public_event("document.rejected", "A file was reviewed and rejected; a better one is needed.", FACTS)
