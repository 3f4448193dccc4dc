"""The transfer of old receivables: a file comes in, is read row by row, tied out to the cent, triaged and accepted.

`states.py` is the way of an import, `rules/` adds up and compares totals, sorts claims into buckets and says by when
and how each is to be worked. Nothing is lost: accepted, rejected and duplicate rows together are what was received, in
rows and in cents, and credits are never netted against what is owed. Reading files is the work of `integrations/`.
"""
