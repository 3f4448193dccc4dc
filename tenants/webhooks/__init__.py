"""Webhooks: a clinic's own systems are told of what happens here, by signed calls to addresses that the clinic enters.

A capability declares what may be told in a room of its own, `events.py`: `public_event("hold.added", "A sentence.", ("enrollment_id",
"provider_id", "payer_id"))`, and publishes the event as ever. What leaves are the declared fields only, and of those only ids, dates,
counts and codes. Each event that an endpoint has chosen becomes a delivery: sent by a job, tried again for three days, logged with
every try, sent again on request. An endpoint that fails for good is switched off and its people are told.
"""
