"""A streaming reader of X12 interchanges and, on it, of the 835 claim payment (remittance advice).

`read_segments` takes its delimiters from each ISA and yields segments with their number and byte offset.
`check_envelope` compares the counts and control numbers of ISA, GS and ST with their ends. `read_835` yields one
`Remittance` per transaction set, in integer cents, and an `X12Problem` with an exact position for whatever is
wrong; it reads on wherever it can. `summary` adds remittances up.
"""

from integrations.x12.envelope import EnvelopeChecker, check_envelope
from integrations.x12.problems import NotX12, X12Problem
from integrations.x12.remittance import (
    Adjustment,
    Claim,
    ProviderAdjustment,
    Remittance,
    ServiceLine,
)
from integrations.x12.remittance_reader import read_835
from integrations.x12.segments import Delimiters, Segment, read_segments
from integrations.x12.summary import AdjustmentTotal, Summary, summary

__all__ = [
    "Adjustment",
    "AdjustmentTotal",
    "Claim",
    "Delimiters",
    "EnvelopeChecker",
    "NotX12",
    "ProviderAdjustment",
    "Remittance",
    "Segment",
    "ServiceLine",
    "Summary",
    "X12Problem",
    "check_envelope",
    "read_835",
    "read_segments",
    "summary",
]
