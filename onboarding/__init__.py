"""Onboarding takes a clinic from the signed contract to its first accepted claims.

Here live the plan with its gates and forecast (`plan/`), the connections to the clinic's EHR (`ehr/`), and
the transfer of old receivables (`ar/`). It may call everything below (credentialing, tenants, integrations,
infra); nothing below calls it: what must come up arrives as an event.
"""
