"""Credentialing gets providers onto panels and proves from when each may be billed.

`providers/` holds the people and what the registry says of them, `requirements/` which documents each license type
needs, `payers/` the payer book (days, filing limits, cadence), `enrollment/` the way of one provider to one payer, the
panel and the hold list. It knows the clinic (tenants) but not its onboarding plan: what the plan must learn leaves here
as an event.
"""
