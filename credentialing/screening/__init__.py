"""Whether a provider is on an exclusion list, and what people decided about each possible match.

`names.py` and `rules.py` compare a provider with a list's rows: the NPI first, then every name they go or went by, with the date of
birth as evidence; a name alone never proves anything. What may be the same person becomes a `screening_match` in a review queue, where
somebody clears it with a reason, escalates or confirms it. A cleared pair stays cleared until a fact on either side changes; a
confirmed one puts every enrollment of the provider on hold.
"""
