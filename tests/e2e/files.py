"""Files that the journeys upload: small real PDFs, the EICAR test file, and the samples in `tests/fixtures`."""

from __future__ import annotations

import base64
from pathlib import Path

from onboarding.demo.files import pdf

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
AGING = FIXTURES / "aging" / "ar_detail_A_DEV.csv"
ROSTER = FIXTURES / "roster" / "roster_DEV_messy.csv"
REMITTANCE = FIXTURES / "x12" / "perf__syn_2000_835.edi"
# The EICAR test file, kept in base64 so that a scanner on the developer's machine leaves this file alone.
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")

__all__ = ["AGING", "EICAR", "REMITTANCE", "ROSTER", "pdf"]
