"""Who may do what: five roles, permissions that name their roles, and the gate between a request and its unit of work.

`roles.py` is pure. `gate.py` is the web side: every route declares `@access(PERMISSION)`, `@signed_in` or `@public`, and the
application does not start when one declares nothing.
"""
