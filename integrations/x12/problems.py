"""What can be wrong with a file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integrations.x12.segments import NotX12, Segment

__all__ = ["NotX12", "ProblemCode", "X12Problem", "problem_at"]

ProblemCode = Literal[
    "not-x12",
    "cut-off",
    "structure",
    "count",
    "control-number",
    "transaction-type",
    "amount",
    "date",
    "adjustment",
    "claim-balance",
    "line-balance",
    "payment-balance",
]


@dataclass(frozen=True, slots=True)
class X12Problem:
    """Something wrong at one place.

    `segment_number` counts from 1 over the whole file, `byte_offset` from 0; `element` is the position in the
    segment (1 is the first after the name), None when the whole segment is meant. `transaction` is the ST control
    number, empty outside of one.
    """

    code: ProblemCode
    message: str
    segment_number: int
    byte_offset: int
    segment_id: str
    element: int | None = None
    transaction: str = ""


def problem_at(
    segment: Segment, code: ProblemCode, message: str, element: int | None = None, transaction: str = ""
) -> X12Problem:
    """Make a problem that points at a segment."""
    return X12Problem(code, message, segment.number, segment.offset, segment.id, element, transaction)
