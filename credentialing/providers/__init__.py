"""The providers of a clinic and what the public registry says of them.

`rules.py` finds the license type behind a taxonomy and a string of credentials, writes names as people read them, and
compares the provider's file with the registry field by field.
"""
