"""The payer book: who pays, how they enroll providers, how long it takes and how long a claim may wait.

`payers.yaml` is the data, each row with its source and how far to trust it; `book.py` reads it once and finds a payer
by the name or number that stands in a file. A contract of the clinic beats every number here.
"""
