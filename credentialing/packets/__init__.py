"""Application packets: everything that one payer wants of one provider, checked, signed, joined and kept.

A packet belongs to an enrollment. `rules.py` decides what goes in, in which order, how a form field is guessed and how two versions
differ; what is wrong with an application is decided by `enrollment/rules/packet`. `facts/` turns the file into words for forms,
letters and the attestation, `services/` holds the verbs: forms with their field maps, the signature, the one-click fixes, and the
versions, which a job makes and nobody changes afterwards. `library/` has the forms that ship with the product.
"""
