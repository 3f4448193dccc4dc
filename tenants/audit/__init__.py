"""The audit trail: append-only, hash-chained per clinic, and the source of the activity page.

`record(...)` notes an act in the transaction that does it; the chain's next link is made at commit. `verify()` walks the chain.
"""

from tenants.audit.services import record

__all__ = ["record"]
