"""What may be told outside of the committee: that a file was decided and which days that sets."""

from tenants.webhooks.events import public_event

public_event(
    "committee.decided",
    "The committee decided about a provider's file.",
    ("provider_id", "decision_id", "outcome", "decided_on", "notice_due_on", "recredential_due_on"),
)
public_event("committee.minutes_made", "The sealed minutes of a meeting are there.", ("meeting_id", "document_id"))
