"""The way of one provider to one payer, from the first document to the first payable claim.

`states.py` holds the eighteen states and which evidence each step needs. `rules/` says when to follow up, when an
answer may be expected, who may be billed from which day, what the panel shows, and what is still wrong with a packet.
Approved is not billable: only `loaded_verified` is, and only from the effective date on.
"""
