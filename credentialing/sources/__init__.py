"""Copies of what the authorities publish: exclusion lists, Medicare's enrollment files, state licenses. One copy for all clinics.

`catalog.py` says what is loaded from where. `loading.py` fetches a file, checks it, and swaps it in as the new version in one
transaction; whatever is wrong with it, the last good version stays and the reason is kept. `lookups.py` finds rows by NPI, name or
license number. The tables lie in schema `ref` and can only be written through its functions (infra/decisions/0009).
"""
