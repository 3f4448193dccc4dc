"""The credentialing committee of a clinic to which a payer has delegated the decision (trait `delegated`; else nothing is here).

A meeting has an agenda of files. Each file is reviewed against what must be verified at its source and how old that may be on the
day of the decision (`rules/review.py`); a file with a gap can be deferred and nothing else. Votes and recusals decide
(`rules/voting.py`); decisions, and what people verified by hand, are append-only. Closing a meeting makes its minutes as a sealed
PDF, each decision a letter that is due within 30 days, and an approval sets the day of recredentialing.
"""
