"""What may be told outside of enrollments: one event for each step of a case."""

from tenants.webhooks.events import public_event

CASE = ("enrollment_id", "provider_id", "payer_id", "location_id")

public_event("enrollment.started", "Cases were opened; up to 200 ids.", ("enrollment_ids",))
public_event("enrollment.gathering", "What the payer needs is being gathered.", CASE)
public_event("enrollment.ready_to_submit", "The application is ready to send.", CASE)
public_event("enrollment.submitted", "The application was sent to the payer.", CASE)
public_event("enrollment.payer_received", "The payer has received the application.", CASE)
public_event("enrollment.in_review", "The payer is reviewing the application.", CASE)
public_event("enrollment.info_requested", "The payer asked a question.", CASE)
public_event("enrollment.committee", "The payer's committee has the application.", CASE)
public_event("enrollment.approved", "The payer approved the provider, who is not billable yet.", CASE)
public_event("enrollment.contract_sent", "The payer sent a contract.", CASE)
public_event("enrollment.contract_signed", "The contract with the payer is signed.", CASE)
public_event("enrollment.effective", "The payer gave an effective date; loading is not proven yet.", CASE)
public_event("enrollment.loaded", "It is proven that the payer has loaded the provider: claims may go out.", CASE)
public_event("enrollment.denied", "The payer refused the application.", CASE)
public_event("enrollment.closed_panel", "The payer's panel is closed.", CASE)
public_event("enrollment.withdrawn", "The application was withdrawn.", CASE)
public_event("enrollment.terminated", "The participation with the payer has ended.", CASE)
public_event("enrollment.revalidation_due", "The payer wants a revalidation; claims are held until it is proven.", CASE)
public_event("enrollment.recredential_due", "A recredentialing comes near.", CASE)
