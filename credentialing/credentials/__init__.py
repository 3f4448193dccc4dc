"""What a provider holds and what runs out: licenses by state, DEA and state certificates, board certificates, malpractice
policies, the CAQH profile, Medicare and Medicaid numbers, agreements and cards.

`rules.py` says when two records are the same credential and which one is the primary, `services.py` saves them and keeps the
summary columns of `Provider` in step: the only place that does.
"""
