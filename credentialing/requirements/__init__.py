"""Which documents a provider needs, and how far each is.

`requirements.yaml` is the list by license type, `catalog.py` reads it once, `rules.py` says what one provider needs in
one state and whether a requirement is missing, in review, accepted or running out.
"""
