"""Credentialing gets providers onto panels and proves from when each may be billed.

The file: `providers/` (people, sections, rosters), `credentials/` (what they hold and what runs out), `incoming/` (what the NPI
registry and CAQH say, to take or keep), `requirements/` (what each license type needs, and for whom), `reading/` (what the machine
reads in a document, beside what a person said). The proof: `sources/` (copies of published lists), `verification/` (checks with
dated evidence), `screening/` (names that resemble an excluded person), `monitoring/` (what runs out, lapses, reminders),
`committee/` (delegated decisions). The payers: `payers/` (the book), `enrollment/` (one provider, one payer), `packets/` (what goes
to the payer), `panel/` (who may be billed, and the hold list). It knows the clinic (tenants) but not its onboarding plan: what the
plan must learn leaves here as an event.
"""
