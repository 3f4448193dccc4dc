"""What comes in without typing, as pages and API: profiles of CAQH ProView, and the questions where a source (the NPI registry,
CAQH) says something else than a provider's file.

The rules and verbs live with the file itself: `providers/rules/sources.py`, `providers/services/{sources,caqh}.py`.
"""
