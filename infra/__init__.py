"""What every floor stands on: settings, database, outbox and jobs, storage, mail, crypto, clock, problems, and the web glue.

Nothing here knows a clinic, a provider or a payer. A module of `infra` may be used by every package above it and imports none
of them; what the floors above want to plug in (jobs, subscriptions, permissions) they register from their side.
"""
