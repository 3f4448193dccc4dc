"""The panel: what all enrollment cases together say, derived and never stored; `telling.py` keeps what was told of it.

`services.py` builds the grid of providers and payers, the hold list, the answer to "may this be billed" and a provider's own view,
all from the cases of `enrollment/` at the moment of asking, so that no copy can go stale.
"""
