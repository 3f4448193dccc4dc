"""What all state machines of the house share: how they refuse and whose turn it is. Each has its table in its
`states.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from infra.problems import Conflict, FieldError, Invalid


class WaitingOn(StrEnum):
    """Whose turn it is. Every open item waits on somebody."""

    CLINIC = "clinic"
    VENDOR = "vendor"
    PAYER = "payer"
    THIRD_PARTY = "third_party"


class NotAllowed(Conflict):
    """The state does not lead there: `allowed` names where it does lead."""

    code, title = "not-allowed", "This step does not follow from the present state"

    def __init__(self, present: str, wanted: str, allowed: Sequence[str]) -> None:
        self.present, self.wanted, self.allowed = present, wanted, tuple(allowed)
        possible = f"It can go to: {', '.join(self.allowed)}." if self.allowed else "Nothing follows it."
        super().__init__(f"{present} does not lead to {wanted}. {possible}")


class EvidenceMissing(Invalid):
    """The step needs evidence that was not given: `fields` names it."""

    code, title = "evidence-missing", "This step needs evidence"

    def __init__(self, wanted: str, fields: Sequence[str], explanation: str = "") -> None:
        self.wanted, self.fields = wanted, tuple(fields)
        detail = explanation or f"To become {wanted} this needs: {', '.join(self.fields)}."
        words = explanation or f"is needed to become {wanted}"
        errors = [FieldError(f"#/{name}", words, "evidence-missing") for name in self.fields]
        super().__init__(detail, errors=errors)
