"""The seal of this deployment: PDFs that the product made and that nobody may change unseen."""

from __future__ import annotations

import base64
from functools import lru_cache

from infra.settings import settings
from integrations.pdf.signing import SealKey, SealReport, seal_key
from integrations.pdf.signing import seal_report as report_of
from integrations.pdf.signing import sealed as sealed_with


@lru_cache(maxsize=1)
def house_key() -> SealKey:
    """The key of this deployment, derived from `FIELD_KEY`: every process has the same, and none is stored."""
    return seal_key(base64.b64decode(settings().field_key))


def sealed(pdf: bytes, *, name: str, reason: str) -> bytes:
    """Return `pdf` sealed by this deployment: `name` is for whom, `reason` why. Raises `CannotSeal` for a file that
    is damaged, encrypted or sealed already."""
    return sealed_with(pdf, name=name, reason=reason, key=house_key())


def seal_report(pdf: bytes) -> SealReport:
    """Say whether the seal of a file holds, what was changed, and who sealed it when and why."""
    return report_of(pdf, key=house_key())


def seal_holds(pdf: bytes) -> bool:
    """True while the file is, byte for byte, as this deployment sealed it."""
    return seal_report(pdf).holds
