"""What may be told outside of screening: that somebody should look, and what they decided."""

from tenants.webhooks.events import public_event

MATCH = ("provider_id", "match_id", "source")

public_event("screening.hit", "A provider may be on an exclusion list; somebody must look.", (*MATCH, "basis"))
public_event("screening.cleared", "A possible match with an exclusion list was cleared as a false positive.", MATCH)
public_event("screening.escalated", "A possible match with an exclusion list was escalated.", MATCH)
public_event("screening.confirmed", "A provider was confirmed to be on an exclusion list; billing is on hold.", MATCH)
